using FastGan.Measuring;

namespace FastGan.Cli.Display;

/// <summary>A cost sheet: a row for each operation, a column for each card.</summary>
internal static class CostTable
{
    private const int CardWidth = 16;

    public static void Print(CostSheet sheet)
    {
        Terminal.Heading(
            $"{Path.GetFileName(sheet.Workload)}, {sheet.Precision.ToString().ToLowerInvariant()}, batch {sheet.Batch}: "
            + "a model from published rates, not a measurement. Least µs if every operand crosses memory once");
        int width = sheet.Operations.Max(o => o.Text.Length);
        Console.WriteLine($"{"".PadRight(width)}{"times",6}{"MFLOP",11}{"MB",10}{Cells(sheet.Cards.Select(c => c.Card))}");
        foreach (OperationCost o in sheet.Operations.OrderByDescending(o => o.FloorSeconds[0]))
            Print(o);
        int[] cards = [.. Enumerable.Range(0, sheet.Cards.Count)];
        Print(new OperationCost(
            "total", sheet.Operations.Sum(o => o.Count), sheet.Operations.Sum(o => o.Flops), sheet.Operations.Sum(o => o.Bytes),
            [.. cards.Select(card => sheet.Operations.Sum(o => o.FloorSeconds[card]))]));
        Console.WriteLine($"{"with the launch of one graph",-28}".PadRight(width + 27) + Cells(sheet.Cards.Select(c => Microseconds(c.StepSeconds))));
        Console.WriteLine($"{"images/s at most",-28}".PadRight(width + 27) + Cells(sheet.Cards.Select(c => $"{c.ImagesPerSecond:N0}")));
        Console.WriteLine();

        void Print(OperationCost o) => Console.WriteLine(
            $"{o.Text.PadRight(width)}{o.Count,6}{o.Flops / 1e6,11:0.00}{o.Bytes / 1e6,10:0.000}{Cells(o.FloorSeconds.Select(Microseconds))}");
    }

    private static string Cells(IEnumerable<string> texts) => string.Concat(texts.Select(text => text.PadLeft(CardWidth)));

    private static string Microseconds(double seconds) => $"{1e6 * seconds:0.00}";
}
