using FastGan.Data;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class ResamplerTests
{
    private static byte[] Resize(byte[] image, int height, int width, int outHeight, int outWidth, ResizeMode mode, byte margin = 0, int channels = 1)
    {
        byte[] output = new byte[outHeight * outWidth * channels];
        new Resampler(height, width, channels, outHeight, outWidth, mode, margin).Apply(image, output);
        return output;
    }

    [TestMethod]
    [DataRow(ResizeMode.Crop)]
    [DataRow(ResizeMode.Fit)]
    [DataRow(ResizeMode.Stretch)]
    public void AnyModeKeepsASizeAndAFlatColour(ResizeMode mode)
    {
        byte[] image = [.. Enumerable.Range(0, 5 * 5).Select(i => (byte)(i * 37))];
        CollectionAssert.AreEqual(image, Resize(image, 5, 5, 5, 5, mode));

        byte[] flat = [.. Enumerable.Range(0, 7 * 7).SelectMany(_ => new byte[] { 10, 130, 255 })];
        foreach (int size in (int[])[1, 2, 5, 8, 16, 31])
            CollectionAssert.AreEqual(Enumerable.Range(0, size * size).SelectMany(_ => new byte[] { 10, 130, 255 }).ToArray(),
                Resize(flat, 7, 7, size, size, mode, channels: 3), $"{size}");
    }

    [TestMethod]
    public void ShrinkingLetsEveryPixelCount()
    {
        // One bright column in eight becomes an even grey, where taking the nearest pixels would find them all or none.
        byte[] lines = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 8 == 0 ? 200 : 0))];
        byte[] small = Resize(lines, 64, 64, 8, 8, ResizeMode.Stretch);
        for (int i = 0; i < small.Length; i++)
            Assert.AreEqual(25, small[i], i % 8 is 0 or 7 ? 10 : 4, string.Join(",", small));
    }

    [TestMethod]
    public void EnlargingByTwoInterpolatesAsKeysDid()
    {
        // At ±¼ and ±¾ of a pixel the kernel is 0.8671875, 0.2265625, −0.0703125, −0.0234375; the border takes the weights that are left.
        byte[] row = Resize([0, 0, 100, 100], 1, 4, 1, 8, ResizeMode.Stretch);
        Assert.AreEqual((byte)(100 * (0.2265625 - 0.0234375) + 0.5), row[3]);
        Assert.AreEqual((byte)(100 * (0.8671875 - 0.0703125) + 0.5), row[4]);
        Assert.AreEqual(0, row[2]);
        Assert.AreEqual(0, row[0]);
        Assert.IsGreaterThan(100, row[5]);
    }

    [TestMethod]
    public void CropCutsTheSidesEvenlyFitLeavesAMarginStretchTakesAll()
    {
        // Eight columns: two of 50, four of 100, two of 150, in two rows.
        byte[] line = [50, 50, 100, 100, 100, 100, 150, 150];
        byte[] wide = [.. line, .. line, .. line, .. line];

        Assert.IsTrue(Resize(wide, 4, 8, 4, 4, ResizeMode.Crop).All(b => b == 100));

        byte[] fit = Resize(wide, 4, 8, 4, 4, ResizeMode.Fit, margin: 9);
        Assert.IsTrue(fit[..4].Concat(fit[12..]).All(b => b == 9));
        Assert.IsTrue(fit[4..12].All(b => b >= 45));
        CollectionAssert.AreEqual(fit[4..8], fit[8..12]);

        byte[] stretched = Resize(wide, 4, 8, 4, 4, ResizeMode.Stretch);
        CollectionAssert.AreEqual(fit[4..8], stretched[..4]);
        Assert.IsTrue(stretched[0] < 60 && stretched[3] > 140);
        Assert.AreEqual(200, stretched[1] + stretched[2], 1);
    }

    [TestMethod]
    public void TheLongSideMayBeEither()
    {
        byte[] tall = [50, 50, 100, 100, 100, 100, 150, 150];
        Assert.IsTrue(Resize(tall, 8, 1, 4, 4, ResizeMode.Crop).All(b => b is >= 95 and <= 105));
        byte[] fit = Resize(tall, 8, 1, 4, 4, ResizeMode.Fit, margin: 9);
        for (int y = 0; y < 4; y++)
            Assert.IsTrue(fit[y * 4] == 9 && fit[y * 4 + 1] > 9 && fit[y * 4 + 2] == 9 && fit[y * 4 + 3] == 9, $"row {y}: {string.Join(",", fit)}");
    }

    /// <summary>Sizes that fill vectors and such that don't, against the sums over both axes at once in double precision.</summary>
    [TestMethod]
    [DataRow(28, 28, 1, 64, 64)]
    [DataRow(5, 9, 3, 33, 17)]
    [DataRow(37, 41, 1, 7, 70)]
    [DataRow(97, 64, 3, 40, 31)]
    [DataRow(1, 50, 3, 1, 3)]
    [DataRow(50, 1, 3, 40, 1)]
    public void EachPixelIsTheCubicSumOfThoseAroundIt(int height, int width, int channels, int outHeight, int outWidth)
    {
        byte[] image = new byte[height * width * channels];
        new Random(1).NextBytes(image);
        byte[] actual = Resize(image, height, width, outHeight, outWidth, ResizeMode.Stretch, channels: channels);
        double[][] rows = Weights(height, outHeight), columns = Weights(width, outWidth);
        for (int i = 0; i < actual.Length; i++)
        {
            (int y, int x, int c) = (i / channels / outWidth, i / channels % outWidth, i % channels);
            double sum = 0;
            for (int sy = 0; sy < height; sy++)
            {
                for (int sx = 0; sx < width; sx++)
                    sum += rows[y][sy] * columns[x][sx] * image[(sy * width + sx) * channels + c];
            }

            // Half a step of rounding, and the little that floats are off.
            Assert.AreEqual(Math.Clamp(sum, 0, 255), actual[i], 0.501, $"row {y}, column {x}, channel {c}");
        }
    }

    /// <summary>Of each source pixel for each output pixel, by Keys' formula as printed, with a = -1/2.</summary>
    private static double[][] Weights(int source, int output)
    {
        double scale = (double)source / output, wide = Math.Max(1, scale);
        return [.. Enumerable.Range(0, output).Select(i =>
        {
            double[] weights = [.. Enumerable.Range(0, source).Select(s => Math.Abs((s + 0.5 - (i + 0.5) * scale) / wide)).Select(d =>
                d < 1 ? 1.5 * Math.Pow(d, 3) - 2.5 * Math.Pow(d, 2) + 1 : d < 2 ? -0.5 * Math.Pow(d, 3) + 2.5 * Math.Pow(d, 2) - 4 * d + 2 : 0)];
            return weights.Select(w => w / weights.Sum()).ToArray();
        })];
    }
}
