using System.Diagnostics;
using System.Text.Json;

namespace FastGan.Tests.CommandLine;

/// <summary>Who looks at the samples of a run, and what of it stands in its files.</summary>
[TestClass]
public sealed class WatchTests
{
    [TestMethod]
    public void WatchSaysWhoLooks()
    {
        using TemporaryFolder folder = new();
        string[] train = ["train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--latent", "8", "--steps", "2"];
        Assert.DoesNotContain("best", Fastgan.Succeed(folder, [.. train, "--watch", "off", "--out", "off"]).Output);
        Assert.AreEqual("", Seen(folder, "off"));
        Assert.IsFalse(Directory.Exists(folder["off/best"]));

        // No classifier is kept yet: auto makes none.
        Fastgan.Succeed(folder, [.. train, "--watch", "auto", "--out", "early"]);
        Assert.AreEqual("2: diversity frechet", Seen(folder, "early"));

        string trained = Fastgan.Succeed(folder, [.. train, "--watch", "classifier", "--out", "classifier"]).Output;
        Assert.Contains("training a classifier", trained);
        Assert.Contains("best  ", trained);
        Assert.AreEqual("2: diversity frechet class_counts", Seen(folder, "classifier"));
        using (JsonDocument line = JsonDocument.Parse(File.ReadLines(folder["classifier/metrics.jsonl"]).Last()))
        {
            int[] counts = [.. line.RootElement.GetProperty("class_counts").EnumerateArray().Select(c => c.GetInt32())];
            Assert.AreEqual((4, 256), (counts.Length, counts.Sum()));
        }

        Assert.AreEqual("step-000002", Path.GetFileName(Directory.GetDirectories(folder["classifier/best"]).Single()));
        Assert.DoesNotContain("training a classifier", Fastgan.Succeed(folder, [.. train, "--out", "late"]).Output);
        Assert.AreEqual("2: diversity frechet class_counts", Seen(folder, "late"), "auto takes the classifier that is kept");

        // A run goes on as it began.
        Fastgan.Succeed(folder, "resume", "early", "--steps", "4", "--quiet");
        Assert.AreEqual("2: diversity frechet, 4: diversity frechet", Seen(folder, "early"));
        Directory.Delete(folder["cache"], recursive: true);
        Fastgan.Succeed(folder, "resume", "classifier", "--steps", "4", "--quiet");
        Assert.AreEqual("2: diversity frechet class_counts, 4: diversity frechet class_counts", Seen(folder, "classifier"));
    }

    [TestMethod]
    public void WhatCanNotBeWatched()
    {
        using TemporaryFolder folder = new();
        string[] train = ["train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--steps", "1"];
        BadInputTests.Refuse(folder, "--watch 'clasifier': did you mean 'classifier'?", [.. train, "--watch", "clasifier"]);
        BadInputTests.Refuse(folder, "--stop-on-collapse needs somebody to look at the samples: leave --watch off out", [.. train, "--watch", "off", "--stop-on-collapse"]);
        BadInputTests.Refuse(folder, "too few to train a classifier", [.. train[..2], "--data", Fastgan.WriteData(folder, count: 8, labels: 8), .. train[4..], "--watch", "classifier"]);
        File.Delete(folder["data/train-labels-idx1-ubyte"]);
        BadInputTests.Refuse(folder, "a classifier needs labels", [.. train, "--watch", "classifier"]);
    }

    /// <summary>Stopped somewhere by Ctrl-C and resumed: the log, the best state and the weights are those of a run that went through.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX, IgnoreMessage = "there is no kill command to send SIGINT with")]
    public void AnInterruptedRunLogsTheSame()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--data", Fastgan.WriteData(folder), "--batch", "4", "--latent", "8", "--log-every", "1"];
        Process process = Fastgan.StartForSignals(folder, ["train", "gan", .. options, "--steps", "1000000", "--out", "parts"]);
        while (!process.StandardOutput.ReadLine()!.StartsWith("step ", StringComparison.Ordinal))
        {
        }

        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        Assert.AreEqual(130, Fastgan.Finish(process).ExitCode);
        int stopped = Log(folder, "parts").Length;
        string end = $"{stopped + 40}";
        Fastgan.Succeed(folder, "resume", "parts", "--steps", end, "--quiet");
        Fastgan.Succeed(folder, ["train", "gan", .. options, "--steps", end, "--out", "whole", "--quiet"]);
        CollectionAssert.AreEqual(Log(folder, "whole"), Log(folder, "parts"), $"stopped after step {stopped}");
        Assert.Contains("frechet", Log(folder, "parts")[^1]);
        foreach (string file in new[] { "weights.safetensors", "optimizer.safetensors" })
        {
            foreach (string kept in new[] { "best", "checkpoint" })
            {
                string state = $"{kept}/step-{stopped + 40:D6}/{file}";
                CollectionAssert.AreEqual(File.ReadAllBytes(folder[$"whole/{state}"]), File.ReadAllBytes(folder[$"parts/{state}"]), state);
            }
        }
    }

    /// <summary>The lines of the log but for the speed.</summary>
    private static string[] Log(TemporaryFolder folder, string run) => [.. File.ReadLines(folder[$"{run}/metrics.jsonl"])
        .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\"images_per_second\":[^,}]*", ""))];

    /// <summary>The steps that were looked at, and what a look wrote.</summary>
    private static string Seen(TemporaryFolder folder, string run) => string.Join(", ",
        from line in File.ReadLines(folder[$"{run}/metrics.jsonl"])
        let names = JsonDocument.Parse(line).RootElement
        where names.TryGetProperty("frechet", out _)
        select $"{names.GetProperty("step")}: {string.Join(' ', names.EnumerateObject().Select(p => p.Name).Where(n => n is "diversity" or "frechet" or "class_counts"))}");
}
