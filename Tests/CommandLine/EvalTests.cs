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

    /// <summary>Each variant has a line of its own, also where it can't be scored.</summary>
    [TestMethod]
    [DataRow("cgan", "conditional accuracy", "none, as the model is told one of 4 classes, and {0} has 3: conditional accuracy")]
    [DataRow("infogan", "accuracy of the code, best matching", "accuracy of the code, best matching")]
    [DataRow("sgan", "accuracy of the discriminator (8 labels, transductive)", "none, as {0} isn't what the model was trained on: accuracy of the discriminator, accuracy with the same labels alone")]
    public void WhatAVariantHasOfItsOwn(string preset, string line, string onOtherData)
    {
        using TemporaryFolder folder = new();
        string images = Fastgan.WriteData(folder, count: 100, labels: 100);
        string[] labels = preset == "sgan" ? ["--labels", "8"] : [];
        Fastgan.Succeed(folder, ["train", preset, "--data", images, "--batch", "4", "--latent", "8", "--steps", "2", "--out", "run", "--quiet", .. labels]);
        string[] args = ["eval", "run", "--draws", "2"];
        string table = Fastgan.Succeed(folder, args).Output;
        Assert.Contains($"\n  {line}  ", table);
        Assert.Contains("one draw", table, "10 images are held out, and 10 are the fewest");

        // Of another size, and with three classes: scaled, and scored where that has a meaning.
        string other = Fastgan.WriteClasses(folder, "other", count: 100, side: 20, classes: 3);
        table = Fastgan.Succeed(folder, [.. args, "--data", other]).Output;
        Assert.Contains("not what the run was trained on", table);
        Assert.Contains(string.Format(null, onOtherData, other), table);
        Assert.Contains("Fréchet distance", table);

        string unlabelled = Fastgan.WriteClasses(folder, "unlabelled", count: 100, side: 16, classes: 0);
        table = Fastgan.Succeed(folder, [.. args, "--data", unlabelled]).Output;
        Assert.Contains("has no labels", table);
        Assert.Contains(line.Split(" (")[0], table);
        Assert.Contains("sliced Earth Mover's distance", table);
    }

    [TestMethod]
    public void WhatCanNotBeScored()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan");
        string data = Fastgan.WriteClasses(folder, "enough", count: 120, side: 16, classes: 4);
        BadInputTests.Refuse(folder, "has 40 images, of which a tenth is held out, and scores need 10 at least: give 100 images or more", "eval", "run");
        BadInputTests.Refuse(folder, $"--samples 13: scores compare with as many real images held out, and {data} has 12: give that or less", "eval", "run", "--data", data, "--samples", "13");
        BadInputTests.Refuse(folder, "data 'nothing'", "eval", "run", "--data", "nothing");
        Directory.CreateDirectory(folder["early"]);
        File.Copy(folder["run/config.json"], folder["early/config.json"]);
        BadInputTests.Refuse(folder, "early holds no checkpoint: give a run that has come to its first one", "eval", "early");
        BadInputTests.Refuse(folder, "eval needs a run", "eval");
        BadInputTests.Refuse(folder, "doesn't exist", "eval", "nowhere");
        BadInputTests.Refuse(folder, "--draws is 1, must be at least 2", "eval", "run", "--draws", "1");
        BadInputTests.Refuse(folder, "--samples is 0", "eval", "run", "--samples", "0");
    }
}
