using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Cli.Pictures;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Latents;
using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Cli.Commands;

internal static class ControlCommand
{
    private const int Columns = 7, SamplesOfAStrip = 4, Components = 8;
    private const double Reach = 3;

    private enum Method
    {
        Regression,
        Gradients,
        Components,
    }

    public static int Run(ControlOptions o)
    {
        if (o.Checkpoint is null)
            throw new FastGanException("control needs a run or a checkpoint: for instance fastgan control runs/dcgan");
        Method method = Choice.Of("--by", o.By, ("regression", Method.Regression), ("gradients", Method.Gradients), ("components", Method.Components)) ?? Method.Regression;
        Choice.AtLeast("--samples", o.Samples, 64);
        Choice.AtLeast("--components", o.Components, 1);
        Choice.Within("--hold", o.Hold, 0, double.PositiveInfinity, lowIncluded: true);
        if (method == Method.Components && (o.Hold is not null || o.Wanted.Any()))
            throw new FastGanException("--by components finds directions of no attribute: leave --hold and --attributes out");
        if (method != Method.Components && o.Components is not null)
            throw new FastGanException("--components is how many directions --by components finds: give that too");

        using TrainedModel model = new(o, o.Checkpoint);
        Dataset data = Dataset.Load(model.Checkpoint.Config.Data, App.Warn);
        using Classifier? classifier = data.Classes > 1 ? Classifier.ForData(data, model.Device, Console.Error.WriteLine) : null;
        if (classifier is null)
            App.Warn($"{data.Name} has no labels, so there is no classifier: only what can be measured is controlled");
        if (classifier is null && method == Method.Gradients)
            throw new FastGanException($"--by gradients goes back from a classifier, and {data.Name} has no labels to train one on: use --by regression");
        LatentControl control = new(model.Sampler, new AttributeReader(model.Image, classifier), o.Samples ?? 2048, o.Seed ?? 1, model.Label);

        Direction[] found = Wanted(o, method switch
        {
            Method.Gradients => model.Sampler.Directions(classifier!, seed: control.Seed, label: model.Label),
            Method.Components => model.Sampler.Components(o.Components ?? Components),
            _ => control.ByRegression(),
        });
        List<(string Title, Direction[] Directions, Matrix<double> Changes)> maps = [];
        Add($"by {method.ToString().ToLowerInvariant()}: change of each attribute, in its standard deviations, for a move of 1σ", found);
        if (o.Hold is double strength and > 0)
            Add($"the same with the others held, strength {strength}", [.. found.Select(d => control.Hold(d, strength))]);
        foreach ((string title, Direction[] directions, Matrix<double> changes) in maps)
            Print(title, directions, changes, control, method);

        string folder = o.Out ?? "control", heat = Path.Combine(folder, "entanglement.png");
        HeatMap.Save(heat, [.. found.Select(d => d.Name)], control.Names, [.. maps.Select(m => (m.Title, m.Changes))]);
        SaveStrips(folder, model, control, maps[^1].Directions);
        Console.WriteLine();
        Console.WriteLine($"{heat}; strips from -{Reach}σ to {Reach}σ: {Path.Combine(folder, "strips.png")} and a picture for each direction");
        return ExitCode.Done;

        void Add(string title, Direction[] directions) => maps.Add((title, directions, control.Entanglement(directions)));
    }

    private static Direction[] Wanted(ControlOptions o, IReadOnlyList<Direction> all)
    {
        if (!o.Wanted.Any())
            return [.. all];
        return [.. o.Wanted.Select(name => all.FirstOrDefault(d => d.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new FastGanException($"--attributes: no direction of '{name.Trim()}' is found that way: {Suggest.Among(name.Trim(), [.. all.Select(d => d.Name)])}"))];
    }

    private static void Print(string title, Direction[] directions, Matrix<double> changes, LatentControl control, Method method)
    {
        bool wanted = method != Method.Components;
        string[] columns = wanted ? ["direction", " linear R²", " wanted", " drift", " ratio", "most of all others"] : ["direction", " drift", "most"];
        Terminal.Table(title, columns, [.. directions.Select((d, i) =>
        {
            Vector<double> row = changes.Row(i);
            double drift = control.Drift(row, d.Name);
            int other = Enumerable.Range(0, row.Count).Where(k => control.Names[k] != d.Name).MaxBy(k => Math.Abs(row[k]));
            string most = $"{control.Names[other]} {row[other]:+0.00;-0.00}";
            if (!wanted)
                return (IReadOnlyList<string>)[d.Name, $"{drift:0.00}", most];
            int own = control.Names.ToList().IndexOf(d.Name);
            return [d.Name, $"{control.Explained[own]:0.00}", $"{row[own]:0.00}", $"{drift:0.00}", $"{row[own] / drift:0.0}", most];
        })]);
    }

    /// <summary>A picture of the first sample in every direction, and one of several samples for each direction.</summary>
    private static void SaveStrips(string folder, TrainedModel model, LatentControl control, Direction[] directions)
    {
        string[] headings = [.. Enumerable.Range(0, Columns).Select(i => $"{Reach * (2.0 * i / (Columns - 1) - 1):+0;-0;0}σ")];
        float[][] starts = [.. Enumerable.Range(0, SamplesOfAStrip).Select(i => model.Sampler.Latent($"{control.Seed + 1}:{i}"))];
        float[] Images(IEnumerable<(float[] Start, Direction Direction)> rows) =>
            model.Generate([.. rows.SelectMany(row => control.Strip(row.Start, row.Direction, Columns, Reach))]);
        LabelledGrid.Save(Path.Combine(folder, "strips.png"), Images(directions.Select(d => (starts[0], d))), model.Image, headings, [.. directions.Select(d => d.Name)]);
        foreach (Direction d in directions)
        {
            string file = string.Join('-', d.Name.Split([.. Path.GetInvalidFileNameChars(), ' ']));
            LabelledGrid.Save(Path.Combine(folder, $"{file}.png"), Images(starts.Select(s => (s, d))), model.Image, headings, [.. starts.Select((_, i) => $"{control.Seed + 1}:{i}")]);
        }
    }
}
