using ScottPlot;
using ScottPlot.TickGenerators;

namespace FastGan.Cli;

/// <summary>What the curves show of one logged step.</summary>
public readonly record struct CurvePoint(long Step, double DLoss, double GLoss, double DReal, double DFake, double DGradNorm, double GGradNorm);

/// <summary>The course of a run as a picture: losses, the discriminator's outputs and gradient norms over the steps, one above another.</summary>
public static class Curves
{
    private const int PanelHeight = 340;

    /// <summary>With more points than this the curve is drawn faintly, and its moving mean over it.</summary>
    private const int Smoothed = 100;

    /// <summary>Of more points than this every second, third, … is drawn; the means are still those of all.</summary>
    private const int Drawn = 2000;

    private static readonly Color D = Color.FromHex("#2563EB"), G = Color.FromHex("#EA580C");

    /// <summary>Saves the curves as PNG; the same bytes for the same points. Numbers that are not finite are left out.</summary>
    /// <exception cref="FastGanException">The file can't be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<CurvePoint> points)
    {
        double[] steps = [.. points.Select(p => (double)p.Step)];
        Panels panels = new(3, PanelHeight, "step");

        Plot losses = panels.Label(0, "loss");
        Curve(losses, "D", D, steps, points.Select(p => p.DLoss));
        Curve(losses, "G", G, steps, points.Select(p => p.GLoss));

        Plot outputs = panels.Label(1, "mean output of D");
        Curve(outputs, "D(x), real", D, steps, points.Select(p => p.DReal));
        Curve(outputs, "D(G(z)), generated", G, steps, points.Select(p => p.DFake));
        if (points.All(p => p is { DReal: >= 0 and <= 1, DFake: >= 0 and <= 1 }))
            outputs.Axes.SetLimitsY(-0.02, 1.02);

        // Norms differ by orders of magnitude: their logarithms are drawn, and labelled with the norms.
        Plot norms = panels.Label(2, "gradient norm");
        Curve(norms, "D", D, steps, points.Select(p => Math.Log10(p.DGradNorm)));
        Curve(norms, "G", G, steps, points.Select(p => Math.Log10(p.GGradNorm)));
        norms.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = exponent => Short(Math.Pow(10, exponent)) };

        foreach (Plot plot in (ReadOnlySpan<Plot>)[losses, outputs, norms])
            plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        panels.Save(path, title);
    }

    private static void Curve(Plot plot, string label, Color colour, double[] steps, IEnumerable<double> values)
    {
        (double Step, double Value)[] curve = [.. steps.Zip(values).Where(p => double.IsFinite(p.Second))];
        double[] x = [.. curve.Select(p => p.Step)], y = [.. curve.Select(p => p.Value)];
        bool smooth = y.Length > Smoothed;
        if (smooth)
            Line(y, colour.WithAlpha(0.25), 1);
        Line(smooth ? MovingMean(y, y.Length / 50) : y, colour, 2).LegendText = label;

        ScottPlot.Plottables.Scatter Line(double[] values, Color c, float width)
        {
            int every = (x.Length + Drawn - 1) / Drawn;
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(
                x.Where((_, i) => i % every == 0).ToArray(), values.Where((_, i) => i % every == 0).ToArray(), c);
            line.LineWidth = width;
            line.MarkerSize = x.Length == 1 ? 6 : 0;
            return line;
        }
    }

    /// <summary>The mean of each value and its neighbours, as many on both sides as there are, up to <paramref name="reach"/>.</summary>
    private static double[] MovingMean(double[] values, int reach)
    {
        double[] sums = new double[values.Length + 1], means = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            sums[i + 1] = sums[i] + values[i];
        for (int i = 0; i < values.Length; i++)
        {
            int side = Math.Min(reach, Math.Min(i, values.Length - 1 - i));
            means[i] = (sums[i + side + 1] - sums[i - side]) / (2 * side + 1);
        }

        return means;
    }

    /// <summary>Two digits, or whole numbers from ten on: 6.3, 158.</summary>
    private static string Short(double value) => value >= 10 ? $"{value:F0}" : $"{value:G2}";
}
