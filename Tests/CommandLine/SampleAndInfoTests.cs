using SkiaSharp;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class SampleAndInfoTests
{
    [TestMethod]
    public void SampleNeedsNothingButTheCheckpoint()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "cgan");
        Directory.Move(folder["run/checkpoint/step-000004"], folder["moved"]);
        Directory.Delete(folder["run"], recursive: true);
        Directory.Delete(folder["data"], recursive: true);

        Fastgan.Succeed(folder, "sample", "moved", "--grid", "3x2", "--seed", "5", "--out", "a.png");
        using (SKBitmap grid = SKBitmap.Decode(folder["a.png"]))
            Assert.AreEqual(3 / 2.0, (double)grid.Width / grid.Height, 0.05);
        Fastgan.Succeed(folder, "sample", "moved", "--grid", "3x2", "--seed", "5", "--out", "b.png", "--threads", "1");
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]), "the same seed gives the same picture");

        Fastgan.Succeed(folder, "sample", "moved", "--count", "5", "--out", "each");
        Assert.AreEqual("0/000000.png 0/000004.png 1/000001.png 2/000002.png 3/000003.png", Pictures(folder["each"]));
        using (SKBitmap one = SKBitmap.Decode(folder["each/0/000000.png"]))
            Assert.AreEqual((16, 16), (one.Width, one.Height));

        Fastgan.Succeed(folder, "sample", "moved", "--class", "2", "--count", "2", "--out", "twos");
        Assert.AreEqual("2/000000.png 2/000001.png", Pictures(folder["twos"]));
    }

    [TestMethod]
    public void InfoDescribesRunsAndData()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "cgan");
        string run = Fastgan.Succeed(folder, "info", "run").Output;
        foreach (string part in new[] { "cgan", "label_multiply", "conv_transpose + tanh", "16×16×1", "4, the config's total is 4", "adam", "m, v", "F32" })
            Assert.Contains(part, run);
        Assert.AreEqual(run, Fastgan.Succeed(folder, "info", "run/checkpoint").Output);

        string photos = Fastgan.Succeed(folder, "info", Fastgan.WritePhotos(folder)).Output;
        foreach (string part in new[] { "16 images of 20×16×3", "2 classes", "cats", "dogs", "mean", "deviation" })
            Assert.Contains(part, photos);
    }

    [TestMethod]
    public void ADamagedCheckpointIsPassedOverWithAWarning()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan");
        File.WriteAllText(folder["run/checkpoint/step-000004/weights.safetensors"], "no tensors");
        Outcome outcome = Fastgan.Succeed(folder, "sample", "run", "--count", "1", "--out", "a.png");
        Assert.Contains("step 2", outcome.Output);
        Assert.HasCount(1, outcome.ErrorLines);
        Assert.Contains("step-000004", outcome.Errors);
    }

    private static string Pictures(string folder) => string.Join(' ', Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
}
