using FastGan.Data;
using ScottPlot;
using SkiaSharp;

namespace FastGan.Cli;

/// <summary>Points of the plane under a title.</summary>
/// <param name="Points">(count, 2)</param>
public sealed record ScatterPanel(string Title, float[] Points);

/// <summary>Samples of a mixture side by side, over the places of its modes.</summary>
public static class Scatters
{
    private const int Columns = 3, PanelSize = 420;

    private static readonly Color Point = Color.FromHex("#2563EB").WithAlpha(0.35), Mode = Color.FromHex("#EA580C"), Ink = Color.FromHex("#334155");

    /// <summary>Saves the panels as PNG, three to a row; the same bytes for the same points. Points far outside the mixture are left out.</summary>
    /// <exception cref="FastGanException">The file can't be written.</exception>
    public static void Save(string path, Mixture mixture, IReadOnlyList<ScatterPanel> panels)
    {
        CurvesFont.Use();
        double reach = 1.3 * mixture.Centers.Max(c => Math.Max(Math.Abs(c.X), Math.Abs(c.Y)));
        int columns = Math.Min(Columns, panels.Count), rows = (panels.Count + columns - 1) / columns;
        Multiplot plots = new() { Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns) };
        plots.AddPlots(panels.Count);
        for (int i = 0; i < panels.Count; i++)
            Draw(plots.GetPlot(i), mixture, panels[i], reach);
        using SKBitmap bitmap = new(columns * PanelSize, rows * PanelSize, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(SKColors.White);
        plots.Render(canvas, new PixelRect(0, bitmap.Width, bitmap.Height, 0));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }

    private static void Draw(Plot plot, Mixture mixture, ScatterPanel panel, double reach)
    {
        plot.Axes.Color(Ink);
        plot.Title(panel.Title, 15);
        plot.Axes.Title.Label.ForeColor = Ink;
        plot.Axes.Title.Label.Bold = false;
        plot.HideGrid();
        plot.Axes.Left.MinorTickStyle.Length = plot.Axes.Bottom.MinorTickStyle.Length = 0;
        (double X, double Y)[] points = [.. panel.Points.Chunk(2).Select(p => ((double)p[0], (double)p[1])).Where(p => Math.Abs(p.Item1) < reach && Math.Abs(p.Item2) < reach)];
        ScottPlot.Plottables.Markers modes = plot.Add.Markers(
            mixture.Centers.Select(c => c.X).ToArray(), mixture.Centers.Select(c => c.Y).ToArray(), MarkerShape.OpenCircle, 16, Mode);
        modes.MarkerLineWidth = 1;
        plot.Add.Markers(points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray(), MarkerShape.FilledCircle, 3, Point);
        plot.Axes.SetLimits(-reach, reach, -reach, reach);
    }
}
