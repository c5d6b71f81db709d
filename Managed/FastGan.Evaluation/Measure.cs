using FastGan.Evaluation.Distances;
using FastGan.Evaluation.Scores;

namespace FastGan.Evaluation;

/// <summary>A set of images beside a reference of real ones, and how often each class is in the data.</summary>
internal sealed class Comparison(ImageSet set, ImageSet reference, IReadOnlyList<int> classCounts, ulong seed)
{
    /// <summary>Neighbours that make up a ball, as in the papers that precision and recall, and density and coverage, come from.</summary>
    private const int PrecisionK = 3, DensityK = 5;

    private readonly Lazy<ManifoldScores> _precision = new(() => ManifoldScores.Of(reference.Looked!.Features, set.Looked!.Features, PrecisionK));
    private readonly Lazy<ManifoldScores> _density = new(() => ManifoldScores.Of(reference.Looked!.Features, set.Looked!.Features, DensityK));
    private readonly Lazy<ClassHistogram> _classes = new(() => ClassHistogram.Of(set.Classes, classCounts));

    public ImageSet Set => set;

    public ImageSet Reference => reference;

    public ulong Seed => seed;

    public ManifoldScores Precision => _precision.Value;

    public ManifoldScores Density => _density.Value;

    public ClassHistogram Classes => _classes.Value;
}

/// <summary>What a measure is computed in.</summary>
internal enum Space
{
    Classifier,
    Pixels,
}

/// <summary>A score as a function of images and reference.</summary>
internal sealed record Measure(string Name, Better Better, Space Space, Func<Comparison, double> Of)
{
    /// <summary>Fewest images that every measure can be computed of.</summary>
    public const int FewestSamples = 10;

    /// <summary>Most images that measures in pixels are computed of: they are wide.</summary>
    public const int MostInPixels = 500;

    private const int Projections = 128;

    /// <summary>Measures that any model has.</summary>
    public static IReadOnlyList<Measure> All { get; } =
    [
        new("Fréchet distance", Better.Lower, Space.Classifier, c => FrechetDistance.Between(c.Set.Looked!.Features, c.Reference.Looked!.Features).Value),
        new("inception-style score", Better.Higher, Space.Classifier, c => InceptionScore.Of(c.Set.Looked!.Probabilities)),
        new("precision", Better.Higher, Space.Classifier, c => c.Precision.Precision),
        new("recall", Better.Higher, Space.Classifier, c => c.Precision.Recall),
        new("density", Better.Higher, Space.Classifier, c => c.Density.Density),
        new("coverage", Better.Higher, Space.Classifier, c => c.Density.Coverage),
        new("entropy of classes", Better.AsReal, Space.Classifier, c => c.Classes.Entropy),
        new("KL of classes to the data's", Better.Lower, Space.Classifier, c => c.Classes.Divergence),
        new("classes missing", Better.Lower, Space.Classifier, c => c.Classes.Missing.Count),
        new("sliced Earth Mover's distance", Better.Lower, Space.Pixels, c => EarthMovers.Sliced(c.Set.Pixels, c.Reference.Pixels, Projections, c.Seed)),
        new("distance to the nearest real image", Better.AsReal, Space.Pixels, c => NearestNeighbours.Find(c.Set.Pixels, c.Reference.Pixels, 1).Distances.Average()),
        new("distance between two images", Better.AsReal, Space.Pixels, c => MeanDistance(c.Set.Pixels)),
    ];

    /// <summary>For models that are told a class.</summary>
    public static Measure Conditional { get; } = new("conditional accuracy", Better.Higher, Space.Classifier, c => c.Set.Agreement());

    /// <summary>For models whose classes are their own.</summary>
    public static Measure Matched { get; } = new("accuracy of the code, best matching", Better.Higher, Space.Classifier, c => c.Set.AgreementAfterMatching());

    /// <summary>Over all pairs: what collapse makes small.</summary>
    private static double MeanDistance(Samples samples)
    {
        double[] sums = new double[samples.Count];
        Euclidean.ForEachRow(samples, samples, (i, row) =>
        {
            foreach (double d in row)
                sums[i] += d;
        });
        return sums.Sum() / ((double)samples.Count * (samples.Count - 1));
    }
}
