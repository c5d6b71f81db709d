using FastGan.Tensors;
using SkiaSharp;

namespace FastGan.Cli.Pictures;

/// <summary>Images in rows and columns that have names.</summary>
internal static class LabelledGrid
{
    private const int Gap = 4, Cell = 84, FontSize = 14, Line = 24, Margin = 8;

    /// <summary>Saves it as PNG; the same bytes each time.</summary>
    /// <param name="images">(rows · columns, H, W, C) in [−1, 1], row by row.</param>
    /// <param name="shape">Of one image; N is ignored.</param>
    /// <param name="columns">Written above each column.</param>
    /// <param name="rows">Written to the left of each row.</param>
    public static void Save(string path, ReadOnlySpan<float> images, Shape shape, IReadOnlyList<string> columns, IReadOnlyList<string> rows)
    {
        int scale = Math.Max(1, Cell / Math.Max(shape.H, shape.W)), pixels = shape.SampleCount;
        using SKFont font = new(CurvesFont.Use(), FontSize);
        using SKPaint ink = new() { Color = Colours.Ink, IsAntialias = true };
        int left = (int)rows.Max(r => font.MeasureText(r)) + 2 * Margin;
        int cellW = Math.Max(shape.W * scale, (int)columns.Max(c => font.MeasureText(c)) + Margin) + Gap, cellH = shape.H * scale + Gap;
        using SKBitmap picture = new(left + columns.Count * cellW + Gap, Line + rows.Count * cellH + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(picture);
        canvas.Clear(SKColors.White);
        for (int c = 0; c < columns.Count; c++)
            canvas.DrawText(columns[c], left + c * cellW + cellW / 2f, Line - 7, SKTextAlign.Center, font, ink);
        for (int r = 0; r < rows.Count; r++)
        {
            canvas.DrawText(rows[r], left - Margin, Line + r * cellH + cellH / 2f + 5, SKTextAlign.Right, font, ink);
            for (int c = 0; c < columns.Count; c++)
            {
                using SKBitmap image = Bitmap(images.Slice((r * columns.Count + c) * pixels, pixels), shape);
                int x = left + c * cellW + (cellW - shape.W * scale) / 2, y = Line + r * cellH;
                canvas.DrawBitmap(image, new SKRect(x, y, x + shape.W * scale, y + shape.H * scale), new SKSamplingOptions(SKFilterMode.Nearest));
            }
        }

        canvas.Flush();
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }

    private static SKBitmap Bitmap(ReadOnlySpan<float> image, Shape shape)
    {
        SKBitmap bitmap = new(shape.W, shape.H, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < shape.H * shape.W; i++)
        {
            ReadOnlySpan<float> pixel = image.Slice(i * shape.C, shape.C);
            bitmap.SetPixel(i % shape.W, i / shape.W, new SKColor(Byte(pixel[0]), Byte(pixel[shape.C / 2]), Byte(pixel[shape.C - 1])));
        }

        return bitmap;
    }

    private static byte Byte(float v) => (byte)Math.Clamp((v + 1f) * 127.5f + 0.5f, 0f, 255f);
}
