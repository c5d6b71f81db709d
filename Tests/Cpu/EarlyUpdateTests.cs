using System.Runtime.Intrinsics;
using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Cpu;

/// <summary>Dense layers' weights are updated along with their gradients where nothing needs the old ones any more, and nobody can tell.</summary>
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
            expected.WriteInputs();
            for (int i = 0; i < expected.Program.Instructions.Length; i++)
                single.Run(expected.Program, i, i + 1);
            expected.StepsDone++;
            Assert.AreEqual(expected.ReadMetrics(), actual.Step());
            foreach ((Tensor Expected, Tensor Actual) slab in Slabs(expected.Gan).Zip(Slabs(actual.Gan)))
                CollectionAssert.AreEqual(single.Read<float>(slab.Expected), whole.Read<float>(slab.Actual), $"step {step}: {slab.Expected}");
        }
    }

    [TestMethod]
    public void MostWeightsOfDenseLayersAreUpdatedEarly()
    {
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        trainer.WriteInputs();
        EarlyUpdates early = new(trainer.Program);
        using Team team = new(1, _ => { });
        CpuWorker<Vector128<float>, Simd128> worker = new(team, 0);
        for (int i = 0; i < trainer.Program.Instructions.Length; i++)
        {
            Instruction it = trainer.Program.Instructions[i];
            if (it.Update is { } update)
            {
                int chunks = early[i]!.Sums.Length;
                // All but the chunks that two layers share: of the discriminator's 17, two.
                Assert.IsGreaterThan(0.85, (double)Enumerable.Range(0, chunks).Count(early[i]!.IsDone) / chunks, it.Text);
            }

            worker.Early = early[i];
            it.Run(worker);
        }
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
        [gan.Generator.Weights, gan.Discriminator.Weights, gan.Generator.Gradients, gan.Discriminator.Gradients, gan.GeneratorOptimizer.State, gan.DiscriminatorOptimizer.State, gan.Average!];
}
