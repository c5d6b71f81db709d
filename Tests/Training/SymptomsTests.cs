using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>What is said of made-up logs, and what a run does with an observer's looks.</summary>
[TestClass]
public sealed class SymptomsTests
{
    private static readonly int[] All = [26, 26, 25, 26, 25, 26, 25, 26, 25, 26], Three = [100, 80, 76, 0, 0, 0, 0, 0, 0, 0];

    [TestMethod]
    public void CollapseIsDatedBackToTheLastGoodLook()
    {
        List<string> turns = Turns([.. Looks(0, 3, 0.9, All), .. Looks(3, 2, 0.2, Three), .. Looks(5, 1, 0.8, All)]);
        Assert.HasCount(2, turns);
        Assert.AreEqual("500: 3 of 10 classes left, diversity 0.20 of the data's: mode collapse since about step 300", turns[0]);
        Assert.AreEqual("600: 10 of 10 classes, diversity 0.80 of the data's: recovered from mode collapse", turns[1]);
    }

    [TestMethod]
    public void WithoutClassesDiversityTells()
    {
        Assert.AreEqual("400: diversity 0.10 of the data's: mode collapse since about step 200", Turns([.. Looks(0, 2, 0.9, null), .. Looks(2, 2, 0.1, null)]).Single());
        Assert.IsEmpty(Turns([.. Looks(0, 2, 0.9, null), .. Looks(2, 1, 0.1, null), .. Looks(3, 1, 0.9, null)]), "one poor look is no collapse");
    }

    [TestMethod]
    public void ARunThatNeverBecomesDiverseIsCollapsedFromTheStart()
    {
        Assert.IsEmpty(Turns(Looks(0, 9, 0.1, null)), "it may still become so");
        Assert.AreEqual("1000: diversity 0.10 of the data's: mode collapse, since the start", Turns(Looks(0, 12, 0.1, null)).Single());
    }

    [TestMethod]
    public void AGeneratorThatSwingsIsCalledSo()
    {
        int[] first = [128, 128, 0, 0], second = [0, 0, 128, 128];
        IEnumerable<MetricsLine> swings = Enumerable.Range(0, 6).SelectMany(i => Looks(i, 1, 0.9, i % 2 == 0 ? first : second));
        Assert.Contains("400: 3 times in a row most samples changed class: the generator swings from mode to mode", Turns([.. swings]));
        Assert.IsEmpty(Turns(Looks(0, 6, 0.9, All)));
    }

    [TestMethod]
    public void AVanishedGradientAndASaturatedDiscriminator()
    {
        MetricsLine[] lines = [.. Lines(0, 20, gradient: 2, real: 0.6, fake: 0.4), .. Lines(20, 40, gradient: 0.002, real: 0.999, fake: 0.001)];
        List<string> turns = Turns(lines);
        Assert.HasCount(1, turns);
        Assert.Contains("the generator's gradient is 0.1% of what it was at first, D(x) 0.999, D(G(z)) 0.001: vanishing gradient", turns[0]);
        Assert.Contains("the discriminator is saturated", turns[0]);
        Assert.IsEmpty(Turns([.. Lines(0, 60, gradient: 2, real: 0.6, fake: 0.4)]));
        Assert.IsEmpty(Turns([.. Lines(0, 60, gradient: 2, real: 0.999, fake: 0.001)], "wgan"), "a critic's scores are no probabilities");
    }

    [TestMethod]
    public void AGradientAndADiscriminatorThatRecover()
    {
        MetricsLine[] lines = [.. Lines(0, 20, gradient: 2, real: 0.6, fake: 0.4), .. Lines(20, 40, gradient: 0.002, real: 0.999, fake: 0.001), .. Lines(60, 40, gradient: 1, real: 0.7, fake: 0.3)];
        List<string> turns = Turns(lines);
        Assert.HasCount(3, turns);
        Assert.AreEqual("620: the generator's gradient is 5% of what it was at first: no longer vanishing", turns[1]);
        Assert.AreEqual("640: D(x) 0.939, D(G(z)) 0.061: the discriminator is no longer saturated", turns[2]);
    }

    /// <summary>Looks go into the log and the display, the nearest state into best/, and a resumed run goes on from what was seen.</summary>
    [TestMethod]
    public void ARunKeepsItsBestStateAndEndsOnCollapse()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        RunConfig config = Small.Config("gan");
        Script script = new([new(0.9, 5, null), new(0.9, 3, null), new(0.1, 4, null), new(0.1, 9, null), new(0.9, 1, null)]);
        RunFolder run = RunFolder.Create(folder["run"]);
        using (Trainer trainer = new(config, Small.Data, device))
        {
            List<string> shown = [];
            RunOutcome outcome = new TrainingRun(trainer, run, script, stopOnCollapse: true).Execute(50, p => shown.AddRange(p.Turn is null ? [] : [p.Turn]), () => { }, default);
            Assert.AreEqual(RunOutcome.Collapsed, outcome);
            Assert.AreEqual(20, trainer.StepsDone, "the fourth look, a look every 5 steps");
            Assert.AreEqual("diversity 0.10 of the data's: mode collapse since about step 10", shown.Single());
        }

