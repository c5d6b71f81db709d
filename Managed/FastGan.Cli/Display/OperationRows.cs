using FastGan.Measuring;

namespace FastGan.Cli.Display;

/// <summary>A row for each operation: time, what it reaches, and its floor.</summary>
/// <param name="width">Characters of the longest operation.</param>
/// <param name="total">Seconds of all of them, for the column of shares; null for none.</param>
internal sealed class OperationRows(int width, double? total = null)
{
    public void Head(string title, Ceiling ceiling)
    {
        Terminal.Heading(
            $"{title}; ceiling: {ceiling.FlopsPerSecond / 1e9:0} GFLOP/s, {ceiling.BytesPerSecond / 1e9:0.0} GB/s ({ceiling.Source})");
        string shares = total is null ? "" : $"{"times",6}{"share",8}";
        Console.WriteLine($"{"".PadRight(width)}{shares}{"ms",11}{"GFLOP/s",10}{"GB/s",8}{"floor ms",11}{"of ceiling",12}");
    }

    public void Print(OperationTime t)
    {
        string shares = total is null ? "" : $"{t.Count,6}{t.Seconds / total,8:0.0%}";
        Console.WriteLine(
            $"{t.Text.PadRight(width)}{shares}{1e3 * t.Seconds,11:0.0000}"
            + $"{t.Flops / t.Seconds / 1e9,10:0.0}{t.Bytes / t.Seconds / 1e9,8:0.0}"
            + $"{1e3 * t.FloorSeconds,11:0.0000}{t.FloorSeconds / t.Seconds,12:0%}");
    }
}
