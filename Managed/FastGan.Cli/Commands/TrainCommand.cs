using FastGan.Cli.Options;
using FastGan.Cuda;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class TrainCommand
{
    public static int Run(TrainOptions o)
    {
        TrainSetup setup = new(o);
        Watching.Check(o);
        if (o.Out is not null)
            RunFolder.CheckFree(o.Out);
        RunConfig outline = setup.Outline();
        using Device device = Devices.Open(o, outline.Training.Precision, out string? why);
        if (!o.Trace)
            Rehearsal.Begin(outline, device);
        (RunConfig config, Dataset data) = setup.Resolve(App.Warn);
        Watching.Check(o, data);
        using Trainer trainer = new(config, data, device);
        if (o.Trace)
        {
            PrintTrace(trainer);
            return ExitCode.Done;
        }

        RunFolder folder = RunFolder.Create(o.Out ?? FreeFolder(config.Preset));
        AtomicFile.Write(folder.ConfigFile, ConfigFile.Write(config));
        return new TrainingSession(trainer, data, folder, o, why).Run(config.Training.Steps);
    }

    private static void PrintTrace(Trainer trainer)
    {
        foreach (string line in trainer.Program.Trace(trainer.Device))
            Console.WriteLine(line);
        Console.WriteLine(
            $"{trainer.Program.Instructions.Length} operations, {trainer.Program.Flops / 1e9:F3} GFLOP, arena of {trainer.Program.ArenaBytes / 1e6:F1} MB, on {trainer.Device.Description}");
        if (trainer.Device is not CudaDevice gpu)
            return;
        trainer.Step();
        trainer.Step();
        Console.WriteLine($"one graph of {gpu.GraphNodes(trainer.Program)} nodes a step");
    }

    /// <summary>runs/dcgan, or the first of runs/dcgan-2, runs/dcgan-3 … that isn't there yet.</summary>
    private static string FreeFolder(string preset)
    {
        string first = Path.Combine("runs", preset), folder = first;
        for (int i = 2; Path.Exists(folder); i++)
            folder = $"{first}-{i}";
        return folder;
    }
}
