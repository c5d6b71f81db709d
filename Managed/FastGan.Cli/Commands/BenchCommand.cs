using System.Diagnostics;
using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class BenchCommand
{
    private const double DefaultSeconds = 5;

    public static int Run(BenchOptions o)
    {
        Devices.Check(o);
        Choice.Within("--seconds", o.Seconds, 0, double.PositiveInfinity, lowIncluded: false);
        if (o.IsModes)
            return ModesCommand.Run(o);
        if (o.HasModesOptions)
            throw new FastGanException($"--methods, --seeds, --minibatches, --full, --data and --out go with bench {BenchOptions.Modes}: leave them out");
        if (o.IsKernels)
            return KernelsCommand.Run(o);
        if (o.Workload is not null)
            throw new FastGanException($"--workload goes with bench {BenchOptions.Kernels}: write fastgan bench {o.Workload} instead");
        Choice.AtLeast("--batch", o.Batch, 1);
        UpdateOrder? update = UpdateOf(o);
        if (o.Model)
        {
            ShowModels(o, update);
            return ExitCode.Done;
        }

        if (o.What is not null)
        {
            Show(o, Measure(o, o.What, Config(o, o.What, update)), withHead: true);
            return ExitCode.Done;
        }

        bool withHead = true;
        foreach (string name in Workloads.Names)
        {
            int code = MeasureApart(o, name, out StepSpeed? speed);
            if (code != ExitCode.Done)
                return code;
            Show(o, speed!, withHead);
            withHead = o.Profile;
        }

        return ExitCode.Done;
    }

    private static UpdateOrder? UpdateOf(BenchOptions o) =>
        Choice.Of("--update", o.Update, ("alternating", UpdateOrder.Alternating), ("simultaneous", UpdateOrder.Simultaneous));

    private static RunConfig Config(BenchOptions o, string what, UpdateOrder? update)
    {
        string[] known = [.. Workloads.Names, .. Presets.Names, BenchOptions.Kernels, BenchOptions.Modes, "a config.json"];
        RunConfig config =
            Workloads.Names.Contains(what) ? Workloads.Config(what)
            : Presets.Names.Contains(what) ? Presets.Make(what, new DataSpec("random"), 28, 1, classes: 10)
            : File.Exists(what) ? ConfigFile.Read(what)
            : throw new FastGanException($"bench doesn't know '{what}': {Suggest.Among(what, known)}");
        TrainingSpec t = config.Training;
        return config with { Training = t with { Batch = o.Batch ?? t.Batch, Update = update ?? t.Update, Precision = Devices.PrecisionOf(o) ?? t.Precision } };
    }

    private static void ShowModels(BenchOptions o, UpdateOrder? update)
    {
        bool measured = o.Device is not null;
        if (!measured && (o.Profile || o.Seconds is not null || o.Threads is not null))
            throw new FastGanException("--model alone computes what cards could do, and measures nothing: leave --threads, --seconds and --profile out, or give --device");
        o.Profile = true;
        foreach (string name in o.What is null ? Workloads.Names : [o.What])
        {
            CostSheet sheet = CostSheet.Of(name, Config(o, name, update));
            if (o.Json)
                Console.WriteLine(sheet.ToJson());
            else
                CostTable.Print(sheet);
            if (measured)
                Show(o, Measure(o, name, Config(o, name, update)), withHead: true);
        }
    }

    private static StepSpeed Measure(BenchOptions o, string name, RunConfig config)
    {
        double seconds = o.Seconds ?? DefaultSeconds;
        using Device device = Devices.OpenToMeasure(o, config.Training.Precision);
        using Trainer trainer = new(config, Workloads.RandomData(config), device);
        StepSpeed speed = StepSpeed.Measure(name, trainer, seconds);
        return o.Profile ? speed with { Profile = StepProfile.Measure(trainer, Ceiling.Of(device), seconds) } : speed;
    }

    /// <summary>In a process of its own, so that its peak memory is its own.</summary>
    private static int MeasureApart(BenchOptions o, string workload, out StepSpeed? speed)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        List<string> args = isHost ? [typeof(BenchCommand).Assembly.Location] : [];
        args.AddRange(["bench", workload, "--json"]);
        foreach ((string option, object? value) in new (string, object?)[]
            { ("--device", o.Device), ("--precision", o.Precision), ("--threads", o.Threads), ("--batch", o.Batch), ("--update", o.Update), ("--seconds", o.Seconds) })
        {
            if (value is not null)
                args.AddRange([option, $"{value}"]);
        }

        if (o.Profile)
            args.Add("--profile");
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        speed = process.ExitCode == ExitCode.Done ? StepSpeed.Parse(output) : null;
        return process.ExitCode;
    }

    private static void Show(BenchOptions o, StepSpeed speed, bool withHead)
    {
        if (o.Json)
        {
            Console.WriteLine(speed.ToJson());
            return;
        }

        if (withHead)
            BenchTables.Head(speed);
        BenchTables.Print(speed);
        if (speed.Profile is not null)
            BenchTables.Print(speed.Profile, speed.MsPerStep);
    }
}
