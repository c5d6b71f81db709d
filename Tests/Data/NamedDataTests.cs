using FastGan.Data;
using FastGan.Tensors;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class NamedDataTests
{
    [TestMethod]
    public void TheBundledImagesAreThoseOfFashionMnist()
    {
        Dataset data = Files.Load(new(NamedData.Bundled));
        DatasetStatistics statistics = data.Statistics();

        Assert.AreEqual(new Shape(10000, 28, 28, 1), data.Shape);
        Assert.AreEqual("ankle boot", data.ClassNames[data.Labels![0]]);
        CollectionAssert.AreEqual(Enumerable.Repeat(1000, 10).ToArray(), statistics.ClassCounts.ToArray());
        Assert.AreEqual(0.2868, statistics.Mean[0], 0.0001);
        Assert.AreEqual(0.3524, statistics.Std[0], 0.0001);
        Assert.AreEqual("1d9a9697297e", data.Digest()[..12]);
    }

    [TestMethod]
    public void TheDigestTellsDataApart()
    {
        static string Digest(byte pixel, int label) => new Dataset("x", new Shape(1, 1, 1, 1), [pixel], [label], ["a", "b"]).Digest();
        Assert.AreEqual(Digest(1, 0), Digest(1, 0));
        Assert.AreNotEqual(Digest(1, 0), Digest(2, 0));
        Assert.AreNotEqual(Digest(1, 0), Digest(1, 1));
    }

    [TestMethod]
    public void TheWholeSetIsTakenWhereTheMachineHasItAndTheUsersOwnFirst()
    {
        using TemporaryFolder own = new(), system = new();
        List<string> warnings = [];
        string Found(string? folder) => NamedData.Find(folder, system.Path, warnings.Add).Images;

        StringAssert.EndsWith(Found(null), Path.Combine("data", "fashion-mnist", "t10k-images-idx3-ubyte.gz"), StringComparison.Ordinal);
        Files.Write(system["fashion-mnist/train-images-idx3-ubyte.gz"], "");
        Assert.AreEqual(system["fashion-mnist/train-images-idx3-ubyte.gz"], Found(null));
        Assert.IsEmpty(warnings);

        Assert.AreEqual(system["fashion-mnist/train-images-idx3-ubyte.gz"], Found(own.Path));
        Assert.Contains($"FASTGAN_DATA is {own.Path}", warnings.Single());
        Files.Write(own["train-images-idx3-ubyte"], "");
        Assert.AreEqual(own["train-images-idx3-ubyte"], Found(own.Path));
        Files.Write(own["fashion-mnist/train-images-idx3-ubyte"], "");
        Assert.AreEqual(own["fashion-mnist/train-images-idx3-ubyte"], Found(own.Path));
        Assert.HasCount(1, warnings);
    }

    [TestMethod]
    public void AnUnknownNameIsRefusedWithTheNearest()
    {
        string line = Files.Refusal(new("fashon-mnist"));
        Assert.Contains("data 'fashon-mnist' is neither a known name nor a file or folder", line);
        Assert.Contains("did you mean 'fashion-mnist'?", line);
        Assert.Contains("accepted: fashion-mnist, fashion-mnist-10k, a folder of images, an IDX file of images", line);
    }

    [TestMethod]
    public void ImpossibleSizesAndChannelsAreRefused()
    {
        Assert.Contains("image size 0", Files.Refusal(new(NamedData.Bundled, Size: 0)));
        Assert.Contains("2 channels: give 1 (grey) or 3 (RGB)", Files.Refusal(new(NamedData.Bundled, Channels: 2)));
    }
}
