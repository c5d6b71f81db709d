using FastGan.Data;
using FastGan.Tensors;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class IdxTests
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 3 * 2 * 4).Select(i => (byte)(10 * i))];
    private static readonly byte[] Images = Files.Idx(Pixels, 3, 2, 4);
    private static readonly byte[] Labels = Files.Idx([2, 0, 1], 3);

    [TestMethod]
    [DataRow("a-images-idx3-ubyte", "a-labels-idx1-ubyte")]
    [DataRow("a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte.gz")]
    [DataRow("a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte")]
    [DataRow("a-images-idx3-ubyte", "a-labels-idx1-ubyte.gz")]
    [DataRow("train-images.idx3-ubyte", "train-labels.idx1-ubyte")]
    [DataRow("images.idx", "labels.idx")]
    public void APairIsReadPlainOrGzipped(string images, string labels)
    {
        using TemporaryFolder folder = new();
        Files.Write(folder[images], images.EndsWith(".gz", StringComparison.Ordinal) ? Files.Gzip(Images) : Images);
        Files.Write(folder[labels], labels.EndsWith(".gz", StringComparison.Ordinal) ? Files.Gzip(Labels) : Labels);

        Dataset data = Files.Load(new(folder[images]));

        Assert.AreEqual(new Shape(3, 2, 4, 1), data.Shape);
        CollectionAssert.AreEqual(Pixels, data.Images);
        CollectionAssert.AreEqual((int[])[2, 0, 1], data.Labels);
        CollectionAssert.AreEqual((string[])["0", "1", "2"], data.ClassNames.ToArray());
    }

    [TestMethod]
    public void ImagesAloneHaveNoLabels()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["images-idx3-ubyte"], Images);
        Dataset data = Files.Load(new(folder["images-idx3-ubyte"]));
        Assert.IsNull(data.Labels);
        Assert.AreEqual(0, data.Classes);
    }

    [TestMethod]
    public void FourDimensionsHaveTheChannelsLast()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["images-idx4-ubyte"], Files.Idx(Pixels, 2, 2, 2, 3));
        Dataset data = Files.Load(new(folder["images-idx4-ubyte"]));
        Assert.AreEqual(new Shape(2, 2, 2, 3), data.Shape);
        CollectionAssert.AreEqual(Pixels, data.Images);
    }

    [TestMethod]
    public void GreyIsReplicatedAndRgbBecomesLuma()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["grey"], Files.Idx([7, 200], 1, 1, 2));
        Files.Write(folder["rgb"], Files.Idx([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9], 1, 2, 2, 3));
        CollectionAssert.AreEqual(new byte[] { 7, 7, 7, 200, 200, 200 }, Files.Load(new(folder["grey"], Channels: 3)).Images);
        CollectionAssert.AreEqual(new byte[] { 76, 150, 29, 9 }, Files.Load(new(folder["rgb"], Channels: 1)).Images);
    }

    [TestMethod]
    public void AnotherSizeIsScaled()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["images"], Files.Idx([.. Enumerable.Repeat((byte)90, 28 * 28)], 1, 28, 28));
        Dataset data = Files.Load(new(folder["images"], Size: 32, Channels: 3));
        Assert.AreEqual(new Shape(1, 32, 32, 3), data.Shape);
        Assert.IsTrue(data.Images.All(b => b == 90));
    }

    [TestMethod]
    public void WhatIsWrongWithTheImagesIsSaid()
    {
        using TemporaryFolder folder = new();
        string path = folder["t10k-images-idx3-ubyte.gz"];
        byte[] zipped = Files.Gzip(Images), damaged = Files.Gzip(Images);
        damaged[^6] ^= 0xFF;
        (byte[] Content, string What, string Fix)[] cases =
        [
            ([], "is empty", "fetch it again"),
            ([0, 0], "is truncated: it should have 4 bytes of magic number and has 2", "fetch it again"),
            (Images[..9], "is truncated: it should have a header of 16 bytes and has 9", "fetch it again"),
            (Images[..^1], "is truncated: it should have 24 bytes (3x2x4) and has 23", "fetch it again"),
            (Files.Gzip(Images[..^1]), "is truncated: it should have 24 bytes (3x2x4) and has 23", "fetch it again"),
            (zipped[..(zipped.Length / 2)], "", "fetch it again"),
            (damaged, "is damaged (gzip", "fetch it again"),
            ([.. Images, 0], "goes on after the 24 bytes (3x2x4) that its header promises", "fetch it again"),
            (Labels, "holds labels (magic 0x00000801), not images (magic 0x00000803)", "give t10k-images-idx3-ubyte.gz"),
            (Files.Idx([1, 2], 1, 2), "has 2 dimensions", "write it again"),
            (Files.Idx([1, 2], 1, 1, 1, 2), "holds images of 2 channels", "write it again with 1 (grey) or 3 (RGB)"),
            (Files.Idx([], 0, 28, 28), "holds nothing (its header says 0x28x28)", "fetch it again"),
            ("<html>Not found</html>"u8.ToArray(), "is no IDX file (it starts with 0x3C68746D)", "give an IDX file of images (magic 0x00000803)"),
            ([0, 0, 0x0D, 3, .. Images[4..]], "has elements of IDX type 0x0D", "only unsigned bytes (0x08)"),
            (Files.Idx([], 1 << 20, 64, 64), "are 4.0 GiB, and at most 2 GiB can be loaded", "give a file of fewer images"),
        ];
        foreach ((byte[] content, string what, string fix) in cases)
        {
            Files.Write(path, content);
            string line = Files.Refusal(new(path));
            Assert.Contains(path, line);
            Assert.Contains(what, line);
            Assert.Contains(fix, line);
        }
    }

    [TestMethod]
    public void ALabelsFileGivenAsTheImagesPointsToTheImages()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["t10k-labels-idx1-ubyte.gz"], Files.Gzip(Labels));
        string line = Files.Refusal(new(folder["t10k-labels-idx1-ubyte.gz"]));
        Assert.Contains("t10k-labels-idx1-ubyte.gz holds labels", line);
        Assert.EndsWith("give t10k-images-idx3-ubyte.gz", line);
    }

    [TestMethod]
    public void WhatIsWrongWithTheLabelsIsSaid()
    {
        using TemporaryFolder folder = new();
        (string images, string labels) = (folder["images-idx3-ubyte"], folder["labels-idx1-ubyte"]);
        Files.Write(images, Images);
        (byte[] Content, string What, string Fix)[] cases =
        [
            ([], "is empty", "fetch it again"),
            (Labels[..^1], "is truncated: it should have 3 bytes (3) and has 2", "fetch it again"),
            (Images, "holds images (magic 0x00000803), not labels (magic 0x00000801)", "put the labels there"),
            (Files.Idx([1, 2], 2), $"{images} has 3 images and {labels} 2 labels", "fetch both again"),
        ];
        foreach ((byte[] content, string what, string fix) in cases)
        {
            Files.Write(labels, content);
            string line = Files.Refusal(new(images));
            Assert.Contains(labels, line);
            Assert.Contains(what, line);
            Assert.Contains(fix, line);
        }
    }
}
