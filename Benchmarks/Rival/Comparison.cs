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
        string pairs = Pairs == 1 ? "1 pair" : $"{Pairs} pairs", threads = Threads == 1 ? "1 thread" : $"{Threads} threads";
        Console.WriteLine($"{threads}; alternating updates on random images, the same for both; medians of {pairs}, ratios of images/s");
        Console.WriteLine();
        List<string> columns = ["workload", "fastgan images/s", "libtorch images/s", "ratio", "least-most", "fastgan MB", "libtorch MB", "memory"];
        if (WithReference)
            columns.Add("cpu : reference");
        PrintRow(columns);
        PrintRow(columns.Select(_ => "---"));
        double[] ratios = [.. Names.Select(Compare)];
        PrintRow(columns.Select((_, i) => i switch { 0 => "geometric mean", 3 => $"**{Math.Exp(ratios.Average(Math.Log)):0.00}**", _ => "" }));
    }

    /// <returns>The workload's ratio.</returns>
    private double Compare(string workload)
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

        double[] ratios = [.. ours.Zip(theirs, (a, b) => a.ImagesPerSecond / b.ImagesPerSecond).Order()];
        double ratio = Timing.Median(ratios);
        (double speed, double memory) = Medians(ours);
        (double theirSpeed, double theirMemory) = Medians(theirs);
        List<string> row =
        [
            workload, $"{speed:0.0}", $"{theirSpeed:0.0}", $"**{ratio:0.00}**", $"{ratios[0]:0.00}-{ratios[^1]:0.00}",
            $"{memory:0}", $"{theirMemory:0}", $"{memory / theirMemory:0.00}",
        ];
        if (WithReference)
            row.Add($"{speed / Reference(workload):0}");
        PrintRow(row);
        return ratio;
    }

    /// <summary>
    /// Images a second of the reference: one step of a small batch, except in gan-mlp, where the update would then outweigh the rest.
    /// </summary>
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
        if (process.ExitCode != 0)
            throw new FastGanException($"{Path.GetFileName(program)} {string.Join(' ', args)} ended with exit code {process.ExitCode}");
        return StepSpeed.Parse(output);
    }

    /// <returns>Images a second, and MB of peak memory.</returns>
    private static (double Speed, double Memory) Medians(IEnumerable<StepSpeed> runs) =>
        (Timing.Median([.. runs.Select(r => r.ImagesPerSecond).Order()]), Timing.Median([.. runs.Select(r => r.PeakMemoryBytes / 1e6).Order()]));

    private static void PrintRow(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
