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
        if (C is not (1 or 3) || bytes.Length != H * W * C)
            throw new ArgumentException($"{bytes.Length} bytes for an image of {H}x{W}x{C}");
        using SKBitmap bitmap = new(W, H, C == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        int pixel = bitmap.BytesPerPixel;
        for (int i = 0; i < H * W; i++)
        {
            bytes.Slice(i * C, C).CopyTo(target[((i / W * bitmap.RowBytes) + (i % W * pixel))..]);
            if (C == 3)
                target[i / W * bitmap.RowBytes + i % W * pixel + 3] = 255;
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.AsSpan());
    }
}
