using System.Text.Json;
using FastGan.Measuring;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class BenchTests
{
    [TestMethod]
    public void APresetIsMeasured()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Succeed(folder, "bench", "gan", "--batch", "2", "--seconds", "0.05", "--threads", "1", "--json");
        StepSpeed speed = StepSpeed.Parse(outcome.Output);
        Assert.AreEqual(("gan", 2, 2), (speed.Workload, speed.Batch, speed.Images));
        Assert.Contains("1 thread", speed.Device);
        Assert.IsGreaterThan(0, speed.Slowest);
        Assert.IsTrue(speed.Slowest <= speed.ImagesPerSecond && speed.ImagesPerSecond <= speed.Fastest, outcome.Output);
        Assert.AreEqual(2000, speed.ImagesPerSecond * speed.MsPerStep, 1e-6);
        Assert.IsGreaterThan(10_000_000, speed.PeakMemoryBytes);
        Assert.IsNull(speed.Profile);
    }

    /// <summary>The profile has every instruction of the recorded step, and their floating-point operations.</summary>
    [TestMethod]
    public void AConfigIsProfiled()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "cgan", steps: 1);
        string[] trace = Lines(Fastgan.Succeed(folder, "train", "run/config.json", "--trace"));
        StepSpeed speed = StepSpeed.Parse(
            Fastgan.Succeed(folder, "bench", "run/config.json", "--seconds", "0.05", "--threads", "1", "--profile", "--json").Output);
        IReadOnlyList<OperationTime> operations = speed.Profile!.Operations;
        Assert.AreEqual(trace.Length - 1, operations.Sum(o => o.Count));
        Assert.AreEqual(speed.FlopsPerStep, operations.Sum(o => o.Flops));
        CollectionAssert.AreEqual(operations.OrderByDescending(o => o.Seconds).ToArray(), operations.ToArray(), "the longest first");
        Assert.IsTrue(operations.All(o => o.Seconds > 0 && o.FloorSeconds > 0));

        string table = Fastgan.Succeed(folder, "bench", "run/config.json", "--seconds", "0.05", "--threads", "1", "--profile").Output;
        foreach (string part in new[] { "images/s", "of ceiling", "total", "gap: ", operations[0].Text })
            Assert.Contains(part, table);
    }

    [TestMethod]
    public void WithoutAnArgumentAllWorkloadsAreMeasured()
    {
        using TemporaryFolder folder = new();
        Outcome all = Fastgan.Succeed(folder, "bench", "--batch", "2", "--seconds", "0.05", "--threads", "1");
        string[] rows = [.. Lines(all).Skip(2).Select(row => row.Split(' ')[0])];
        CollectionAssert.AreEqual(Workloads.Names.ToArray(), rows);
    }

    [TestMethod]
    public void OperationsAreMeasured()
    {
        using TemporaryFolder folder = new();
        string[] texts = ["conv n2 c8 k4 bias", "norm 1024"];
        Outcome outcome = Fastgan.Succeed(folder, ["bench", "kernels", .. texts, "--seconds", "0.02", "--threads", "1", "--json"]);
        JsonElement[] operations = [.. Lines(outcome).Select(line => JsonDocument.Parse(line).RootElement)];
        CollectionAssert.AreEqual(texts, operations.Select(o => o.GetProperty("text").GetString()).ToArray());
        Assert.AreEqual(2 * 2 * 8 * 4, operations[0].GetProperty("flops").GetInt64());
        Assert.AreEqual(4 * (1024 + 1), operations[1].GetProperty("bytes").GetInt64());
        Assert.IsTrue(operations.All(o => o.GetProperty("seconds").GetDouble() > 0 && o.GetProperty("floor_seconds").GetDouble() > 0));
    }

    /// <summary>The sheet says what it is, in text and in JSON, and needs no device.</summary>
    [TestMethod]
    public void AModelIsNoMeasurement()
    {
        using TemporaryFolder folder = new();
        string table = Fastgan.Succeed(folder, "bench", "dcgan28", "--model", "--precision", "fp16").Output;
        foreach (string part in new[] { "dcgan28, fp16, batch 128: a model from published rates, not a measurement", "H100 SXM", "A100 SXM 80GB", "RTX 4090", "adam ", "total", "images/s at most" })
            Assert.Contains(part, table);

        JsonElement sheet = JsonDocument.Parse(Fastgan.Succeed(folder, "bench", "gan", "--model", "--batch", "8", "--json").Output).RootElement;
        Assert.AreEqual("a model from published rates, not a measurement", sheet.GetProperty("note").GetString());
        Assert.AreEqual(("gan", "fp32", 8), (sheet.GetProperty("workload").GetString(), sheet.GetProperty("precision").GetString(), sheet.GetProperty("batch").GetInt32()));
        Assert.AreEqual(3, sheet.GetProperty("cards").GetArrayLength());
        Assert.AreEqual(3, sheet.GetProperty("operations")[0].GetProperty("floor_seconds").GetArrayLength());

        Assert.HasCount(Workloads.Names.Count, Lines(Fastgan.Succeed(folder, "bench", "--model", "--json")));

        string[] both = Lines(Fastgan.Succeed(folder, "bench", "gan", "--model", "--device", "cpu", "--seconds", "0.1", "--batch", "8", "--json"));
        Assert.HasCount(2, both);
        Assert.IsTrue(JsonDocument.Parse(both[0]).RootElement.TryGetProperty("note", out _), "the sheet comes first");
        Assert.IsGreaterThan(0, JsonDocument.Parse(both[1]).RootElement.GetProperty("profile").GetProperty("operations").GetArrayLength());
    }

    [TestMethod]
    [DataRow("bench doesn't know 'dcgan82': did you mean 'dcgan28'?", "dcgan82")]
    [DataRow("--seconds is 0, must be above 0", "gan", "--seconds", "0")]
    [DataRow("--batch is 0, must be at least 1", "--batch", "0")]
    [DataRow("--update 'both'", "gan", "--update", "both")]
    [DataRow("don't know what to do with 'wgan'", "gan", "wgan")]
    [DataRow("--workload goes with bench kernels", "--workload", "gan-mlp")]
    [DataRow("operation 'conv n2': lacks c, such as c16", "kernels", "conv n2")]
    [DataRow("operation 'conv n2 c0 k3': has '0', which is not a whole number from 1 to ", "kernels", "conv n2 c0 k3")]
    [DataRow("operation 'bn 0x8': has '0', which", "kernels", "bn 0x8")]
    [DataRow("operation 'bn 100000x100000': has an operand of 100000x100000, 10000000000 numbers; ", "kernels", "bn 100000x100000")]
    [DataRow("unknown workload 'dcgan': did you mean 'dcgan28'?", "kernels", "--workload", "dcgan")]
    [DataRow("are for whole models", "kernels", "--profile")]
    [DataRow("are for whole models", "kernels", "--model")]
    [DataRow("--model alone computes what cards could do", "gan", "--model", "--profile")]
    [DataRow("--model alone computes what cards could do", "gan", "--model", "--seconds", "1")]
    [DataRow("leave one out", "kernels", "norm 9", "--workload", "gan-mlp")]
    public void WhatCanNotBeMeasuredIsRefusedInOneLine(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, ["bench", .. args]);
        Assert.AreEqual(2, outcome.ExitCode, $"{outcome}");
        Assert.HasCount(1, outcome.ErrorLines, $"{outcome}");
        Assert.Contains(expected, outcome.Errors);
    }

    private static string[] Lines(Outcome outcome) => outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
