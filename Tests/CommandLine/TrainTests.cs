using System.Text.Json;
using System.Text.RegularExpressions;
using FastGan.Gans;
using FastGan.Tests.Cuda;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class TrainTests
{
    private static readonly string[] MetricKeys =
        ["step", "images", "d_loss", "g_loss", "d_real", "d_fake", "d_grad_norm", "g_grad_norm", "images_per_second"];

    [TestMethod]
    public void ARunLeavesItsFiles()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Succeed(folder, "train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--steps", "5",
            "--log-every", "2", "--sample-every", "3", "--checkpoint-every", "2");

        Assert.AreEqual("1 2 4 5", Steps(folder["runs/gan/metrics.jsonl"]));
        string[][] keys = [.. File.ReadLines(folder["runs/gan/metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Select(p => p.Name).ToArray())];
        foreach (string[] logged in keys[..^1])
            CollectionAssert.AreEqual(MetricKeys, logged);
        CollectionAssert.AreEqual((string[])[.. MetricKeys, "diversity", "frechet"], keys[^1], "the samples of the last step are looked at");
        Assert.AreEqual("step-000000.png step-000003.png step-000005.png", Names(folder["runs/gan/samples"]));
        Assert.AreEqual("step-000004 step-000005", Names(folder["runs/gan/checkpoint"]));
        Assert.AreEqual("best checkpoint config.json curves.png metrics.jsonl samples", Names(folder["runs/gan"]));

        // Plain lines: no escape sequence, the first and the last step, and what to do next.
        Assert.DoesNotContain("\e", outcome.Output);
        Assert.Contains("step 1/5", outcome.Output);
        Assert.Contains("step 5/5", outcome.Output);
        Assert.Contains("fastgan sample runs/gan", outcome.Output);
        Assert.AreEqual("", outcome.Errors);
    }

    [TestMethod]
    public void ConfigJsonRepeatsTheRunAndOptionsOverrideIt()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "cgan", steps: 2);
        Fastgan.Succeed(folder, "train", "run/config.json", "--out", "again", "--quiet");
        CollectionAssert.AreEqual(
            File.ReadAllBytes(folder["run/checkpoint/step-000002/weights.safetensors"]),
            File.ReadAllBytes(folder["again/checkpoint/step-000002/weights.safetensors"]));

        Fastgan.Succeed(folder, "train", "run/config.json", "--out", "other", "--steps", "1", "--g-lr", "1e-3", "--ema", "0.5", "--quiet");
        RunConfig config = ConfigFile.Read(folder["other/config.json"]);
        Assert.AreEqual((1L, 1e-3, 2e-4, 0.5), (config.Training.Steps, config.Training.GeneratorOptimizer.LearningRate, config.Training.DiscriminatorOptimizer.LearningRate, config.Training.Ema));
    }

    [TestMethod]
    public void EveryOptionReachesTheConfig()
    {
        using TemporaryFolder folder = new();
        Fastgan.Succeed(folder, "train", "gan", "--data", Fastgan.WritePhotos(folder), "--image-size", "16", "--channels", "1", "--resize", "fit", "--strict",
            "--epochs", "1.5", "--batch", "4", "--critic-steps", "2", "--seed", "7", "--latent", "5", "--latent-distribution", "uniform", "--optimizer", "sgd", "--lr", "0.01",
            "--momentum", "0.9", "--generator-loss", "minimax", "--update", "simultaneous", "--clip", "0.5", "--clip-target", "gradients", "--threads", "1", "--out", "run", "--quiet");
        RunConfig config = ConfigFile.Read(folder["run/config.json"]);
        Assert.AreEqual(new FastGan.Data.DataSpec(folder["photos"], 16, 1, FastGan.Data.ResizeMode.Fit, FastGan.Data.BrokenImages.Refuse), config.Data);
        TrainingSpec t = config.Training;
        Assert.AreEqual((3L, 4, 2, 7UL), (t.Steps, t.Batch, t.CriticSteps, t.Seed), "16 images in batches of 4, two of them a step");
        Assert.AreEqual((GeneratorLoss.Minimax, UpdateOrder.Simultaneous, new ClipSpec(0.5, ClipTarget.Gradients)), (t.GeneratorLoss, t.Update, t.Clip));
        Assert.AreEqual((OptimizerKind.Sgd, 0.01, 0.9), (t.GeneratorOptimizer.Kind, t.GeneratorOptimizer.LearningRate, t.DiscriminatorOptimizer.Momentum));
        Assert.AreEqual((5, FastGan.Ops.Distribution.Uniform), (config.Model.Latent, config.Model.LatentDistribution));
    }

    [TestMethod]
    public void TraceAndQuietPrintWhatTheySay()
    {
        using TemporaryFolder folder = new();
        string data = Fastgan.WriteData(folder);
        Outcome trace = Fastgan.Succeed(folder, "train", "wgan", "--data", data, "--batch", "4", "--trace");
        Assert.Contains("clip", trace.Output);
        Assert.Contains("operations", trace.Output);
        Assert.IsFalse(Directory.Exists(folder["runs"]));
        Outcome quiet = Fastgan.Succeed(folder, "train", "gan", "--data", data, "--batch", "4", "--steps", "1", "--quiet");
        Assert.AreEqual("", quiet.Output + quiet.Errors);
    }

    /// <summary>On a GPU each operation's line ends in the kernels and library calls that it is, and the step is a graph of as many nodes; a virtual device says that it is one.</summary>
    [TestMethod]
    public void TheTraceOnAGpuTellsNativeCallsAndGraph()
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        Outcome trace = Fastgan.RunWith(folder, FastGan.Cuda.Api.LibrarySearch.PathVariable, VirtualGpu.Path,
            "train", "dcgan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--device", "cuda", "--trace");
        Assert.AreEqual(0, trace.ExitCode, $"{trace}");
        string[] lines = trace.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), operations = lines[..^2];
        foreach (string line in operations)
            StringAssert.Matches(line, new Regex(@"^ +\d+  .+ \d+\.\d{3} MB +\d+\.\d{2} MFLOP  .* -> .+  by \w+"));
        foreach (string call in new[] { "gather_images", "noise", "batch_norm_statistics, batch_norm_apply", "cublasGemmEx", "cudnnConvolutionForward (algorithm 1)", "bce", "l2_norm, adam" })
            Assert.IsTrue(operations.Any(line => line.Contains($"  by {call}", StringComparison.Ordinal)), $"{call}: {trace}");

        Assert.StartsWith($"{operations.Length} operations, ", lines[^2]);
        Assert.Contains("on FastGan virtual GPU (virtual: ", lines[^2]);
        int calls = operations.Sum(line => line[line.LastIndexOf("  by ", StringComparison.Ordinal)..].Split(", ").Length);
        Assert.AreEqual($"one graph of {calls} nodes a step", lines[^1]);
        Assert.IsFalse(Directory.Exists(folder["runs"]));
    }

    [TestMethod]
    public void ResumeGoesOnToTheBytesOfAnUninterruptedRun()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--data", Fastgan.WriteData(folder), "--batch", "4", "--log-every", "1", "--quiet"];
        Fastgan.Succeed(folder, ["train", "gan", "--steps", "6", "--out", "whole", .. options]);
        Fastgan.Succeed(folder, ["train", "gan", "--steps", "3", "--out", "parts", .. options]);
        Outcome done = Fastgan.Succeed(folder, "resume", "parts");
        Assert.Contains("--steps", done.Output, "a finished run says how to go on");
        Fastgan.Succeed(folder, "resume", "parts", "--steps", "6", "--quiet");
        foreach (string file in new[] { "checkpoint/step-000006/weights.safetensors", "checkpoint/step-000006/optimizer.safetensors", "samples/step-000006.png" })
            CollectionAssert.AreEqual(File.ReadAllBytes(folder[$"whole/{file}"]), File.ReadAllBytes(folder[$"parts/{file}"]), file);
        Assert.AreEqual("1 2 3 4 5 6", Steps(folder["parts/metrics.jsonl"]));
    }

    [TestMethod]
    public void ARunWithoutANameTakesTheNextFreeOne()
    {
        using TemporaryFolder folder = new();
        string data = Fastgan.WriteData(folder);
        for (int i = 0; i < 2; i++)
            Fastgan.Succeed(folder, "train", "gan", "--data", data, "--batch", "4", "--steps", "1", "--quiet");
        Assert.AreEqual("gan gan-2", Names(folder["runs"]));
    }

    private static string Names(string folder) =>
        string.Join(' ', Directory.EnumerateFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal));

    private static string Steps(string metrics) =>
        string.Join(' ', File.ReadLines(metrics).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64()));
}
