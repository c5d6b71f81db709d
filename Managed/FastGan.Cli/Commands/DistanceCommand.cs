using System.Text.Json;
using System.Text.Json.Serialization;
using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Evaluation.Distances;

namespace FastGan.Cli.Commands;

internal static class DistanceCommand
{
    private const string Brightness = "brightness", Class = "class";
    private const int DefaultBins = 50, MostBins = 1_000_000, DefaultCount = 500, MostCount = 2000, Projections = 200;

    /// <summary>Images that a classifier is shown at a time.</summary>
    private const int LookedAt = 1024;

    /// <summary>Sinkhorn's ε as a fraction of the mean distance of two samples, and its marginal error.</summary>
    private const double Epsilon = 0.01, Tolerance = 1e-3;

    private static readonly JsonSerializerOptions Line = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static int Run(DistanceOptions o)
    {
        if (o.Plot is not null)
        {
            Draw(o);
            return ExitCode.Done;
        }

        if (o.A is null || o.B is null)
            throw new FastGanException("distance needs two sets of samples: for instance fastgan distance fashion-mnist-10k my/photos, or fastgan distance a.csv b.csv");
        Choice.AtLeast("--bins", o.Bins, 1);
        Choice.AtLeast("--count", o.Count, 1);
        if (o.Bins > MostBins)
            throw new FastGanException($"--bins is {o.Bins}, must be at most {MostBins}");
        if (o.Count > MostCount)
            throw new FastGanException($"--count is {o.Count}, must be at most {MostCount}: exact assignment takes the cube of it");
        if (o.Axis == Class && o.Bins is not null)
            throw new FastGanException($"--bins {o.Bins}: with --axis {Class} each class is a bin; leave --bins out");
        Samples a = SampleFiles.Load(o.A, out Dataset? imagesA), b = SampleFiles.Load(o.B, out Dataset? imagesB);
        if (a.Width != b.Width)
            throw new FastGanException($"{o.A} has samples of {a.Width} numbers and {o.B} of {b.Width}: give data of one image size and as many channels, or files with as many columns");
        int fewest = Math.Min(a.Count, b.Count), count = o.Count ?? Math.Min(DefaultCount, fewest);
        if (count > fewest)
            throw new FastGanException($"--count is {count}, and {(a.Count < b.Count ? o.A : o.B)} has only {fewest} samples: ask for {fewest} or fewer");

        ulong seed = o.Seed ?? 1;
        DistanceReport report = new(
            new(o.A, a.Count), new(o.B, b.Count), a.Width, seed, [.. o.Axis == Class ? OfClasses(o, imagesA, imagesB) : OnAxis(o, a, b), .. OfWhole(a.Draw(count, seed, draw: 0), b.Draw(count, seed, draw: 1), seed)]);
        if (o.Json)
            Console.WriteLine(JsonSerializer.Serialize(report, Line));
        else
            Print(report);
        return ExitCode.Done;
    }

    /// <summary>Between histograms of one number of each sample, and the Earth Mover's distance of those numbers themselves.</summary>
    private static IEnumerable<DistanceLine> OnAxis(DistanceOptions o, Samples a, Samples b)
    {
        string axis = o.Axis ?? Brightness;
        bool isNumber = int.TryParse(axis, out int number);
        if (isNumber ? number < 0 || number >= a.Width : axis != Brightness)
            throw new FastGanException($"--axis '{axis}': give {Brightness}, {Class}, or the place of a number in a sample, 0 to {a.Width - 1}");
        (double[] valuesA, double[] valuesB) = isNumber ? (a.Axis(number), b.Axis(number)) : (a.Means(), b.Means());
        (Histogram p, Histogram q) = Histogram.Pair(valuesA, valuesB, o.Bins ?? DefaultBins);
        string name = isNumber ? $"axis {axis}" : axis, settings = $"{name}, all samples, {p.Bins} bins from {p.Low:0.####} to {p.High:0.####}";
        return [.. OfHistograms(p, q, settings), new("Earth Mover's", EarthMovers.OneDimension(valuesA, valuesB), $"{name}, all samples, exact, no bins")];
    }

