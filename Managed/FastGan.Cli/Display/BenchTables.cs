using FastGan.Measuring;

namespace FastGan.Cli.Display;

/// <summary>What bench prints of whole models: a row as soon as it is known.</summary>
internal static class BenchTables
{
    public static void Head(StepSpeed first)
    {
        Terminal.Heading($"{first.Device}; random images; the median of five windows");
        Console.WriteLine(
            $"{"",-12}{"batch",7}{"images/s",11}{"slowest",11}{"fastest",11}{"ms/step",10}{"GFLOP",9}{"GFLOP/s",9}{"peak MB",9}");
    }

    public static void Print(StepSpeed s) => Console.WriteLine(
        $"{Path.GetFileName(s.Workload),-12}{s.Batch,7}{Significant(s.ImagesPerSecond),11}"
        + $"{Significant(s.Slowest),11}{Significant(s.Fastest),11}"
        + $"{Significant(s.MsPerStep),10}{s.FlopsPerStep / 1e9,9:0.00}{Significant(s.GflopPerSecond),9}{s.PeakMemoryBytes / 1e6,9:0}");

    public static void Print(StepProfile profile, double msPerStep)
    {
        OperationRows rows = new(profile.Operations.Max(o => o.Text.Length), profile.Seconds);
        Console.WriteLine();
        rows.Head("each operation by itself", profile.Ceiling);
        foreach (OperationTime operation in profile.Operations)
            rows.Print(operation);
        rows.Print(new OperationTime(
            "total", profile.Operations.Sum(o => o.Count), profile.Seconds, profile.Operations.Sum(o => o.Flops),
            profile.Operations.Sum(o => o.Bytes), profile.FloorSeconds));
        double gap = profile.Seconds - profile.FloorSeconds;
        Console.WriteLine($"gap: {1e3 * gap:0.000} ms above the floor; a whole step takes {msPerStep:0.000} ms");
        Console.WriteLine();
    }

    /// <summary>Three digits at least.</summary>
    private static string Significant(double value) =>
        value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : value >= 1 ? "0.00" : "0.000");
}
