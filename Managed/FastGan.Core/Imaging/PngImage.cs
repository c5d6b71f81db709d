using SkiaSharp;

namespace FastGan.Imaging;

/// <summary>PNG files of single images.</summary>
public static class PngImage
{
    /// <summary>Saves one image. pixels (H, W, C) in [−1, 1], C 1 or 3; what lies outside is clipped. The same bytes each time.</summary>
    public static void Save(string path, ReadOnlySpan<float> pixels, int height, int width, int channels)
    {
        byte[] bytes = new byte[pixels.Length];
        ToBytes(pixels, bytes);
        Save(path, bytes, height, width, channels);
    }

    /// <summary>[−1, 1] to 0..255: the reverse of what the training step does to the data.</summary>
    internal static void ToBytes(ReadOnlySpan<float> pixels, Span<byte> bytes)
    {
        for (int i = 0; i < pixels.Length; i++)
            bytes[i] = (byte)Math.Clamp((pixels[i] + 1f) * 127.5f + 0.5f, 0f, 255f);
    }

    /// <summary>Saves one image of bytes (H, W, C).</summary>
    internal static void Save(string path, ReadOnlySpan<byte> bytes, int H, int W, int C)
    {
        using SKBitmap bitmap = Bitmap(bytes, H, W, C);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }

    /// <summary>Bytes (H, W, C) as a bitmap, each pixel a square of so many.</summary>
    internal static SKBitmap Bitmap(ReadOnlySpan<byte> bytes, int H, int W, int C, int scale = 1)
    {
        if (C is not (1 or 3) || bytes.Length != H * W * C)
            throw new ArgumentException($"{bytes.Length} bytes for an image of {H}x{W}x{C}");
        SKBitmap bitmap = new(W * scale, H * scale, C == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        int pixel = bitmap.BytesPerPixel;
        for (int y = 0; y < H * scale; y++)
        {
            for (int x = 0; x < W * scale; x++)
            {
                Span<byte> to = target[(y * bitmap.RowBytes + x * pixel)..];
                bytes.Slice((y / scale * W + x / scale) * C, C).CopyTo(to);
                if (C == 3)
                    to[3] = 255;
            }
        }

        return bitmap;
    }
}
