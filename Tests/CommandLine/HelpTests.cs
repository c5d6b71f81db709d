using System.Reflection;
using CommandLine;
using FastGan.Cli.Options;
using FastGan.Gans;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class HelpTests
{
    private static readonly string[] WithoutDefault = ["--epochs", "--verbose", "--quiet", "--trace", "--profile", "--model", "--json", "--full", "--help"];

    [TestMethod]
    [DataRow]
    [DataRow("--help")]
    [DataRow("help")]
    public void TheOverviewNamesEveryVerb(params string[] args)
    {
        string text = (string)Arguments.Read(args);
        foreach (string verb in Arguments.VerbNames)
            Assert.Contains($"fastgan {verb} ", text);
    }

    [TestMethod]
    [DataRow(typeof(TrainOptions))]
    [DataRow(typeof(ResumeOptions))]
    [DataRow(typeof(SampleOptions))]
    [DataRow(typeof(InterpolateOptions))]
    [DataRow(typeof(InvertOptions))]
    [DataRow(typeof(ArithmeticOptions))]
    [DataRow(typeof(ControlOptions))]
    [DataRow(typeof(InfoOptions))]
    [DataRow(typeof(DistanceOptions))]
    [DataRow(typeof(EvalOptions))]
    [DataRow(typeof(BenchOptions))]
    [DataRow(typeof(DoctorOptions))]
    public void EveryOptionIsDocumentedWithItsDefault(Type options)
    {
        string verb = options.GetCustomAttribute<VerbAttribute>()!.Name;
        string help = (string)Arguments.Read([verb, "--help"]);
        Assert.AreEqual(help, Arguments.Read([verb, "something", "--help"]), "help behind a value");
        foreach (OptionAttribute option in options.GetProperties().Select(p => p.GetCustomAttribute<OptionAttribute>()).OfType<OptionAttribute>())
        {
            Assert.Contains($"--{option.LongName}", help);
            if (!WithoutDefault.Contains($"--{option.LongName}"))
                Assert.Contains("Default: ", option.HelpText, option.LongName);
        }
    }

    /// <summary>The defaults of presets that the help states are those that the presets have.</summary>
    [TestMethod]
    public void TheHelpKnowsThePresets()
    {
        foreach (string preset in Presets.Names)
        {
            TrainingSpec t = Presets.Make(preset, new FastGan.Data.DataSpec("x"), 28, 1, classes: 10).Training;
            bool wgan = preset == "wgan", penalised = preset == "wgan-gp";
            Assert.AreEqual(preset switch { "gan" => 20_000, "wgan" or "wgan-gp" => 1_500, _ => 2_000 }, t.Steps);
            Assert.AreEqual(preset is "gan" or "wgan" or "wgan-gp" ? 64 : 128, t.Batch);
            Assert.AreEqual(wgan || penalised ? 5 : 1, t.CriticSteps);
            Assert.AreEqual(wgan || penalised ? AdversarialLoss.Wasserstein : AdversarialLoss.Bce, t.Loss);
            Assert.AreEqual(penalised ? new PenaltySpec(PenaltyKind.Interpolates, 10) : null, t.Penalty);
            Assert.AreEqual(preset == "sgan" ? 1000 : null, t.Labels);
            Assert.AreEqual((1.0, 1, null, 0.0), (t.RealTarget, t.Pack, t.Augment, t.Decay));
            Assert.AreEqual(wgan ? new ClipSpec(0.01) : null, t.Clip);
            Assert.AreEqual(wgan ? OptimizerKind.RmsProp : OptimizerKind.Adam, t.GeneratorOptimizer.Kind);
            Assert.AreEqual(penalised ? 1e-4 : 2e-4, t.DiscriminatorOptimizer.LearningRate);
            Assert.AreEqual(penalised ? (0, 0.9, 0.0) : (0.5, 0.999, 0.0), (t.GeneratorOptimizer.Beta1, t.GeneratorOptimizer.Beta2, t.GeneratorOptimizer.Momentum));
            Assert.IsNull(t.Ema);
        }

        Assert.AreEqual(new OutputSpec(LogEvery: 10, SampleEvery: 200, CheckpointEvery: 200), new OutputSpec());
    }

    [TestMethod]
    [DataRow("unknown verb 'trian': did you mean 'train'", "trian")]
    [DataRow("unknown option '--bach': did you mean '--batch'", "train", "gan", "--bach", "4")]
    [DataRow("unknown option '-b'", "train", "gan", "-b", "4")]
    [DataRow("--steps 'many' is no whole number", "train", "gan", "--steps", "many")]
    [DataRow("--steps '1.5' is no whole number", "train", "gan", "--steps=1.5")]
    [DataRow("--seed '-1' is no whole number", "train", "gan", "--seed", "-1")]
    [DataRow("--lr 'fast' is no number", "train", "gan", "--lr", "fast")]
    [DataRow("--steps needs a value", "train", "gan", "--steps")]
    [DataRow("--data needs a value", "train", "gan", "--data", "--steps", "4")]
    [DataRow("--steps is given twice", "train", "gan", "--steps", "4", "--steps", "5")]
    [DataRow("don't know what to do with 'dcgan'", "train", "gan", "dcgan")]
    [DataRow("don't know what to do with 'yes'", "train", "gan", "--quiet", "yes")]
    public void WhatCanNotBeUnderstoodIsSaidInOneLine(string start, params string[] args)
    {
        string line = Assert.ThrowsExactly<FastGanException>(() => Arguments.Read(args)).Message;
        Assert.Contains(start, line);
        Assert.DoesNotContain("\n", line);
    }
}
