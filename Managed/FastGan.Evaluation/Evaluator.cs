using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <param name="Samples">Images of each draw; null for half as many as are held out, up to <see cref="Evaluator.MostSamples"/>.</param>
/// <param name="Draws">How often everything is drawn anew, for the intervals.</param>
public sealed record EvaluationOptions(int? Samples = null, int Draws = 5, ulong Seed = 1);

/// <summary>
/// Scores a checkpoint. Each draw takes fresh samples of the generator, as many held-out real images (the floor) and as much noise (the
/// ceiling), and compares all three with the same reference: as many real images of those that the classifier was trained on.
/// </summary>
public static class Evaluator
{
    public const int MostSamples = 2_000;

    /// <param name="data">Of the model's size; what it was trained on, or else (<see cref="ScoreSheet.SameData"/>) other data.</param>
    /// <param name="report">Gets a line for what takes long.</param>
    /// <exception cref="FastGanException">Model, data and options don't fit each other.</exception>
    public static ScoreSheet Evaluate(Checkpoint checkpoint, Dataset data, Device device, EvaluationOptions options, Action<string>? report)
    {
        ModelSpec model = checkpoint.Config.Model;
        Check(model, data, options);
        ClassifierSplit split = ClassifierSplit.Of(data.Count);
        int n = SampleCount(data, split, options);
        using Classifier? classifier = data.Classes < 2 ? null : Classifier.ForData(data, device, report);
        using Sampler sampler = checkpoint.OpenSampler(device);
        Draws draws = new(sampler, model, data, split, classifier, n, options.Seed);

        List<MissingScore> missing = [];
        List<Measure> measures = [.. Measure.All];
        if (model.Head == DiscriminatorHead.Code)
            measures.Add(Measure.Matched);
        else if (draws.IsConditional && (classifier is null || classifier.Classes == model.Classes))
            measures.Add(Measure.Conditional);
        else if (draws.IsConditional)
            missing.Add(new MissingScore(Measure.Conditional.Name, $"the model is told one of {model.Classes} classes, and {data.Name} has {data.Classes}"));
        if (classifier is null)
        {
            string why = $"{data.Name} has {(data.Labels is null ? "no labels" : "one class")} to train a classifier on";
            missing.AddRange(measures.Where(m => m.Space == Space.Classifier).Select(m => new MissingScore(m.Name, why)));
            measures.RemoveAll(m => m.Space == Space.Classifier);
        }

        IReadOnlyList<int> classCounts = data.Statistics().ClassCounts;
        int[] generatedCounts = new int[data.Classes];
        double[][,] values = [.. measures.Select(_ => new double[3, options.Draws])];
        for (int d = 0; d < options.Draws; d++)
        {
            ImageSet reference = draws.Reference(d), generated = draws.Generated(d);
            foreach (int c in classifier is null ? [] : generated.Classes)
                generatedCounts[c]++;
            foreach ((int kind, ImageSet set) in new[] { generated, draws.HeldOut(d), draws.Noise(d) }.Index())
            {
                Comparison whole = new(set, reference, classCounts, options.Seed), inPixels = new(draws.Few(set), draws.Few(reference), classCounts, options.Seed);
                for (int m = 0; m < measures.Count; m++)
                    values[m][kind, d] = measures[m].Of(measures[m].Space == Space.Pixels ? inPixels : whole);
            }
        }

        List<Score> scores = [.. measures.Select((m, i) => ScoreOf(m, values[i]))];
        if (model.Head == DiscriminatorHead.SemiSupervised)
            SemiSupervised.Add(checkpoint, data, device, options, report, scores, missing);
        return new ScoreSheet(
            checkpoint.Config.Preset, checkpoint.Step, $"{data.Name}, {data.Count:N0} images, {data.Digest()[..8]}", data.Digest() == checkpoint.DataDigest,
            classifier?.TestAccuracy, options.Draws, scores, missing,
            classifier is null ? [] : [.. data.ClassNames.Select((name, c) =>
                new ClassShare(name, (double)generatedCounts[c] / generatedCounts.Sum(), (double)classCounts[c] / data.Count))]);

        Score ScoreOf(Measure m, double[,] drawn)
        {
            // Fresh samples and fresh noise in every draw, but real images from one set.
            int count = m.Space == Space.Pixels ? Math.Min(n, Measure.MostInPixels) : n;
            double overlap = (double)count / split.HeldOut.Count;
            return new Score(m.Name, m.Better, Row(drawn, 0), Row(drawn, 1, overlap), Row(drawn, 2), m.Space == Space.Pixels ? "pixels" : classifier!.Name, count, options.Seed);
        }
    }

    private static void Check(ModelSpec model, Dataset data, EvaluationOptions options)
    {
        if (data.Height != model.ImageSize || data.Width != model.ImageSize || data.Channels != model.Channels)
            throw new FastGanException($"{data.Name} has images of {data.Height}×{data.Width}×{data.Channels}, the model makes {model.ImageSize}×{model.ImageSize}×{model.Channels}: give the data that it was trained on");
        if (options.Draws < 2)
            throw new FastGanException($"--draws is {options.Draws}, and an interval needs at least 2");
    }

    private static int SampleCount(Dataset data, ClassifierSplit split, EvaluationOptions options)
    {
        if (split.HeldOut.Count < Measure.FewestSamples)
            throw new FastGanException($"{data.Name} has {data.Count} images, of which a tenth is held out, and scores need {Measure.FewestSamples} at least: give {10 * Measure.FewestSamples} images or more");
        if (options.Samples < Measure.FewestSamples)
            throw new FastGanException($"--samples is {options.Samples}, must be at least {Measure.FewestSamples}");
        if (options.Samples > split.HeldOut.Count)
            throw new FastGanException($"--samples {options.Samples}: scores compare with as many real images held out, and {data.Name} has {split.HeldOut.Count}: give that or less");
        return options.Samples ?? Math.Clamp(split.HeldOut.Count / 2, Measure.FewestSamples, MostSamples);
    }

    private static Interval Row(double[,] values, int kind, double overlap = 0) =>
        Interval.Of([.. Enumerable.Range(0, values.GetLength(1)).Select(d => values[kind, d])], overlap);
}
