using SkiaSharp;

namespace FastGan.Data;

/// <summary>A decoded image: RGB bytes (Height, Width, 3).</summary>
/// <param name="Background">What to put around it: white if any of it is transparent, else black.</param>
internal readonly record struct DecodedImage(int Height, int Width, byte[] Rgb, byte Background);

/// <summary>
/// PNG, JPEG, WebP and BMP files as RGB bytes. Upright as a camera's orientation tag says; what is transparent lies on white, as
/// on the page that such images are drawn for; 16 bits are rounded to 8; the values are taken as they stand, without a colour profile.
/// </summary>
internal static class ImageFile
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp"];

    public static bool HasImageName(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Height and width, read from the header alone.</summary>
    /// <exception cref="InvalidDataException">It is no image; the message says why.</exception>
    public static (int Height, int Width) Size(string path)
    {
        using FileStream file = File.OpenRead(path);
        using SKCodec codec = Codec(file);
        return Turned(codec) ? (codec.Info.Width, codec.Info.Height) : (codec.Info.Height, codec.Info.Width);
    }

    /// <exception cref="InvalidDataException">It can't be decoded to its end; the message says why.</exception>
    public static DecodedImage Decode(string path)
    {
        using FileStream file = File.OpenRead(path);
        using SKCodec codec = Codec(file);
        (int H, int W) = (codec.Info.Height, codec.Info.Width);
        if (4L * H * W > Array.MaxLength)
            throw new InvalidDataException($"{W}x{H} pixels are too many");

        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        SKImageInfo info = new(W, H, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        SKCodecResult result = codec.GetPixels(info, out byte[] rgba);
        if (result != SKCodecResult.Success)
            throw new InvalidDataException(result switch
            {
                SKCodecResult.IncompleteInput => "it is truncated",
                SKCodecResult.ErrorInInput => "it is damaged",
                _ => $"it can't be decoded ({result})",
            });

        byte[] rgb = Upright(rgba, H, W, codec.EncodedOrigin, out byte background);
        return Turned(codec) ? new(W, H, rgb, background) : new(H, W, rgb, background);
    }

    private static SKCodec Codec(FileStream file)
    {
        if (file.Length == 0)
            throw new InvalidDataException("it is empty");
        return SKCodec.Create(file) ?? throw new InvalidDataException("it is no PNG, JPEG, WebP or BMP image");
    }

    /// <summary>Whether the image was stored on its side.</summary>
    private static bool Turned(SKCodec codec) => codec.EncodedOrigin >= SKEncodedOrigin.LeftTop;

    /// <summary>RGBA (H, W, 4) as stored, to RGB on white in the order of the upright image.</summary>
    private static byte[] Upright(byte[] rgba, int H, int W, SKEncodedOrigin origin, out byte background)
    {
        // Where the upright image's first pixel is stored, and how far away the next row's and the next column's are.
        (int first, int nextRow, int nextColumn) = origin switch
        {
            SKEncodedOrigin.TopRight => (W - 1, W, -1),
            SKEncodedOrigin.BottomRight => (H * W - 1, -W, -1),
            SKEncodedOrigin.BottomLeft => ((H - 1) * W, -W, 1),
            SKEncodedOrigin.LeftTop => (0, 1, W),
            SKEncodedOrigin.RightTop => ((H - 1) * W, 1, -W),
            SKEncodedOrigin.RightBottom => (H * W - 1, -1, -W),
            SKEncodedOrigin.LeftBottom => (W - 1, -1, W),
            _ => (0, W, 1),
        };
        int columns = origin >= SKEncodedOrigin.LeftTop ? H : W;
        byte[] rgb = new byte[H * W * 3];
        background = 0;
        for (int i = 0; i < H * W; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            ReadOnlySpan<byte> pixel = rgba.AsSpan(4 * (first + row * nextRow + column * nextColumn), 4);
            if (pixel[3] < 255)
                background = 255;
            for (int c = 0; c < 3; c++)
                rgb[3 * i + c] = (byte)((pixel[c] * pixel[3] + 255 * (255 - pixel[3]) + 127) / 255);
        }

        return rgb;
    }
}
