using FastGan.Imaging;
using FastGan.Tensors;
using FastGan.Tests.Data;
using SkiaSharp;

namespace FastGan.Tests.Imaging;

[TestClass]
public sealed class ImageGridTests
{
    private static float[] Batch(Shape shape) => [.. Enumerable.Range(0, shape.Count).Select(i => i * 37 % 256 / 127.5f - 1)];

    [TestMethod]
    [DataRow(5, 28, 28, 1, 3, 3, 4)]
    [DataRow(4, 16, 20, 3, 2, 4, 4)]
    [DataRow(3, 64, 64, 3, 8, 1, 2)]
    public void EveryPixelOfEveryImageIsInItsPlace(int n, int h, int w, int c, int columns, int scale, int gap)
    {
        using TemporaryFolder folder = new();
        Shape shape = new(n, h, w, c);
        float[] images = Batch(shape);
        ImageGrid.Save(folder["new/grid.png"], images, shape, columns);

        using SKBitmap grid = SKBitmap.Decode(folder["new/grid.png"]);
        columns = Math.Min(columns, n);
        Assert.AreEqual(columns * (w * scale + gap) + gap, grid.Width);
        Assert.AreEqual((n + columns - 1) / columns * (h * scale + gap) + gap, grid.Height);
        Assert.AreEqual(c == 1 ? SKColorType.Gray8 : grid.ColorType, grid.ColorType);
        Assert.AreEqual(SKColors.White, grid.GetPixel(0, 0));
        for (int i = 0; i < shape.Pixels; i++)
        {
            (int image, int y, int x) = (i / (h * w), i / w % h, i % w);
            (int left, int top) = (gap + image % columns * (w * scale + gap) + x * scale, gap + image / columns * (h * scale + gap) + y * scale);
            byte[] expected = [.. images[(i * c)..((i + 1) * c)].Select(v => (byte)MathF.Round((v + 1) * 127.5f))];
            foreach ((int dx, int dy) in new[] { (0, 0), (scale - 1, scale - 1) })
            {
                SKColor pixel = grid.GetPixel(left + dx, top + dy);
                Assert.AreEqual((expected[0], expected[c / 2], expected[c - 1]), (pixel.Red, pixel.Green, pixel.Blue), $"image {image} at {x}, {y}");
            }
        }
    }

    [TestMethod]
    public void TheSameImagesGiveTheSameBytesAndNothingElseIsLeft()
    {
        using TemporaryFolder folder = new();
        Shape shape = new(6, 28, 28, 1);
        ImageGrid.Save(folder["a.png"], Batch(shape), shape, 3);
        ImageGrid.Save(folder["b.png"], Batch(shape), shape, 3);
        ImageGrid.Save(folder["b.png"], Batch(shape), shape, 3);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
        Assert.HasCount(2, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void ASingleImageKeepsItsPixelsAndClipsTheRest()
    {
        using TemporaryFolder folder = new();
        PngImage.Save(folder["one.png"], [-1f, 0f, 1f, -3f, 3f, 0.5f], 1, 2, 3);
        using SKBitmap image = SKBitmap.Decode(folder["one.png"]);
        Assert.AreEqual((2, 1), (image.Width, image.Height));
        Assert.AreEqual(new SKColor(0, 128, 255), image.GetPixel(0, 0));
        Assert.AreEqual(new SKColor(0, 255, 191), image.GetPixel(1, 0));
    }

    [TestMethod]
    public void AFileThatCannotBeWrittenIsOneLineAndLeavesNothing()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["file"], "");
        string inFile = Path.Combine(folder["file"], "grid.png");
        Directory.CreateDirectory(folder["taken.png/x"]);
        foreach (string path in (string[])[inFile, folder["taken.png"]])
        {
            string line = Assert.ThrowsExactly<FastGanException>(() => ImageGrid.Save(path, new float[4], new Shape(1, 2, 2, 1), 1)).Message;
            Assert.StartsWith($"{path} can't be written", line);
            Assert.EndsWith("free some space there or choose another --out", line);
            Assert.DoesNotContain("\n", line);
        }

        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
    }
}
