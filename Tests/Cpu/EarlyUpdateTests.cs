using System.Runtime.Intrinsics;
using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Cpu;

/// <summary>Dense layers' weights are updated along with their gradients where nothing needs the old ones any more, to the same bytes.</summary>
[TestClass]
public sealed class EarlyUpdateTests
{
    /// <summary>One by one, operations update nothing early.</summary>
    [TestMethod]
    [DataRow(1, OptimizerKind.Adam)]
    [DataRow(2, OptimizerKind.Adam)]
    [DataRow(3, OptimizerKind.Adam)]
    [DataRow(2, OptimizerKind.RmsProp)]
    [DataRow(2, OptimizerKind.Sgd)]
    public void AWholeStepLeavesWhatItsOperationsLeave(int threads, OptimizerKind optimizer)
    {
        RunConfig config = Small.Config("gan");
        TrainingSpec t = config.Training;
        config = config with { Training = t with { GeneratorOptimizer = new OptimizerSpec(optimizer, 1e-3), DiscriminatorOptimizer = new OptimizerSpec(optimizer, 1e-3) } };
        using CpuDevice whole = new(threads), single = new(threads: 1);
        using Trainer expected = new(config, Small.Data, single), actual = new(config, Small.Data, whole);
        for (int step = 0; step < 4; step++)
        {
            Small.StepByOperations(expected);
            StepMetrics e = expected.ReadMetrics(), a = actual.Step();
            // The same squares, summed by rows instead of by chunks: in float up to 16,384 of them, in double from there.
            Assert.AreEqual(e.DGradNorm, a.DGradNorm, 1e-6 * e.DGradNorm);
            Assert.AreEqual(e.GGradNorm, a.GGradNorm, 1e-6 * e.GGradNorm);
            Assert.AreEqual(e with { DGradNorm = 0, GGradNorm = 0 }, a with { DGradNorm = 0, GGradNorm = 0 });
            foreach ((Tensor Expected, Tensor Actual) slab in Slabs(expected.Gan).Zip(Slabs(actual.Gan)))
                CollectionAssert.AreEqual(single.Read<float>(slab.Expected), whole.Read<float>(slab.Actual), $"step {step}: {slab.Expected}");
        }
    }

    /// <summary>Biases, and layers of fewer than 96 outputs, are left for the update itself, which does every other weight as well.</summary>
    [TestMethod]
    public void MostWeightsOfDenseLayersAreUpdatedEarly()
    {
        Gan gan = new(Small.Config("gan"), Small.Data);
        Program program = TrainingStep.Record(gan);
        EarlyUpdates early = new(program);
        foreach ((int i, Instruction it) in program.Instructions.Index().Where(at => at.Item.Update is not null))
        {
            bool[] done = new bool[it.Update!.Parameters.Count];
            EarlyUpdate update = early[i]!.Update;
            foreach ((int from, int to) in update.Rest)
                Mark(from, to);
            Assert.IsGreaterThan(0.95, (double)done.Count(left => !left) / done.Length, it.Text);
            foreach (Tensor gradient in program.Instructions.Index().Where(at => at.Index != i && early[at.Index]?.Update == update).Select(at => at.Item.Writes[0]))
                Mark(gradient.Offset, gradient.Offset + gradient.Count);
            Assert.IsTrue(done.All(d => d), it.Text);

            void Mark(int from, int to)
            {
                for (; from < to; from++)
                {
                    Assert.IsFalse(done[from], $"{it.Text}: {from} twice");
                    done[from] = true;
                }
            }
        }
    }

    /// <summary>What is used up as it is made takes no memory of its own.</summary>
    [TestMethod]
    public void TheirGradientsAreNotWritten()
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        EarlyUpdates early = new(trainer.Program);
        trainer.Step();
        Tensor[] gradients = [.. trainer.Program.Instructions.Index().Where(at => early[at.Index] is not null && at.Item.Update is null).Select(at => at.Item.Writes[0])];
        Assert.IsNotEmpty(gradients);
        foreach (Tensor gradient in gradients)
            Assert.IsTrue(device.Read<float>(gradient).All(v => v == 0), $"{gradient}");
    }

    [TestMethod]
    [DataRow("alternating", true, true)]
    [DataRow("clipped gradients", false, true)]
    [DataRow("penalty", false, true)]
    [DataRow("spectral norm", false, true)]
    [DataRow("simultaneous, two backward passes of the discriminator", false, true)]
    [DataRow("simultaneous, one backward pass of the discriminator", true, true)]
    public void WhatIsStillNeededIsNotUpdatedEarly(string step, bool discriminator, bool generator)
    {
        RunConfig config = Small.Config("gan");
        TrainingSpec t = config.Training;
        bool simultaneous = step.StartsWith("simultaneous", StringComparison.Ordinal);
        config = config with
        {
            Training = t with
            {
                Clip = step == "clipped gradients" ? new ClipSpec(1, ClipTarget.Gradients) : t.Clip,
                Update = simultaneous ? UpdateOrder.Simultaneous : UpdateOrder.Alternating,
            },
        };
        config = step == "penalty" ? Presets.WithPenalty(config, new PenaltySpec(PenaltyKind.R1, 1)) : step == "spectral norm" ? Presets.WithSpectralNorm(config) : config;
        Gan gan = new(config, Small.Data);
        Program program = TrainingStep.Record(gan, share: step.Contains("one backward"));
        EarlyUpdates early = new(program);
        bool Early(Net net) => program.Instructions.Index().Any(at => at.Item.Name == "conv-bwd-filter" && at.Item.Writes[0].Storage == net.Gradients.Storage && early[at.Index] is not null);
        Assert.AreEqual((discriminator, generator), (Early(gan.Discriminator), Early(gan.Generator)));
    }

    private static IEnumerable<Tensor> Slabs(Gan gan) =>
        [gan.Generator.Weights, gan.Discriminator.Weights, gan.GeneratorOptimizer.State, gan.DiscriminatorOptimizer.State, gan.Average!];
}
