using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FastGan.Data;
using SkiaSharp;

namespace FastGan.Tests.Data;

/// <summary>Writes the files that the data tests read.</summary>
internal static class Files
{
    /// <summary>Writes a file and the folders on the way to it.</summary>
    public static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    public static byte[] Idx(byte[] elements, params int[] dimensions)
    {
        byte[] file = new byte[4 + 4 * dimensions.Length + elements.Length];
        (file[2], file[3]) = (8, (byte)dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), dimensions[i]);
        elements.CopyTo(file, 4 + 4 * dimensions.Length);
        return file;
    }

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Fastest))
            gzip.Write(content);
        return zipped.ToArray();
    }

    /// <summary>An image file's bytes, of one colour or of a colour by pixel.</summary>
    public static byte[] Image(int width, int height, SKColor colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Image(width, height, (_, _) => colour, format);

    public static byte[] Image(int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colour(x, y));
        }

        using SKData data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    /// <summary>A BMP of 24 bits, which Skia reads and does not write: bottom row first, BGR, rows padded to 4 bytes.</summary>
    public static byte[] Bmp(int width, int height, SKColor colour)
    {
        int row = (3 * width + 3) / 4 * 4;
        byte[] file = new byte[54 + row * height];
        (file[0], file[1], file[26], file[28]) = ((byte)'B', (byte)'M', 1, 24);
        foreach ((int at, int value) in new[] { (2, file.Length), (10, 54), (14, 40), (18, width), (22, height) })
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                ((ReadOnlySpan<byte>)[colour.Blue, colour.Green, colour.Red]).CopyTo(file.AsSpan(54 + y * row + 3 * x));
        }

        return file;
    }

    /// <summary>The JPEG with an Exif segment after its first marker that says how the camera was held (1..8).</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    public static Dataset Load(DataSpec spec) => Dataset.Load(spec, line => Assert.Fail($"a warning: {line}"));

    /// <summary>Loads what can't be loaded and returns the line that says so, which is one line and ends in what to do.</summary>
    public static string Refusal(DataSpec spec)
    {
        string line = Assert.ThrowsExactly<FastGanException>(() => Dataset.Load(spec, _ => { })).Message;
        Assert.DoesNotContain("\n", line);
        return line;
    }
}
