using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Evaluation.Scores;
using FastGan.Programs;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Evaluation;

/// <summary>What one look at a generator sees. The classifier is an untrained one throughout: it sorts into classes of its own, which is all that counts need.</summary>
[TestClass]
public sealed class ObserverTests
{
    private const int Samples = 256;

    /// <summary>Each number again from its definition.</summary>
    [TestMethod]
    public void ALookIsWhatTheFormulasGive()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        Dataset data = Small.Data;
        using Observer observer = new(trainer, data, Classifier.Untrained(data, device));
        Sight sight = observer.Look();

        using Classifier classifier = Classifier.Untrained(data, device);
        Looked generated = classifier.Look(trainer.Sampler.Draw(trainer.Config.Training.Seed, Samples));
        int[] order = new int[data.Count];
        RandomNumbers.Shuffle(trainer.Config.Training.Seed, 0, order);
        Looked real = classifier.Look(data.Pixels(order[..2000]));
        double frechet = FrechetDistance.Between(generated.Features, real.Features).Value;
        Assert.AreEqual(frechet, sight.Frechet, 1e-6 * frechet);
        Assert.AreEqual(Math.Sqrt(Spread(generated.Features) / Spread(real.Features)), sight.Diversity, 1e-9);
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).Select(c => generated.Classes().Count(seen => seen == c)).ToArray(), sight.ClassCounts!.ToArray());
        Assert.AreEqual(Samples, sight.ClassCounts!.Sum());

        Sight again = observer.Look();
        Assert.AreEqual((sight.Diversity, sight.Frechet), (again.Diversity, again.Frechet), "looking changes nothing");
        CollectionAssert.AreEqual(sight.ClassCounts!.ToArray(), again.ClassCounts!.ToArray());
    }

    [TestMethod]
    public void WithoutAClassifierNoClassIsNamed()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        using Observer observer = new(trainer, Small.Data, null);
        Assert.IsNull(observer.Look().ClassCounts);
    }

    /// <summary>A generator without weights makes one image for every latent.</summary>
    [TestMethod]
    public void AGeneratorThatMakesOneImageHasNoDiversityAndOneClass()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        using Observer observer = new(trainer, Small.Data, Classifier.Untrained(Small.Data, device));
        device.Clear(trainer.Sampler.Weights);
        Sight sight = observer.Look();
        Assert.AreEqual(0, sight.Diversity, 1e-6);
        Assert.AreEqual(Samples, sight.ClassCounts!.Max());
        Assert.IsGreaterThan(0, sight.Frechet);
    }

    /// <summary>Where the data are the generator's own samples, its samples are as diverse as the data, and near to them.</summary>
    [TestMethod]
    public void AGeneratorIsAsDiverseAsItsOwnSamples()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        float[] images = trainer.Sampler.Draw(seed: 77, 2000);
        Dataset own = new("its own", Small.Data.Shape.WithN(2000), [.. images.Select(v => (byte)Math.Round((v + 1) * 127.5))], null, []);
        using Observer ofOwn = new(trainer, own, null), ofClothes = new(trainer, Small.Data, null);
        Sight near = ofOwn.Look(), far = ofClothes.Look();
        Assert.AreEqual(1, near.Diversity, 0.1);
        Assert.IsLessThan(0.1 * far.Frechet, near.Frechet);
        Assert.IsLessThan(0.5, far.Diversity, "an untrained generator is all grey");
    }

    /// <summary>A conditional generator is asked for every class equally often.</summary>
    [TestMethod]
    public void EveryClassIsAskedFor()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("cgan"), Small.Data, device);
        using Observer observer = new(trainer, Small.Data, Classifier.Untrained(Small.Data, device));
        using Classifier classifier = Classifier.Untrained(Small.Data, device);
        int[] labels = [.. Enumerable.Range(0, Samples).Select(i => i % 10)];
        int[] classes = classifier.Look(trainer.Sampler.Draw(trainer.Config.Training.Seed, Samples, labels)).Classes();
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).Select(c => classes.Count(seen => seen == c)).ToArray(), observer.Look().ClassCounts!.ToArray());
    }

    /// <summary>
    /// A stop in the first logged lines, whose gradients later ones are measured by, and one right after a look: lines, best state and weights are those of a run
    /// that never stopped.
    /// </summary>
    [TestMethod]
    [DataRow(7)]
    [DataRow(20)]
    public void AStoppedAndResumedRunSeesTheSame(int stoppedAt)
    {
        using TemporaryFolder folder = new();
        Run(folder["whole"], 60);
        Run(folder["parts"], stoppedAt);
        Run(folder["parts"], 60);
        string[] Lines(string run) => [.. MetricsFile.Read(folder[$"{run}/metrics.jsonl"])
            .Select(l => $"{l with { ImagesPerSecond = null, ClassCounts = null }} {string.Join(' ', l.ClassCounts ?? [])}")];
        CollectionAssert.AreEqual(Lines("whole"), Lines("parts"));
        Assert.HasCount(60, Lines("whole"));
        foreach (string kept in new[] { "best", "checkpoint" })
        {
            string[] files = [.. Directory.EnumerateFiles(folder[$"whole/{kept}"], "*.safetensors", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder["whole"], f))];
            Assert.IsNotEmpty(files);
            foreach (string file in files)
                CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(folder["whole"], file)), File.ReadAllBytes(Path.Combine(folder["parts"], file)), file);
        }

        static void Run(string path, int until)
        {
            using CpuDevice device = new(threads: 1);
            FastGan.Gans.RunConfig config = Small.Config("gan");
            config = config with { Output = config.Output with { LogEvery = 1 } };
            using Trainer trainer = new(config, Small.Data, device);
            RunFolder run = Directory.Exists(path) ? Resume(path, trainer) : RunFolder.Create(path);
            File.WriteAllText(run.ConfigFile, "{}");
            using CancellationTokenSource stop = new();
            using Often observer = new(new Observer(trainer, Small.Data, Classifier.Untrained(Small.Data, device)));
            new TrainingRun(trainer, run, observer).Execute(60, p =>
            {
                if (p.Step == until)
                    stop.Cancel();
            }, () => { }, stop.Token);
            Assert.AreEqual(until, trainer.StepsDone);
        }

        static RunFolder Resume(string path, Trainer trainer)
        {
            Checkpoint.Open(path, Assert.Fail).Restore(trainer);
            return RunFolder.Open(path);
        }
    }

    private static double Spread(FastGan.Evaluation.Samples features) => Moments.Of(features).TotalVariance;

    /// <summary>Looks oftener than is cheap.</summary>
    private sealed class Often(Observer observer) : IObserver, IDisposable
    {
        public int Every => 20;

        public Sight Look() => observer.Look();

        public void Dispose() => observer.Dispose();
    }
}