    /// <summary>Between histograms of the classes that a classifier takes the images for. Classes have no order, and so no Earth Mover's distance.</summary>
    private static IEnumerable<DistanceLine> OfClasses(DistanceOptions o, Dataset? a, Dataset? b)
    {
        if (a is null || b is null)
            throw new FastGanException($"--axis {Class}: {(a is null ? o.A : o.B)} has numbers, and a classifier looks at images: give two sets of images");
        if (a.Shape.WithN(1) != b.Shape.WithN(1))
            throw new FastGanException($"--axis {Class}: {a.Name} has images of {a.Height}×{a.Width}×{a.Channels} and {b.Name} of {b.Height}×{b.Width}×{b.Channels}: give both one size");
        if (a.Classes < 2 && b.Classes < 2)
            throw new FastGanException($"--axis {Class}: a classifier is trained on labels of at least 2 classes, and neither {a.Name} nor {b.Name} has them: give an IDX pair or a folder with one sub-folder a class");
        Dataset labelled = a.Classes < 2 ? b : a;
        using CpuDevice device = new();
        using Classifier classifier = Classifier.ForData(labelled, device, Console.Error.WriteLine);
        return [.. OfHistograms(Classes(a, classifier), Classes(b, classifier),
            $"{labelled.Classes} classes of {labelled.Name}, all samples, as {classifier.Name}, {classifier.TestAccuracy:P1} right, names them")];
    }

    private static Histogram Classes(Dataset data, Classifier classifier)
    {
        double[] counts = new double[classifier.Classes];
        foreach (int[] some in Enumerable.Range(0, data.Count).Chunk(LookedAt))
        {
            foreach (int c in classifier.Look(data.Pixels(some)).Classes())
                counts[c]++;
        }

        return new Histogram(0, counts.Length, counts);
    }

    private static IEnumerable<DistanceLine> OfHistograms(Histogram p, Histogram q, string settings) =>
    [
        new("total variation", Divergences.TotalVariation(p, q), settings),
        new("KL(A || B)", Divergences.KullbackLeibler(p, q), settings + Unmatched(p, q, "A without B")),
        new("KL(B || A)", Divergences.KullbackLeibler(q, p), settings + Unmatched(q, p, "B without A")),
        new("Jensen-Shannon", Divergences.JensenShannon(p, q), $"{settings}; ln 2 = 0.6931 at most"),
    ];

    /// <summary>Why a divergence is infinite, where it is.</summary>
    private static string Unmatched(Histogram p, Histogram q, string what)
    {
        int bins = 0;
        for (int i = 0; i < p.Bins; i++)
            bins += p.Mass[i] > 0 && q.Mass[i] == 0 ? 1 : 0;
        return bins > 0 ? $"; {what} in {bins} bin{(bins == 1 ? "" : "s")}" : "";
    }

    /// <summary>Between whole samples.</summary>
    private static IEnumerable<DistanceLine> OfWhole(Samples a, Samples b, ulong seed)
    {
        string drawn = $"{a.Count} samples of each, seed {seed}";
        yield return new("sliced Earth Mover's", EarthMovers.Sliced(a, b, Projections, seed), $"{drawn}, {Projections} projections");
        double[] cost = Euclidean.Matrix(a, b);

        // Sets of one point each, and the same: any ε does.
        double mean = cost.Average(), epsilon = mean > 0 ? Epsilon * mean : Epsilon;
        Sinkhorn sinkhorn = Sinkhorn.Solve(cost, a.Count, b.Count, epsilon, Tolerance);
        yield return new("Sinkhorn", sinkhorn.Cost, $"{drawn}, epsilon {epsilon:0.####} ({Epsilon:0.##} of the mean distance), marginal error {sinkhorn.MarginalError:0.0e-0} after {sinkhorn.Iterations} rounds");
        yield return new("Earth Mover's", EarthMovers.Assigned(a, b), $"{drawn}, exact assignment");
    }

    private static void Print(DistanceReport report)
    {
        Terminal.Heading($"A {report.A.Source}, {report.A.Samples:N0} samples; B {report.B.Source}, {report.B.Samples:N0} samples; {report.Width} numbers a sample");
        Terminal.Table("distances", ["distance", " value", "of"], [.. report.Distances.Select(d => new[] { d.Distance, Text(d.Value), d.Settings })]);
    }

    private static string Text(double value) => double.IsInfinity(value) ? "infinite" : $"{value:0.0000}";

    private static void Draw(DistanceOptions o)
    {
        if (o.A is not null)
            throw new FastGanException($"--plot draws two bars that move apart, and has no use for {o.A}: leave out one of them");
        if (!Path.GetExtension(o.Plot!).Equals(".png", StringComparison.OrdinalIgnoreCase))
            throw new FastGanException($"--plot {o.Plot}: give a file that ends in .png");
        DistancePlot.Save(o.Plot!);
        Console.WriteLine($"four distances of two bars as they move apart: {o.Plot}");
    }

    private sealed record DistanceReport(SampleSet A, SampleSet B, int Width, ulong Seed, IReadOnlyList<DistanceLine> Distances);

    private sealed record SampleSet(string Source, int Samples);

    private sealed record DistanceLine(string Distance, double Value, string Settings);
}
