using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>The same seed gives the same bytes: at any number of threads, and across a stop and resume.</summary>
[TestClass]
public sealed class RepeatabilityTests
{
    [TestMethod]
    [DataRow("gan")]
    [DataRow("dcgan")]
    [DataRow("wgan")]
    [DataRow("cgan")]
    [DataRow("sgan")]
    [DataRow("acgan")]
    [DataRow("infogan")]
    [DataRow("wgan-gp")]
    [DataRow(Small.SpectralGan)]
    [DataRow(Small.PenalisedSgan)]
    public void ThreadsAndResumeChangeNothing(string preset)
    {
        using TemporaryFolder folder = new();
        RunConfig config = Small.Config(preset);
        config = config with { Training = config.Training with { Steps = 100 }, Output = config.Output with { SampleEvery = 50 } };
        using (CpuDevice one = new(threads: 1))
            Small.Run(config, one, folder["whole"], 100);
        using (CpuDevice two = new(threads: 2))
            Small.Run(config, two, folder["two threads"], 100);
        using (CpuDevice two = new(threads: 2))
            Small.Run(config, two, folder["resumed"], 50);
        using (CpuDevice one = new(threads: 1))
            Small.Run(config, one, folder["resumed"], 100);

        foreach (string other in new[] { "two threads", "resumed" })
        {
            foreach (string file in Files(folder["whole"]))
            {
                if (file != "metrics.jsonl")
                    CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(folder["whole"], file)), File.ReadAllBytes(Path.Combine(folder[other], file)), $"{other}: {file}");
            }

            CollectionAssert.AreEqual(Files(folder["whole"]), Files(folder[other]), other);
            CollectionAssert.AreEqual(Metrics(folder["whole"]), Metrics(folder[other]), $"{other}: metrics");
        }
    }

    [TestMethod]
    public void AnotherSeedGivesOtherWeights()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Small.Config("gan");
        using CpuDevice device = new(threads: 1);
        Small.Run(config, device, folder["a"], 2);
        Small.Run(config with { Training = config.Training with { Seed = 2 } }, device, folder["b"], 2);
        CollectionAssert.AreNotEqual(
            File.ReadAllBytes(folder["a/checkpoint/step-000002/weights.safetensors"]), File.ReadAllBytes(folder["b/checkpoint/step-000002/weights.safetensors"]));
    }

    private static string[] Files(string run) =>
        [.. Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(run, f)).Order(StringComparer.Ordinal)];

    private static MetricsLine[] Metrics(string run) => [.. MetricsFile.Read(Path.Combine(run, "metrics.jsonl")).Select(l => l with { ImagesPerSecond = 0 })];
}
