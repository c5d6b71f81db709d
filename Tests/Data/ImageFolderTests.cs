using FastGan.Data;
using FastGan.Tensors;
using SkiaSharp;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class ImageFolderTests
{
    private static readonly SKColor Brown = new(200, 100, 50);

    [TestMethod]
    public void SubFoldersAreClassesInOrdinalOrder()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["b/2.png"], Files.Image(4, 3, new SKColor(20, 20, 20)));
        Files.Write(folder["b/10.PNG"], Files.Image(4, 3, new SKColor(10, 10, 10)));
        Files.Write(folder["B/deep/x.png"], Files.Image(4, 3, new SKColor(5, 5, 5)));
        Files.Write(folder["b/notes.txt"], "no image");
        Files.Write(folder[".hidden/._x.png"], "no image");

        Dataset data = Files.Load(new(folder.Path));

        Assert.AreEqual(new Shape(3, 3, 4, 1), data.Shape);
        CollectionAssert.AreEqual((string[])["B", "b"], data.ClassNames.ToArray());
        CollectionAssert.AreEqual((int[])[0, 1, 1], data.Labels);
        CollectionAssert.AreEqual(new byte[] { 5, 10, 20 }, new[] { data.Images[0], data.Images[12], data.Images[24] });
    }

    [TestMethod]
    public void FilesInTheFolderItselfHaveNoClass()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["a.png"], Files.Image(4, 4, Brown));
        Dataset data = Files.Load(new(folder.Path));
        Assert.IsNull(data.Labels);
        Assert.IsEmpty(data.ClassNames);
        Assert.AreEqual(new Shape(1, 4, 4, 3), data.Shape);
        CollectionAssert.AreEqual(new byte[] { 200, 100, 50 }, data.Images[..3]);
        Assert.AreEqual(124, Files.Load(new(folder.Path, Channels: 1)).Images[0]);
    }

    [TestMethod]
    public void EachFormatIsRead()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["1.png"], Files.Image(9, 7, Brown));
        Files.Write(folder["2.jpg"], Files.Image(9, 7, Brown, SKEncodedImageFormat.Jpeg));
        Files.Write(folder["3.jpeg"], Files.Image(9, 7, Brown, SKEncodedImageFormat.Jpeg));
        Files.Write(folder["4.webp"], Files.Image(9, 7, Brown, SKEncodedImageFormat.Webp));
        Files.Write(folder["5.bmp"], Files.Bmp(9, 7, Brown));

        Dataset data = Files.Load(new(folder.Path));

        Assert.AreEqual(new Shape(5, 7, 9, 3), data.Shape);
        for (int i = 0; i < data.Images.Length; i++)
            Assert.AreEqual((i % 3) switch { 0 => 200, 1 => 100, _ => 50 }, data.Images[i], 3, $"byte {i}");
    }

    [TestMethod]
    public void GreyIsFoundUnlessAnyImageHasAColour()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["1.png"], Files.Image(4, 4, new SKColor(60, 60, 60)));
        Assert.AreEqual(1, Files.Load(new(folder.Path)).Channels);
        Assert.AreEqual(3, Files.Load(new(folder.Path, Channels: 3)).Channels);
        Files.Write(folder["2.png"], Files.Image(4, 4, (x, y) => x == 3 && y == 3 ? Brown : SKColors.Black));
        Assert.AreEqual(3, Files.Load(new(folder.Path)).Channels);
    }

    [TestMethod]
    public void WhatIsTransparentLiesOnWhite()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["1.png"], Files.Image(3, 1, (x, _) => new SKColor(200, 100, 0, (byte)(x switch { 0 => 0, 1 => 51, _ => 255 }))));
        CollectionAssert.AreEqual(new byte[] { 255, 255, 255, 244, 224, 204, 200, 100, 0 }, Files.Load(new(folder.Path)).Images);

        // So does the margin of such an image; that of an opaque one is black.
        byte[] fit = Files.Load(new(folder.Path, Size: 3, Resize: ResizeMode.Fit)).Images;
        Assert.IsTrue(fit[..9].Concat(fit[18..]).All(b => b == 255));
        Files.Write(folder["1.png"], Files.Image(3, 1, Brown));
        fit = Files.Load(new(folder.Path, Size: 3, Resize: ResizeMode.Fit)).Images;
        Assert.IsTrue(fit[..9].Concat(fit[18..]).All(b => b == 0));
    }

    [TestMethod]
    public void ACamerasOrientationIsUndone()
    {
        // Seen upright: red, green, blue and white blocks, clockwise from the top left, in 24x16 pixels.
        static SKColor Upright(int x, int y, int width, int height) => (x < width / 2, y < height / 2) switch
        {
            (true, true) => SKColors.Red,
            (false, true) => SKColors.Lime,
            (false, false) => SKColors.Blue,
            _ => SKColors.White,
        };
        using TemporaryFolder folder = new();
        for (byte orientation = 1; orientation <= 8; orientation++)
        {
            // What the Exif standard says of each: which side of the picture the stored first row and first column are.
            (int W, int H) = orientation >= 5 ? (16, 24) : (24, 16);
            byte[] jpeg = Files.Image(W, H, (x, y) => orientation switch
            {
                1 => Upright(x, y, W, H),
                2 => Upright(W - 1 - x, y, W, H),
                3 => Upright(W - 1 - x, H - 1 - y, W, H),
                4 => Upright(x, H - 1 - y, W, H),
                5 => Upright(y, x, H, W),
                6 => Upright(H - 1 - y, x, H, W),
                7 => Upright(H - 1 - y, W - 1 - x, H, W),
                _ => Upright(y, W - 1 - x, H, W),
            }, SKEncodedImageFormat.Jpeg);
            Files.Write(folder["1.jpg"], Files.WithOrientation(jpeg, orientation));

            Dataset data = Files.Load(new(folder.Path));

            Assert.AreEqual(new Shape(1, 16, 24, 3), data.Shape, $"orientation {orientation}");
            foreach ((int x, int y) in new[] { (3, 3), (20, 3), (20, 12), (3, 12) })
            {
                SKColor expected = Upright(x, y, 24, 16);
                ReadOnlySpan<byte> pixel = data.Images.AsSpan((y * 24 + x) * 3, 3);
                Assert.AreEqual(expected.Red, pixel[0], 10, $"orientation {orientation} at {x}, {y}");
                Assert.AreEqual(expected.Green, pixel[1], 10, $"orientation {orientation} at {x}, {y}");
                Assert.AreEqual(expected.Blue, pixel[2], 10, $"orientation {orientation} at {x}, {y}");
            }
        }
    }

    [TestMethod]
    public void AnyMixOfSizesIsBroughtToOneTheSameEachTime()
    {
        using TemporaryFolder folder = new();
        Random random = new(5);
        for (int i = 0; i < 30; i++)
        {
            (int width, int height) = (random.Next(5, 90), random.Next(5, 90));
            int seed = random.Next(256);
            SKColor Colour(int x, int y) => new((byte)(x * seed), (byte)(y * 3), (byte)seed);
            Files.Write(folder[$"{i % 3}/{i}.png"], Files.Image(width, height, Colour));
        }

        foreach (ResizeMode mode in Enum.GetValues<ResizeMode>())
        {
            Dataset data = Files.Load(new(folder.Path, Size: 24, Resize: mode));
            Assert.AreEqual(new Shape(30, 24, 24, 3), data.Shape);
            Assert.AreEqual(data.Digest(), Files.Load(new(folder.Path, Size: 24, Resize: mode)).Digest());
        }

        string line = Files.Refusal(new(folder.Path));
        Assert.Contains($"folder '{folder.Path}' holds images of several sizes (0/0.png", line);
        Assert.Contains("give --image-size", line);
    }

    [TestMethod]
    public void ABrokenImageIsNamedAndSkippedOrRefused()
    {
        using TemporaryFolder folder = new();
        byte[] jpeg = Files.Image(64, 64, (x, y) => new SKColor((byte)(x * 4), (byte)(y * 4), (byte)(x * y)), SKEncodedImageFormat.Jpeg);
        byte[] png = Files.Image(64, 64, (x, y) => new SKColor((byte)(x * 4), (byte)(y * 4), (byte)(x * y)));
        (byte[] Content, string Why)[] broken =
        [
            (jpeg[..(jpeg.Length / 2)], "it is truncated"),
            (png[..(png.Length / 2)], "it is truncated"),
            ([], "it is empty"),
            ("<html>Not found</html>"u8.ToArray(), "it is no PNG, JPEG, WebP or BMP image"),
        ];
        Files.Write(folder["x/1.jpg"], jpeg);
        Files.Write(folder["y/3.jpg"], jpeg);
        string bad = folder["x/2.jpg"];
        foreach ((byte[] content, string why) in broken)
        {
            Files.Write(bad, content);
            List<string> warnings = [];
            foreach (int? size in (int?[])[64, null])
            {
                Dataset data = Dataset.Load(new(folder.Path, size), warnings.Add);
                CollectionAssert.AreEqual((int[])[0, 1], data.Labels);
                CollectionAssert.AreEqual(data.Images[..data.Shape.SampleCount], data.Images[data.Shape.SampleCount..]);
                Assert.AreEqual($"skipped 1 of 3 images: {bad}: {why}", warnings[^1]);
            }

            string line = Files.Refusal(new(folder.Path, 64, Broken: BrokenImages.Refuse));
            Assert.AreEqual($"{bad} can't be used: {why}: repair or remove it, or leave out --strict to skip it", line);
        }
    }

    [TestMethod]
    public void ManyBrokenImagesAreOneWarning()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["good.png"], Files.Image(4, 4, Brown));
        for (int i = 0; i < 8; i++)
            Files.Write(folder[$"bad{i}.png"], "?");
        List<string> warnings = [];
        Assert.AreEqual(1, Dataset.Load(new(folder.Path), warnings.Add).Count);
        Assert.HasCount(1, warnings);
        Assert.StartsWith("skipped 8 of 9 images", warnings[0]);
        Assert.Contains("bad0.png: it is no PNG", warnings[0]);
        Assert.EndsWith("; and 3 more", warnings[0]);
    }

    [TestMethod]
    public void AFolderThatGivesNoDataSaysWhatToDo()
    {
        using TemporaryFolder folder = new();
        string Line(string name) => Files.Refusal(new(folder[name], 32));

        Directory.CreateDirectory(folder["empty"]);
        Assert.Contains("holds no image: give a folder of .png, .jpg, .webp or .bmp files", Line("empty"));

        Files.Write(folder["idx/train-images-idx3-ubyte.gz"], "");
        Assert.Contains($"holds no image: did you mean its IDX file, {folder["idx/train-images-idx3-ubyte.gz"]}?", Line("idx"));

        Files.Write(folder["broken/a.png"], "?");
        Assert.Contains("holds no image that can be used (a.png: it is no PNG, JPEG, WebP or BMP image)", Line("broken"));

        Files.Write(folder["mixed/cover.png"], Files.Image(4, 4, Brown));
        Files.Write(folder["mixed/cats/a.png"], Files.Image(4, 4, Brown));
        string mixed = Line("mixed");
        Assert.Contains("holds images both directly (cover.png) and in sub-folders (cats/a.png)", mixed);
        Assert.Contains("give each image a sub-folder that names its class", mixed);

        Files.Write(folder["large/a.png"], Files.Image(4, 4, Brown));
        string large = Files.Refusal(new(folder["large"], 40000));
        Assert.Contains("1 images of 40000x40000x3 are 4.5 GiB, and at most 2 GiB can be loaded: give a smaller --image-size", large);
    }
}
