using System.Diagnostics;
using FastGan.Measuring;

namespace FastGan.Rival;

/// <summary>
/// Two ways to train a workload side by side. Both processes live through the comparison and take short turns, each first in every other
/// pair, so that what else the machine does falls on both: on a shared machine single turns differ by a factor of two within seconds, and a pair's
/// ratio by far less. The ratio of a pair is one of images a second; the median of the pairs counts.
/// </summary>
internal sealed record Comparison
{
    private const int ReferenceBatch = 8;

    public IReadOnlyList<string> Names { get; init; } = Workloads.Names;

    public int Pairs { get; init; } = 50;

    public int Threads { get; init; } = 2;

    /// <summary>Of one turn.</summary>
    public double Seconds { get; init; } = 0.1;

    /// <summary>Whether the double-precision reference backend is measured too.</summary>
    public bool WithReference { get; init; }

    /// <summary>For the JIT, which needs a second or two; of each process before its first pair.</summary>
    private double WarmUpSeconds => Math.Max(3, Seconds);

    private string OnThreads => Threads == 1 ? "1 thread" : $"{Threads} threads";

    public void WithLibTorch() => Run(
        $"{OnThreads}; alternating updates, the same for both", ("fastgan", Trains.FastGan, Threads), ("libtorch", Trains.LibTorch, Threads));

    public void OfThreads() => Run("fastgan alone", (OnThreads, Trains.FastGan, Threads), ("1 thread", Trains.FastGan, 1));

    public void OfUpdates() => Run(
        $"fastgan alone, {OnThreads}; one critic update a step",
        ("simultaneous", Trains.Simultaneous, Threads), ("alternating", Trains.Alternating, Threads));

    private void Run(string title, (string Name, Trains What, int Threads) first, (string Name, Trains What, int Threads) second)
    {
        Console.WriteLine($"{title}; random images; {Pairs} pairs of turns of {Seconds} s: median of their ratios of images/s, quartiles");
        Console.WriteLine();
        List<string> columns =
        [
            "workload", $"{first.Name} images/s", $"{second.Name} images/s", "ratio", "quartiles", $"{first.Name} MB", $"{second.Name} MB", "memory",
        ];
        if (WithReference)
            columns.Add("cpu : reference");
        PrintRow(columns);
        PrintRow(columns.Select(_ => "---"));
        double[] ratios = [.. Names.Select(workload =>
        {
            using Contestant a = new(first.What, workload, first.Threads), b = new(second.What, workload, second.Threads);
            return Compare(workload, a, b);
        })];
        if (ratios.Length > 1)
            PrintRow(columns.Select((_, i) => i switch { 0 => "geometric mean", 3 => $"**{Math.Exp(ratios.Average(Math.Log)):0.00}**", _ => "" }));
    }

    /// <returns>The workload's ratio.</returns>
    private double Compare(string workload, Contestant first, Contestant second)
    {
        first.TakeTurn(WarmUpSeconds);
        second.TakeTurn(WarmUpSeconds);
        (double[] a, double[] b) = (new double[Pairs], new double[Pairs]);
        for (int pair = 0; pair < Pairs; pair++)
        {
            if (pair % 2 == 0)
                a[pair] = first.TakeTurn(Seconds);
            b[pair] = second.TakeTurn(Seconds);
            if (pair % 2 == 1)
                a[pair] = first.TakeTurn(Seconds);
        }

        double[] ratios = [.. a.Zip(b, (x, y) => x / y).Order()];
        double ratio = Timing.Median(ratios);
        (double speed, double memory) = (Timing.Median([.. a.Order()]), first.PeakMegabytes);
        (double otherSpeed, double otherMemory) = (Timing.Median([.. b.Order()]), second.PeakMegabytes);
        List<string> row =
        [
            workload, $"{speed:0.0}", $"{otherSpeed:0.0}", $"**{ratio:0.00}**", $"{ratios[Pairs / 4]:0.00}-{ratios[Pairs - 1 - (Pairs / 4)]:0.00}",
            $"{memory:0}", $"{otherMemory:0}", $"{memory / otherMemory:0.00}",
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
        string program = Path.Combine(AppContext.BaseDirectory, "fastgan.dll");
        string[] args = [program, "bench", workload, "--json", "--device", "reference", "--seconds", "0.1", .. batch];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", args) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? StepSpeed.Parse(output).ImagesPerSecond
            : throw new FastGanException($"fastgan {string.Join(' ', args[1..])} ended with exit code {process.ExitCode}");
    }

    private static void PrintRow(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
