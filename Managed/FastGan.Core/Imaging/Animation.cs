using SkiaSharp;

namespace FastGan.Imaging;

/// <summary>Images one after another, as an animated WebP that plays for ever.</summary>
public static class Animation
{
    /// <summary>Small images are enlarged by a whole number, to at most 192 pixels. Lossless.</summary>
    /// <param name="images">(N, H, W, C) in [−1, 1], C 1 or 3; what lies outside is clipped.</param>
    /// <param name="frame">How long each image is shown.</param>
    public static void Save(string path, ReadOnlySpan<float> images, FastGan.Tensors.Shape shape, TimeSpan frame)
    {
        (int H, int W, int C) = (shape.H, shape.W, shape.C);
        int scale = Math.Max(1, 192 / Math.Max(H, W));
        List<SKBitmap> bitmaps = [];
        try
        {
            byte[] bytes = new byte[shape.SampleCount];
            for (int n = 0; n < shape.N; n++)
            {
                PngImage.ToBytes(images.Slice(n * bytes.Length, bytes.Length), bytes);
                bitmaps.Add(PngImage.Bitmap(bytes, H, W, C, scale));
            }

            using SKData webp = SKWebpEncoder.EncodeAnimated(
                bitmaps.Select(b => new SKWebpEncoderFrame(b, frame)).ToArray(), new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))
                ?? throw new InvalidOperationException($"{shape} can't be encoded as WebP");
            AtomicFile.Write(path, webp.AsSpan());
        }
        finally
        {
            bitmaps.ForEach(b => b.Dispose());
        }
    }
}
