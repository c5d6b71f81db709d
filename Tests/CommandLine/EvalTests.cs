using System.Text.Json;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class EvalTests
{
    [TestMethod]
    public void ARunIsScoredBesideRealImagesAndNoise()
    {
        using TemporaryFolder folder = new();
        string images = Fastgan.WriteData(folder, count: 200, labels: 200);
        Fastgan.Succeed(folder, "train", "gan", "--data", images, "--batch", "4", "--latent", "8", "--steps", "4", "--out", "run", "--quiet");
        string[] args = ["eval", "run", "--samples", "20", "--draws", "2"];
        string table = Fastgan.Succeed(folder, args).Output;
        foreach (string part in new[] { "Fréchet distance", "inception-style score", "precision", "recall", "density", "coverage", "classes missing", "noise", "real", "seed 1", "features" })
            Assert.Contains(part, table);
        Assert.IsTrue(File.Exists(folder["run/eval.json"]));
        Assert.IsTrue(File.Exists(folder["run/memorisation.png"]));
        string json = Fastgan.Succeed(folder, [.. args, "--json"]).Output;
        using JsonDocument sheet = JsonDocument.Parse(json);
        Assert.AreEqual(json, File.ReadAllText(folder["run/eval.json"]));
        Assert.AreEqual(json, Fastgan.Succeed(folder, [.. args, "--json", "--threads", "1"]).Output, "the same seed gives the same digits at any number of threads");
        Assert.AreNotEqual(json, Fastgan.Succeed(folder, [.. args, "--json", "--seed", "2"]).Output);
    }

    /// <summary>Without labels there is no classifier: what pixels tell is told, and the rest says why not.</summary>
    [TestMethod]
    public void DataWithoutLabels()
    {
        using TemporaryFolder folder = new();
        string images = Fastgan.WriteData(folder, count: 200, labels: null);
        Fastgan.Succeed(folder, "train", "gan", "--data", images, "--batch", "4", "--latent", "8", "--steps", "4", "--out", "run", "--quiet");
        string table = Fastgan.Succeed(folder, "eval", "run", "--samples", "20", "--draws", "2").Output;
        Assert.Contains("sliced Earth Mover's distance", table);
        Assert.Contains("labels", table);
        Assert.DoesNotContain("NaN", table);
    }

    [TestMethod]
    public void WhatCanNotBeScored()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan");
        BadInputTests.Refuse(folder, "eval needs a run", "eval");
        BadInputTests.Refuse(folder, "doesn't exist", "eval", "nowhere");
        BadInputTests.Refuse(folder, "--draws is 1, must be at least 2", "eval", "run", "--draws", "1");
        BadInputTests.Refuse(folder, "--samples is 0", "eval", "run", "--samples", "0");
    }
}
