using System.Text.Json;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class ModesTests
{
    [TestMethod]
    public void EachMethodStandsBesideRealDataAndThePapers()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Succeed(folder, "bench", "modes", "--seeds", "2", "--minibatches", "20", "--out", "pictures", "--threads", "1");
        foreach (string part in new[] { "ring: 8 modes, 2,500 samples, 20 minibatches; mean ± standard deviation of seeds 1 to 2", "grid: 25 modes", "VEEGAN paper", "PacGAN4", "Published rows: " })
            Assert.Contains(part, outcome.Output);
        foreach (string method in new[] { "real data", "gan", "wgan", "wgan-gp", "pac2", "pac4" })
            Assert.Contains($"grid, {method}, seed 2: ", outcome.Output);
        foreach (string picture in new[] { "ring", "grid" })
            Assert.IsTrue(File.Exists(folder[$"pictures/{picture}.png"]), picture);
    }

    [TestMethod]
    public void JsonHasALineForEachMethod()
    {
        using TemporaryFolder folder = new();
        string[] args = ["bench", "modes", "ring", "--methods", "wgan-gp, gan", "--seeds", "2", "--minibatches", "20", "--threads", "1", "--json"];
        Outcome outcome = Fastgan.Succeed(folder, args);
        JsonElement[] lines = [.. outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        CollectionAssert.AreEqual(new[] { "real data", "wgan-gp", "gan" }, lines.Select(l => l.GetProperty("method").GetString()).ToArray());
        Assert.AreEqual(("ring", 8, 2500, 20), (lines[1].GetProperty("problem").GetString(), lines[1].GetProperty("of").GetInt32(), lines[1].GetProperty("samples").GetInt32(), lines[1].GetProperty("minibatches").GetInt32()));
        CollectionAssert.AreEqual(new[] { 8, 8 }, lines[0].GetProperty("modes").EnumerateArray().Select(m => m.GetInt32()).ToArray());
        Assert.AreEqual(2, lines[2].GetProperty("high_quality").GetArrayLength());
        Assert.IsTrue(File.Exists(folder["runs/modes/ring.png"]));
        Assert.AreEqual(outcome.Output, Fastgan.Succeed(folder, args).Output, "the same seeds give the same numbers");
    }

    [TestMethod]
    [DataRow("bench modes doesn't know 'rings': did you mean 'ring'?", "modes", "rings")]
    [DataRow("unknown method 'pac': did you mean 'pac2'?", "modes", "--methods", "gan,pac")]
    [DataRow("--seeds is 0, must be at least 1", "modes", "--seeds", "0")]
    [DataRow("--minibatches is 0, must be at least 1", "modes", "--minibatches", "0")]
    [DataRow("measure speed: leave them or modes out", "modes", "--batch", "8")]
    [DataRow("measure speed: leave them or modes out", "modes", "ring", "--profile")]
    [DataRow("--data is for bench modes stacked", "modes", "ring", "--data", "fashion-mnist")]
    [DataRow("go with bench modes", "gan", "--seeds", "2")]
    [DataRow("go with bench modes", "kernels", "--full")]
    [DataRow("data 'nothing' is neither a known name nor a file or folder", "modes", "stacked", "--data", "nothing")]
    public void WhatCanNotBeTriedIsRefusedInOneLine(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, ["bench", .. args]);
        Assert.AreEqual(2, outcome.ExitCode, $"{outcome}");
        Assert.HasCount(1, outcome.ErrorLines, $"{outcome}");
        Assert.Contains(expected, outcome.Errors);
    }

    [TestMethod]
    public void ImagesWithoutLabelsCanNotBeStacked()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, "bench", "modes", "stacked", "--data", Fastgan.WriteData(folder, labels: null));
        Assert.AreEqual(2, outcome.ExitCode, $"{outcome}");
        Assert.Contains("a classifier needs labels", outcome.Errors);
    }
}
