using System.Diagnostics;
using FastGan.Measuring;

namespace FastGan.Rival;

/// <summary>
/// fastgan bench beside libtorch, pair by pair, one process at a time, each first in every other pair; so that what else the machine does
/// falls on both. The ratio of a pair is one of images a second; the median counts.
/// </summary>
internal sealed record Comparison
{
    private const int ReferenceBatch = 8;

    public IReadOnlyList<string> Names { get; init; } = Workloads.Names;

    public int Pairs { get; init; } = 5;

    public int Threads { get; init; } = 2;

    /// <summary>Of each process's five windows together.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>Whether the double-precision reference backend is measured too.</summary>
    public bool WithReference { get; init; }

    private static string Fastgan => Path.Combine(AppContext.BaseDirectory, "fastgan.dll");

    private static string Rival => typeof(Comparison).Assembly.Location;

    public void Run()
    {
        string threads = Threads == 1 ? "1 thread" : $"{Threads} threads";
        Console.WriteLine($"{threads}; alternating updates on random images, the same for both; medians of {Pairs} pair{(Pairs == 1 ? "" : "s")}, ratios of images/s");
        Console.WriteLine();
        Console.WriteLine(
            "| workload | fastgan images/s | libtorch images/s | ratio | least-most | fastgan peak MB | libtorch peak MB | memory |"
            + (WithReference ? " cpu : reference |" : ""));
        Console.WriteLine($"|---|---|---|---|---|---|---|---|{(WithReference ? "---|" : "")}");
        double[] ratios = [.. Names.Select(Row)];
        Console.WriteLine($"| geometric mean | | | **{Math.Exp(ratios.Average(Math.Log)):0.00}** | | | | |{(WithReference ? " |" : "")}");
    }

    /// <returns>The workload's ratio.</returns>
    private double Row(string workload)
    {
        List<StepSpeed> ours = [], theirs = [];
        for (int pair = 0; pair < Pairs; pair++)
        {
            void Ours() => ours.Add(Measure(Fastgan, ["bench", workload, "--json"]));
            void Theirs() => theirs.Add(Measure(Rival, [workload]));
            (Action first, Action second) = pair % 2 == 0 ? ((Action)Ours, (Action)Theirs) : (Theirs, Ours);
            first();
            second();
            (double a, double b) = (ours[^1].ImagesPerSecond, theirs[^1].ImagesPerSecond);
            Console.Error.WriteLine($"  {workload}, pair {pair + 1} of {Pairs}: {a:0.0} : {b:0.0} = {a / b:0.00}");
        }

        double[] ratios = [.. ours.Zip(theirs, (a, b) => a.ImagesPerSecond / b.ImagesPerSecond)];
        double ratio = Median(ratios), speed = Median(ours.Select(s => s.ImagesPerSecond));
        double ourMemory = Median(ours.Select(s => s.PeakMemoryBytes / 1e6)), theirMemory = Median(theirs.Select(s => s.PeakMemoryBytes / 1e6));
        Console.WriteLine(
            $"| {workload} | {speed:0.0} | {Median(theirs.Select(s => s.ImagesPerSecond)):0.0} | **{ratio:0.00}** | {ratios.Min():0.00}-{ratios.Max():0.00} "
            + $"| {ourMemory:0} | {theirMemory:0} | {ourMemory / theirMemory:0.00} |{(WithReference ? $" {speed / Reference(workload):0} |" : "")}");
        return ratio;
    }

    /// <summary>Images a second of the reference, one step of a small batch, except in gan-mlp, where the update would then outweigh the rest.</summary>
    private static double Reference(string workload)
    {
        string[] batch = workload == "gan-mlp" ? [] : ["--batch", $"{ReferenceBatch}"];
        return Start(Fastgan, ["bench", workload, "--json", "--device", "reference", "--seconds", "0.1", .. batch]).ImagesPerSecond;
    }

    private StepSpeed Measure(string program, string[] args) =>
        Start(program, [.. args, "--threads", $"{Threads}", "--seconds", $"{Seconds}"]);

    private static StepSpeed Start(string program, string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. args]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? StepSpeed.Parse(output)
            : throw new FastGanException($"{Path.GetFileNameWithoutExtension(program)} {string.Join(' ', args)} ended with exit code {process.ExitCode}");
    }

    private static double Median(IEnumerable<double> values) => Timing.Median([.. values.Order()]);
}
