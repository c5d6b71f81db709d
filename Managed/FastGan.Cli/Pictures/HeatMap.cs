using MathNet.Numerics.LinearAlgebra;
using SkiaSharp;

namespace FastGan.Cli.Pictures;

/// <summary>Matrices of numbers about 0 as coloured squares with the numbers in them, one below another: rises orange, falls blue.</summary>
internal static class HeatMap
{
    private const int CellW = 46, CellH = 26, FontSize = 13, Title = 34, Tilted = 84, Margin = 10;

    /// <summary>Saves it as PNG; the same bytes each time. The colours are of one scale in all matrices, by the root of the number.</summary>
    public static void Save(string path, IReadOnlyList<string> rows, IReadOnlyList<string> columns, params IReadOnlyList<(string Title, Matrix<double> Values)> maps)
    {
        using SKFont font = new(CurvesFont.Use(), FontSize);
        using SKPaint paint = new() { IsAntialias = true };
        int left = (int)rows.Max(r => font.MeasureText(r)) + 2 * Margin, map = Title + Tilted + rows.Count * CellH + Margin;
        double most = maps.Max(m => m.Values.Enumerate().Max(Math.Abs));
        using SKBitmap picture = new(left + columns.Count * CellW + Tilted, maps.Count * map, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(picture);
        canvas.Clear(SKColors.White);
        for (int m = 0; m < maps.Count; m++)
        {
            int top = m * map + Title + Tilted;
            paint.Color = Colours.Ink;
            canvas.DrawText(maps[m].Title, Margin, m * map + Title - 12, SKTextAlign.Left, font, paint);
            for (int c = 0; c < columns.Count; c++)
            {
                canvas.Save();
                canvas.Translate(left + c * CellW + CellW / 2f, top - 6);
                canvas.RotateDegrees(-50);
                canvas.DrawText(columns[c], 0, 0, SKTextAlign.Left, font, paint);
                canvas.Restore();
            }

            for (int r = 0; r < rows.Count; r++)
            {
                paint.Color = Colours.Ink;
                canvas.DrawText(rows[r], left - Margin, top + r * CellH + CellH - 8, SKTextAlign.Right, font, paint);
                for (int c = 0; c < columns.Count; c++)
                    Cell(canvas, font, paint, left + c * CellW, top + r * CellH, maps[m].Values[r, c], most);
            }
        }

        canvas.Flush();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }

    private static void Cell(SKCanvas canvas, SKFont font, SKPaint paint, int x, int y, double value, double most)
    {
        SKColor full = value > 0 ? Colours.Rise : Colours.Fall;
        float share = most > 0 ? (float)Math.Sqrt(Math.Abs(value) / most) : 0;
        byte Mixed(byte channel) => (byte)(255 + share * (channel - 255));
        paint.Color = new SKColor(Mixed(full.Red), Mixed(full.Green), Mixed(full.Blue));
        canvas.DrawRect(x, y, CellW - 1, CellH - 1, paint);
        paint.Color = share > 0.8 ? SKColors.White : Colours.Ink;
        canvas.DrawText($"{Math.Round(value, 2) + 0.0:0.00}", x + CellW / 2f, y + CellH - 8, SKTextAlign.Center, font, paint);
    }
}
