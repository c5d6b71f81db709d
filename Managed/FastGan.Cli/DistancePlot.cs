using FastGan.Evaluation.Distances;
using ScottPlot;

namespace FastGan.Cli;

/// <summary>
/// Why a WGAN's critic learns where a discriminator stands still (Arjovsky, Chintala and Bottou, 2017): two uniform bars of width 1, one moved
/// away from the other, and what the four distances say of it; their slopes below.
/// </summary>
internal static class DistancePlot
{
    /// <summary>Bins a unit, how far the bar moves, and a line under another, in pixels.</summary>
    private const int Unit = 100, Furthest = 3, Wide = 8;

    private static readonly Color Variation = Color.FromHex("#2563EB"), Kl = Color.FromHex("#DC2626"), Js = Color.FromHex("#059669"), Earth = Color.FromHex("#EA580C");

    private static double[] Shifts { get; } = [.. Enumerable.Range(0, Furthest * Unit + 1).Select(i => (double)i / Unit)];

    /// <summary>The distance between the bars at each shift.</summary>
    public static double[] Course(Func<Histogram, Histogram, double> distance) => [.. Enumerable.Range(0, Furthest * Unit + 1).Select(i => distance(Bar(0), Bar(i)))];

    public static void Save(string path)
    {
        Panels panels = new(2, 420, "how far the one bar is moved");
        double[] variation = Course(Divergences.TotalVariation), js = Course(Divergences.JensenShannon), earth = Course(EarthMovers.OneDimension);
        Plot distances = panels.Label(0, "distance"), slopes = panels.Label(1, "slope: what a gradient would follow");

        // Up to a shift of 1 total variation and Earth Mover's are the same number: the one shows on both sides of the other.
        Curve(distances, "total variation", Variation, Shifts, variation, Wide);
        Curve(distances, "Jensen-Shannon", Js, Shifts, js);
        Curve(distances, "Earth Mover's", Earth, Shifts, earth);

        // Where only one bar has mass the divergence is infinite: at every shift but 0.
        const double top = 3.2;
        Curve(distances, "Kullback-Leibler", Kl, [0, 0, Furthest], [0, top, top]);
        Write(distances, "infinite from the first shift on", Kl, 0.04, top - 0.12);
        Write(distances, "total variation and Jensen-Shannon stand still where the bars no longer overlap", Panels.Ink, 1.04, 0.53);
        distances.Axes.SetLimits(-0.02, Furthest + 0.02, -0.08, top + 0.08);

        Curve(slopes, "total variation", Variation, Middles, Slope(variation), Wide);
        Curve(slopes, "Jensen-Shannon", Js, Middles, Slope(js));
        Curve(slopes, "Earth Mover's", Earth, Middles, Slope(earth));
        Write(slopes, "nothing to follow, except for Earth Mover's", Panels.Ink, 1.04, 0.16);
        Write(slopes, "Kullback-Leibler has no slope: it is infinite", Kl, 1.04, 0.36);
        slopes.Axes.SetLimits(-0.02, Furthest + 0.02, -0.08, 1.15);
        foreach (Plot plot in (ReadOnlySpan<Plot>)[distances, slopes])
            plot.Add.VerticalLine(1, 1, Panels.Ink, LinePattern.Dashed);
        panels.Save(path, "Two bars of width 1 move apart");
    }

    private static double[] Middles { get; } = [.. Shifts.SkipLast(1).Select(shift => shift + 0.5 / Unit)];

    private static double[] Slope(double[] values) => [.. values.Zip(values.Skip(1), (before, after) => (after - before) * Unit)];

    /// <summary>Mass 1 over a unit, from a bin on.</summary>
    private static Histogram Bar(int from) =>
        new(0, Furthest + 1, [.. Enumerable.Range(0, (Furthest + 1) * Unit).Select(i => i >= from && i < from + Unit ? 1.0 : 0)]);

    private static void Curve(Plot plot, string label, Color colour, double[] x, double[] y, float width = 3)
    {
        ScottPlot.Plottables.Scatter curve = plot.Add.ScatterLine(x, y, colour);
        curve.LineWidth = width;
        curve.LegendText = label;
    }

    private static void Write(Plot plot, string text, Color colour, double x, double y)
    {
        ScottPlot.Plottables.Text written = plot.Add.Text(text, x, y);
        written.LabelFontColor = colour;
        written.LabelFontSize = 15;
    }
}
