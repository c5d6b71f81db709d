using FastGan.Tests.Data;
using SkiaSharp;

namespace FastGan.Tests.CommandLine;

/// <summary>interpolate, invert, arithmetic and control on a tiny run.</summary>
[TestClass]
public sealed class LatentCommandTests
{
    [TestMethod]
    public void PathsAnimationsAndLatentsOfImages()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan", steps: 2);
        Fastgan.Succeed(folder, "interpolate", "run", "--from", "1:2", "--to", "2,1:2", "--steps", "4");
        using (SKBitmap strip = SKBitmap.Decode(folder["strip.png"]))
            Assert.AreEqual(5 / 2.0, (double)strip.Width / strip.Height, 0.05, "two rows of five");
        Fastgan.Succeed(folder, "interpolate", "run", "--steps", "4", "--animate", "a.webp");
        using (SKCodec animation = SKCodec.Create(folder["a.webp"]))
            Assert.AreEqual(5, animation.FrameCount);

        Files.Write(folder["one.png"], Files.Image(20, 16, new SKColor(90, 90, 90)));
        Outcome inverted = Fastgan.Succeed(folder, "invert", "run", "one.png", "--steps", "3", "--starts", "2", "--out", "found");
        Assert.Contains("one.png: error 0.", inverted.Output);
        Assert.IsTrue(File.Exists(folder["found/inverted.png"]));
        Fastgan.Succeed(folder, "arithmetic", "found/one.safetensors - 0.5*1:3", "run", "--save", "sum.safetensors");
        Fastgan.Succeed(folder, "interpolate", "run", "--from", "found/one.safetensors", "--to", "sum.safetensors");
        Fastgan.Succeed(folder, "arithmetic", "1:1 + 1:3", "run", "--out", "a.png");
        Fastgan.Succeed(folder, "arithmetic", "1:1 + 1:3", "run", "--out", "b.png", "--threads", "1");
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
    }

    [TestMethod]
    public void ControlWithoutLabelsHasWhatCanBeMeasured()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan", steps: 2);
        File.Delete(folder["data/train-labels-idx1-ubyte"]);
        Outcome outcome = Fastgan.Succeed(folder, "control", "run", "--samples", "64", "--hold", "5", "--attributes", "mass,slant");
        Assert.Contains("has no labels", outcome.Errors);
        foreach (string part in new[] { "mass", "slant", "with the others held, strength 5" })
            Assert.Contains(part, outcome.Output);
        foreach (string picture in new[] { "strips", "mass", "slant", "entanglement" })
            Assert.IsTrue(File.Exists(folder[$"control/{picture}.png"]), picture);
        Fastgan.Succeed(folder, "control", "run", "--samples", "64", "--by", "components", "--components", "2");
        Refuse(folder, "has no labels to train one on", "control", "run", "--by", "gradients");
        Refuse(folder, "no direction of 'brightnes' is found that way: did you mean 'brightness'?", "control", "run", "--samples", "64", "--attributes", "brightnes");
        Refuse(folder, "leave --hold and --attributes out", "control", "run", "--by", "components", "--hold", "3");
    }

    [TestMethod]
    public void MistakesAreOneLine()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "infogan", steps: 2);
        Refuse(folder, "a spherical path is for normal latents", "interpolate", "run", "--how", "spherical");
        Refuse(folder, "--animate a.gif: give a file that ends in .webp", "interpolate", "run", "--animate", "a.gif");
        Refuse(folder, "'x' is no latent", "interpolate", "run", "--from", "x");
        Refuse(folder, "character 7: a term is missing", "arithmetic", "1:2 + ", "run");
        Refuse(folder, "use --class", "arithmetic", "1:2 + class:0", "run");
        Refuse(folder, "nothing.png can't be used", "invert", "run", "nothing.png");
        Refuse(folder, "begins with another", "control", "run", "--samples", "64", "--by", "components");
        Refuse(folder, "needs a run or a checkpoint, and images", "invert", "run");
        Refuse(folder, "doesn't exist", "control", "nothing");
    }

    private static void Refuse(TemporaryFolder folder, string expected, params string[] args)
    {
        Outcome outcome = Fastgan.Run(folder, args);
        Assert.AreEqual(2, outcome.ExitCode, outcome.ToString());
        Assert.Contains(expected, outcome.Errors);
        Assert.HasCount(1, outcome.ErrorLines.Where(line => line.StartsWith("fastgan: ", StringComparison.Ordinal)));
    }
}
