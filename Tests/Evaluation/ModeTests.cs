using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Tests.Training;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class ModeTests
{
    /// <summary>A sample counts up to 3σ from a mode, and for the nearest one.</summary>
    [TestMethod]
    public void PointsAreCountedWhereTheyLie()
    {
        MixtureModes ring = new(Mixture.Ring, Effort.Quick);
        ModeCount count = ring.Count([1, 0, 1.0299f, 0, 1.0301f, 0, 0, -1.01f, 0, 0, float.NaN, 0, float.PositiveInfinity, 1]);
        CollectionAssert.AreEqual(new[] { 2, 0, 0, 0, 0, 0, 1, 0 }, count.Counts.ToArray());
        Assert.AreEqual((4, 2), (count.Strays, count.Found));
        Assert.AreEqual(3 / 7.0, count.HighQuality, 1e-12);
        Assert.AreEqual(2 / 3.0 * Math.Log(16 / 3.0) + 1 / 3.0 * Math.Log(8 / 3.0), count.KlToUniform!.Value, 1e-12);

        MixtureModes grid = new(Mixture.Grid, Effort.Quick);
        count = grid.Count([-4, -4, 4, 4.149f, 4, 4.151f, 3, 3, 0.1f, -0.1f]);
        Assert.AreEqual((2, 3), (count.Strays, count.Found));
        Assert.AreEqual(1, count.Counts[0]);
        Assert.AreEqual(1, count.Counts[24]);
        Assert.AreEqual(1, count.Counts[12]);
    }

    [TestMethod]
    public void NoSampleOfAnyModeHasNoDivergence()
    {
        ModeCount none = new MixtureModes(Mixture.Ring, Effort.Quick).Count([9, 9]);
        Assert.AreEqual((0, 0.0), (none.Found, none.HighQuality));
        Assert.IsNull(none.KlToUniform);
        Assert.AreEqual(0, new ModeCount([5, 5, 5], 1).KlToUniform!.Value, 1e-12);
        Assert.AreEqual(Math.Log(3), new ModeCount([5, 0, 0], 1).KlToUniform!.Value, 1e-12);
    }

    /// <summary>Real points: within 3σ in the plane with probability 1 − exp(−9/2), and of all modes evenly.</summary>
    [TestMethod]
    public void RealPointsAreTheFloor()
    {
        foreach (Mixture mixture in new[] { Mixture.Ring, Mixture.Grid })
        {
            MixtureModes problem = new(mixture, Effort.Quick);
            ModeCount count = problem.Count(problem.Real(5));
            Assert.AreEqual(mixture.Centers.Count, count.Found);
            Assert.AreEqual(1 - Math.Exp(-4.5), count.HighQuality, 4 * Math.Sqrt(Math.Exp(-4.5) / problem.Samples));
            Assert.IsLessThan(0.001, count.KlToUniform!.Value);
        }
    }

    /// <summary>Each method gets the same number of minibatches of real data, and of the papers' networks in full.</summary>
    [TestMethod]
    public void TheBudgetIsOneForAll()
    {
        foreach (Effort effort in Enum.GetValues<Effort>())
        {
            MixtureModes problem = new(Mixture.Ring, effort);
            foreach (ModeMethod method in ModeMethod.All)
            {
                RunConfig config = problem.Config(method);
                Assert.AreEqual(problem.Minibatches, config.Training.Steps * config.Training.CriticSteps, method.Name);
                Assert.AreEqual(100, config.Training.Batch);
                Assert.AreEqual(method.Pack, config.Training.Pack);
                Assert.AreEqual(20, problem.Config(method, 20).Training.Steps * config.Training.CriticSteps);
                if (effort == Effort.Full)
                    Assert.AreEqual(PointPresets.Make(method.Preset, config.Data).Training with { Pack = method.Pack, Steps = config.Training.Steps }, config.Training);
            }
        }

        Assert.AreEqual(400_000, new MixtureModes(Mixture.Grid, Effort.Full).Minibatches);
        Assert.Contains("did you mean 'pac2'?", Assert.ThrowsExactly<FastGanException>(() => ModeMethod.Named("pac3")).Message);
    }

    /// <summary>In full PacGAN's three maxout layers for its methods, leaky ReLU for the critics and in the quick trial.</summary>
    [TestMethod]
    public void OnlyTheFullTrialHasPacGansDiscriminator()
    {
        foreach (ModeMethod method in ModeMethod.All)
        {
            IReadOnlyList<Layer> quick = new MixtureModes(Mixture.Ring, Effort.Quick).Config(method).Model.Discriminator.Layers;
            Assert.IsEmpty(quick.OfType<MaxoutLayer>(), method.Name);

            NetSpec full = new MixtureModes(Mixture.Grid, Effort.Full).Config(method).Model.Discriminator;
            Layer[] hidden = method.Preset == "gan" ? [new DenseLayer(1000), new MaxoutLayer(5)] : [new DenseLayer(200), new LeakyReluLayer()];
            CollectionAssert.AreEqual((Layer[])[.. hidden, .. hidden, .. hidden, new DenseLayer(1)], full.Layers.ToArray(), method.Name);
            Assert.AreEqual(Initialisation.Dcgan, full.Init);
        }
    }

    /// <summary>Whatever the number of threads, a seed gives the same samples, and another seed others.</summary>
    [TestMethod]
    public void TheSeedDecides()
    {
        MixtureModes problem = new(Mixture.Ring, Effort.Quick);
        using CpuDevice one = new(threads: 1), two = new(threads: 2);
        float[] samples = problem.Train(ModeMethod.Named("pac2"), 1, one, minibatches: 20);
        CollectionAssert.AreEqual(samples, problem.Train(ModeMethod.Named("pac2"), 1, two, minibatches: 20));
        CollectionAssert.AreNotEqual(samples, problem.Train(ModeMethod.Named("pac2"), 2, one, minibatches: 20));
    }

    /// <summary>Channels are grey images of the data, in their order and drawn evenly; the classifier sees them as it sees those.</summary>
    [TestMethod]
    [DoNotParallelize]
    public void ImagesAreStackedAndTakenApartAgain()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new();
        ClassifierSplit split = new([.. Enumerable.Range(0, 1000)], [.. Enumerable.Range(1000, 500)]);
        using Classifier classifier = Classifier.ForData(Small.Data, device, null, split, new CacheFolder(folder.Path));
        StackedModes problem = new(Small.Data, classifier, Effort.Quick);
        int pixels = Small.Data.Shape.SampleCount;
        Dataset stacked = problem.Draw(seed: 1, count: 300);
        Assert.AreEqual(Small.Data.Shape with { N = 300, C = 3 }, stacked.Shape);

        Dictionary<string, int> known = [];
        for (int i = 0; i < Small.Data.Count; i++)
            known.TryAdd(Convert.ToHexString(Small.Data.Images.AsSpan(i * pixels, pixels)), i);
        int[][] triples = [.. Enumerable.Range(0, 300).Select(n => (int[])[.. Enumerable.Range(0, 3).Select(c =>
            known[Convert.ToHexString([.. Enumerable.Range(0, pixels).Select(i => stacked.Images[(n * pixels + i) * 3 + c])])])])];
        Assert.IsGreaterThan(800, triples.SelectMany(t => t).Distinct().Count(), "three of each at random, of ten thousand");
        Assert.AreEqual(4_999.5, triples.SelectMany(t => t).Average(), 4 * 10_000 / Math.Sqrt(12 * 900));

        int[] classes = classifier.Look(Small.Data.Pixels([.. triples.SelectMany(t => t)])).Classes();
        ModeCount count = problem.Count(stacked.Pixels([.. Enumerable.Range(0, 300)]));
        int[] expected = new int[1000];
        foreach (int[] c in classes.Chunk(3))
            expected[100 * c[0] + 10 * c[1] + c[2]]++;
        CollectionAssert.AreEqual(expected, count.Counts.ToArray());
        Assert.AreEqual(0, count.Strays);
    }
}
