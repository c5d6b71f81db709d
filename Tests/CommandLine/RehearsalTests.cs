using FastGan.Cli.Commands;
using FastGan.Cli.Options;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Tests.CommandLine;

/// <summary>A rehearsal that fails is silent, and only slow: that it gets to the end is seen here alone.</summary>
[TestClass]
public sealed class RehearsalTests
{
    public static IEnumerable<string> Names => Presets.Names;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void EveryPresetRehearsesToTheEnd(string preset) => Rehearse(new TrainOptions { What = preset });

    [TestMethod]
    public void OptionsThatChangeTheStepAreRehearsed()
    {
        RunConfig config = Rehearse(new TrainOptions { What = "dcgan", ImageSize = 32, Channels = 3, Pack = 3, Batch = 6, Update = "simultaneous", Optimizer = "sgd" });
        Assert.AreEqual((32, 3, 3, UpdateOrder.Simultaneous), (config.Model.ImageSize, config.Model.Channels, config.Training.Pack, config.Training.Update));
        Assert.AreEqual(OptimizerKind.Sgd, config.Training.GeneratorOptimizer.Kind);
        Rehearse(new TrainOptions { What = "acgan", R1 = 1, Ema = 0.9, Flip = true, Shift = 2 });
    }

    private static RunConfig Rehearse(TrainOptions options)
    {
        RunConfig config = new TrainSetup(options).Outline();
        StepMetrics metrics = Rehearsal.Run(config);
        Assert.IsTrue(metrics.IsFinite && metrics.DLoss != 0);
        return config;
    }
}