        Assert.AreEqual(20, Checkpoint.Open(run.CheckpointFolder, Assert.Fail).Step);
        Assert.AreEqual(10, Checkpoint.Open(run.BestFolder, Assert.Fail).Step);
        using (Trainer trainer = new(config, Small.Data, device))
        {
            Checkpoint.Open(run.CheckpointFolder, Assert.Fail).Restore(trainer);
            List<string> shown = [];
            Assert.AreEqual(RunOutcome.Finished, new TrainingRun(trainer, run, script).Execute(25, p => shown.AddRange(p.Turn is null ? [] : [p.Turn]), () => { }, default));
            Assert.AreEqual("diversity 0.90 of the data's: recovered from mode collapse", shown.Single());
        }

        Assert.AreEqual(25, Checkpoint.Open(run.BestFolder, Assert.Fail).Step);
        Assert.HasCount(1, Directory.GetDirectories(run.BestFolder));
    }

    [TestMethod]
    public void ACollapseSeenAtTheLastStepIsReported()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        foreach ((bool stopOnCollapse, RunOutcome expected) in new[] { (true, RunOutcome.Collapsed), (false, RunOutcome.Finished) })
        {
            using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
            Script script = new([new(0.9, 5, null), new(0.1, 4, null), new(0.1, 4, null)]);
            RunFolder run = RunFolder.Create(folder[$"{expected}"]);
            Assert.AreEqual(expected, new TrainingRun(trainer, run, script, stopOnCollapse).Execute(15, _ => { }, () => { }, default));
            Assert.AreEqual(15, trainer.StepsDone);
            Assert.Contains("mode collapse since about step 5", MetricsFile.Read(run.MetricsFile)[^1].Turn!);
        }
    }

    /// <summary>What ends a run is what was seen in it, not what its log says of an earlier one.</summary>
    [TestMethod]
    public void ARunThatWasCollapsedCanBeStoppedByHand()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        RunFolder run = RunFolder.Create(folder["run"]);
        Script script = new([new(0.9, 5, null), new(0.1, 4, null), new(0.1, 4, null)]);
        Assert.AreEqual(RunOutcome.Collapsed, new TrainingRun(trainer, run, script, stopOnCollapse: true).Execute(50, _ => { }, () => { }, default));
        Assert.AreEqual(RunOutcome.Stopped, new TrainingRun(trainer, run, script, stopOnCollapse: true).Execute(50, _ => { }, () => { }, new CancellationToken(canceled: true)));
    }

    /// <summary>A look that fails takes the run down, but not the steps before it, nor the best state.</summary>
    [TestMethod]
    public void AFailingLookLosesNoCheckpoint()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        RunConfig config = Small.Config("gan");
        config = config with { Output = config.Output with { CheckpointEvery = 5 } };
        RunFolder run = RunFolder.Create(folder["run"]);
        using (Trainer trainer = new(config, Small.Data, device))
        {
            TrainingRun failing = new(trainer, run, new Script([new(0.9, 5, null)]));
            Assert.ThrowsExactly<InvalidOperationException>(() => failing.Execute(50, _ => { }, () => { }, default));
        }

        Assert.AreEqual(10, Checkpoint.Open(run.CheckpointFolder, Assert.Fail).Step);
        Assert.AreEqual((5, 5.0), (run.Best()!.Step, run.Best()!.Frechet));
        using (Trainer trainer = new(config, Small.Data, device))
        {
            Checkpoint.Open(run.CheckpointFolder, Assert.Fail).Restore(trainer);
            new TrainingRun(trainer, run, new Script([new(0.9, 6, null), new(0.9, 4, null)])).Execute(20, _ => { }, () => { }, default);
        }

        Assert.AreEqual(20, run.Best()!.Step);
    }

    /// <summary>Distances in the features of a classifier are of another size than those in an untrained network's.</summary>
    [TestMethod]
    public void TheBestStateIsTheBestInTheLastFeatures()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        RunFolder run = RunFolder.Create(folder["run"]);
        new TrainingRun(trainer, run, new Script([new(0.9, 5, null), new(0.9, 6, null)])).Execute(10, _ => { }, () => { }, default);
        Assert.AreEqual(5, run.Best()!.Step);
        new TrainingRun(trainer, run, new Script([new(0.9, 500, All), new(0.9, 600, All)])).Execute(20, _ => { }, () => { }, default);
        Assert.AreEqual(15, run.Best()!.Step);
    }

    private static List<string> Turns(IEnumerable<MetricsLine> lines, string preset = "gan")
    {
        Symptoms symptoms = new(Small.Config(preset));
        return [.. lines.Select(l => (l.Step, Turn: symptoms.Next(l))).Where(t => t.Turn is not null).Select(t => $"{t.Step}: {t.Turn}")];
    }

    /// <summary>Looks at steps 100 (first + 1), …</summary>
    private static IEnumerable<MetricsLine> Looks(int first, int count, double diversity, int[]? classes) => Enumerable.Range(first + 1, count)
        .Select(i => new MetricsLine(100 * i, 0, 1, 1, 0.5, 0.5, 1, 1) { Diversity = diversity, Frechet = 1, ClassCounts = classes });

    private static IEnumerable<MetricsLine> Lines(int first, int count, double gradient, double real, double fake) => Enumerable.Range(first + 1, count)
        .Select(i => new MetricsLine(10 * i, 0, 1, 1, real, fake, 1, gradient));

    private sealed class Script(Queue<Sight> sights) : IObserver
    {
        public Script(IEnumerable<Sight> sights) : this(new Queue<Sight>(sights))
        {
        }

        public int Every => 5;

        public Sight Look() => sights.Dequeue();
    }
}
