using FastGan.Evaluation;

namespace FastGan.Cli.Display;

/// <summary>What eval prints.</summary>
internal static class ScoreTable
{
    public static void Print(ScoreSheet sheet, string run)
    {
        Terminal.Heading($"{sheet.Model}, {run}, step {sheet.Step:N0}");
        List<(string, string)> facts = [("data", sheet.SameData ? sheet.Data : $"{sheet.Data}; not what the run was trained on")];
        if (sheet.TestAccuracy is double accuracy)
            facts.Add(("features", $"{sheet.Scores.First(s => s.Features != "pixels").Features}; {accuracy:P1} of held-out images right"));
        facts.Add(("draws", $"{sheet.Draws}, seed {sheet.Scores[0].Seed}; ± is the 95 % interval of the mean"));
        Terminal.Facts(facts);
        Terminal.Table("scores", ["score", " generated", " real, held out", " noise", "best", "of", " images"], [.. sheet.Scores.Select(s => (IReadOnlyList<string>)
            [s.Name, $"{s.Value}", Text(s.Floor), Text(s.Ceiling), BestText(s.Better), s.Features == "pixels" ? "pixels" : s.Floor is null ? "labels" : "features", $"{s.Samples:N0}"])]);
        foreach (IGrouping<string, MissingScore> missing in sheet.Missing.GroupBy(m => m.Why))
            Console.WriteLine($"  none, as {missing.Key}: {string.Join(", ", missing.Select(m => m.Name))}");
        if (sheet.Classes.Count > 0)
            Terminal.Table("classes", ["class", " generated", " data"], [.. sheet.Classes.Select(c => (IReadOnlyList<string>)[c.Name, $"{c.Generated:P1}", $"{c.Data:P1}"])]);
    }

    private static string Text(Interval? interval) => interval is null ? "" : $"{interval}";

    private static string BestText(Better better) => better switch
    {
        Better.Lower => "low",
        Better.Higher => "high",
        _ => "as real",
    };
}
