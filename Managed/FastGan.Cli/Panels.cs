using ScottPlot;
using SkiaSharp;

namespace FastGan.Cli;

/// <summary>Plots one above another in the program's own style, over one horizontal axis.</summary>
internal sealed class Panels
{
    private const int Width = 1200, Left = 90;

    public static readonly Color Ink = Color.FromHex("#334155");

    private static readonly Color Lines = Color.FromHex("#E2E8F0");

    private readonly SKTypeface _typeface = CurvesFont.Use();
    private readonly Multiplot _plots = new();
    private readonly int _rows, _height;

    /// <param name="height">Of a panel, in pixels.</param>
    /// <param name="horizontal">What the horizontal axis shows.</param>
    public Panels(int rows, int height, string horizontal)
    {
        (_rows, _height) = (rows, rows * height);
        _plots.AddPlots(rows);
        Plot last = _plots.GetPlot(rows - 1);
        last.XLabel(horizontal, 15);
        last.Axes.Bottom.Label.ForeColor = Ink;
        last.Axes.Bottom.Label.Bold = false;
    }

    /// <summary>The plot of a row, empty, with its vertical axis named.</summary>
    public Plot Label(int row, string label)
    {
        Plot plot = _plots.GetPlot(row);
        plot.Axes.Color(Ink);
        plot.Axes.Right.FrameLineStyle.Width = plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Left.TickLabelStyle.FontSize = plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.MinorTickStyle.Length = plot.Axes.Bottom.MinorTickStyle.Length = 0;
        plot.YLabel(label, 15);
        plot.Axes.Left.Label.Bold = false;
        plot.Grid.MajorLineColor = Lines;
        plot.Legend.FontSize = 14;
        plot.Legend.FontColor = Ink;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.TightHorizontalWrapping = true;
        plot.ShowLegend(Edge.Top).Alignment = Alignment.LowerRight;
        plot.Axes.Margins(horizontal: 0.01, vertical: 0.05);

        // The same room on the left in each panel, so that what belongs together stands below each other.
        plot.Layout.Fixed(new PixelPadding(Left, 40, row == _rows - 1 ? 60 : 30, 40));
        return plot;
    }

    /// <summary>Saves them as PNG; the same bytes for the same plots.</summary>
    public void Save(string path, string title)
    {
        using SKBitmap bitmap = new(Width, _height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(bitmap);
        _plots.Render(canvas, new PixelRect(0, Width, _height, 0));
        using SKFont font = new(_typeface, 20);
        using SKPaint ink = new() { Color = Ink.ToSKColor(), IsAntialias = true };
        canvas.DrawText(title, Left, 27, SKTextAlign.Left, font, ink);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }
}
