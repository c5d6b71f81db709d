using FastGan.Tensors;

namespace FastGan.Imaging;

/// <summary>Many images in one picture.</summary>
public static class ImageGrid
{
    private const byte GapValue = 255;

    /// <summary>
    /// Saves a batch as a grid, row by row, on white with a small gap between the images; the places left over in the last row stay
    /// white. Images of 48 pixels or less are enlarged by a whole number so that the grid can be read. The same bytes each time.
    /// </summary>
    /// <param name="images">(N, H, W, C) in [−1, 1], C 1 or 3; what lies outside is clipped.</param>
    public static void Save(string path, ReadOnlySpan<float> images, Shape shape, int columns)
    {
        (int N, int H, int W, int C) = (shape.N, shape.H, shape.W, shape.C);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (images.Length != shape.Count)
            throw new ArgumentException($"{images.Length} numbers for images of {shape}");

        columns = Math.Min(columns, N);
        int scale = Math.Max(1, 96 / Math.Max(H, W));
        int gap = scale > 1 ? 4 : 2;
        int rows = (N + columns - 1) / columns;
        (int cellH, int cellW) = (H * scale + gap, W * scale + gap);
        (int height, int width) = (rows * cellH + gap, columns * cellW + gap);

        byte[] grid = new byte[height * width * C];
        Array.Fill(grid, GapValue);
        byte[] image = new byte[shape.SampleCount];
        for (int n = 0; n < N; n++)
        {
            PngImage.ToBytes(images.Slice(n * image.Length, image.Length), image);
            (int top, int left) = (gap + n / columns * cellH, gap + n % columns * cellW);
            for (int y = 0; y < H * scale; y++)
            {
                for (int x = 0; x < W * scale; x++)
                    image.AsSpan((y / scale * W + x / scale) * C, C).CopyTo(grid.AsSpan(((top + y) * width + left + x) * C));
            }
        }

        PngImage.Save(path, grid, height, width, C);
    }
}
