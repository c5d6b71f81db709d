using FastGan.Cpu;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Imaging;
using FastGan.Training;

namespace FastGan.Tests.Readme;

/// <summary>README's example of the library compiles, runs, and stands in README as it stands here.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LibraryExampleTests
{
    private const string Begin = "        // README begins", End = "        // README ends";

    [TestMethod]
    public void TheExampleRuns()
    {
        using TemporaryFolder folder = new();
        string before = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(folder.Path);
        try
        {
            Example();
            Assert.IsTrue(File.Exists("samples.png"));
            Assert.IsTrue(Directory.Exists("checkpoint/step-000300"));
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    [TestMethod]
    public void ReadmeShowsTheExampleThatRuns()
    {
        string here = File.ReadAllText(Path.Combine(Repository.Root, "Tests", "Readme", "LibraryExampleTests.cs"));
        string example = here.Split(Begin + "\n")[1].Split(End)[0];
        string dedented = string.Join('\n', example.TrimEnd().Split('\n').Select(line => line.Length > 8 ? line[8..] : ""));
        StringAssert.Contains(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), $"```csharp\n{dedented}\n```");
    }

    private static void Example()
    {
        // README begins
        DataSpec source = new("fashion-mnist-10k", Size: 28, Channels: 1);
        Dataset data = Dataset.Load(source, Console.Error.WriteLine);
        RunConfig config = Presets.Make("dcgan", source, imageSize: 28, channels: 1);
        config = config with { Training = config.Training with { Batch = 64, Seed = 7 } };

        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(config, data, device);
        while (trainer.StepsDone < 300)
        {
            StepMetrics m = trainer.Step();
            if (trainer.StepsDone % 50 == 0)
                Console.WriteLine($"step {trainer.StepsDone}: D loss {m.DLoss:F3}, G loss {m.GLoss:F3}");
        }

        float[] images = trainer.Sampler.Draw(seed: 1, count: 64);
        ImageGrid.Save("samples.png", images, Gan.Image(config.Model, 64), columns: 8);
        Checkpoint.Save(trainer, "checkpoint");
        // README ends
    }
}
