using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Golden;
using FastGan.Tests.Ops;
using FastGan.Training;

namespace FastGan.Tests.Gans;

/// <summary>
/// In a simultaneous step the generator's gradient at its images comes from the discriminator's own backward pass where the algebra allows.
/// It must be what a backward pass from the generator's loss gives, with a saturated discriminator too.
/// </summary>
[TestClass]
public sealed class SharedBackwardTests
{
    public static IEnumerable<object[]> Cases =>
        from variant in new[]
        {
            ("wgan", GeneratorLoss.NonSaturating), ("gan", GeneratorLoss.NonSaturating), ("gan", GeneratorLoss.Minimax),
            ("dcgan", GeneratorLoss.Minimax), ("cgan", GeneratorLoss.Minimax), ("gan packed", GeneratorLoss.NonSaturating),
            ("gan augmented", GeneratorLoss.NonSaturating), ("gan packed and augmented", GeneratorLoss.NonSaturating), ("gan with r1", GeneratorLoss.NonSaturating),
        }
        from logits in Enum.GetValues<Logits>()
        select new object[] { variant.Item1, variant.Item2, logits };

    /// <summary>The lowest logit of a generated image.</summary>
    public enum Logits
    {
        /// <summary>What an untrained discriminator gives.</summary>
        Untrained = 0,

        /// <summary>σ(−60) = 1e-26: the generator's gradient there is 1e26 times the discriminator's.</summary>
        Low = -60,

        /// <summary>σ(−200) is 0 in single precision: there is a ratio only by the least gradient of <see cref="IOps.BceWithLogits"/>.</summary>
        Underflowing = -200,
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void OneBackwardPassGivesWhatTwoGive(string preset, GeneratorLoss loss, Logits logits)
    {
        using ReferenceDevice device = new();
        foreach (double difference in Differences(device, preset, loss, logits))
            Assert.AreEqual(0, difference, 1e-12);
    }

    /// <summary>In single precision to 1e-5 (measured: 8e-7): the two ways round differently from the logits on.</summary>
    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void SoItIsOnTheCpu(string preset, GeneratorLoss loss, Logits logits)
    {
        using CpuDevice device = new(threads: 2);
        foreach (double difference in Differences(device, preset, loss, logits))
            Assert.AreEqual(0, difference, 1e-5);
    }

    /// <summary>Batch norm mixes the samples, so that no factor for each turns the discriminator's gradient into the generator's.</summary>
    [TestMethod]
    public void ABatchNormForbidsIt()
    {
        using ReferenceDevice device = new();
        Assert.IsGreaterThan(0.01, Differences(device, "dcgan", GeneratorLoss.NonSaturating, Logits.Untrained).Max());
        GoldenRun golden = new("dcgan");
        Assert.IsFalse(TrainingStep.SharesBackward(new Gan(golden.Config, golden.Data)));
    }

    /// <summary>
    /// The distance of each parameter's gradient with a shared backward pass from that with a separate one, in parts of its norm.
    /// </summary>
    private static double[] Differences(Device device, string preset, GeneratorLoss loss, Logits logits)
    {
        GoldenRun golden = new(preset.Split(' ')[0]);
        TrainingSpec training = golden.Config.Training with
        {
            Update = UpdateOrder.Simultaneous,
            GeneratorLoss = loss,
            CriticSteps = 1,
            Pack = preset.Contains("packed") ? 2 : 1,
            Augment = preset.Contains("augmented") ? new Augmentation(Flip: true, Shift: 3) : null,
            Penalty = preset.Contains("r1") ? new PenaltySpec(PenaltyKind.R1, 5) : null,
        };
        using Trainer trainer = new(golden.Config with { Training = training }, golden.Data, device);
        Gan gan = trainer.Gan;
        trainer.WriteInputs();
        Program shared = TrainingStep.Record(gan, share: true), separate = TrainingStep.Record(gan, share: false);
        shared.Plan(device);
        separate.Plan(device);
        if (logits != Logits.Untrained)
            Saturate(gan, device, shared, (double)logits);
        double[][] weights = [.. Nets(gan).Select(net => device.Read<double>(net.Weights))];

        double[][] Gradients(Program step)
        {
            foreach ((Net net, double[] initial) in Nets(gan).Zip(weights))
                device.Write(net.Weights, initial);
            device.Run(step);
            return [..
                from net in Nets(gan)
                from p in net.Parameters
                where p.Trained
                select device.Read<double>(net.Gradients.Slice(p.Offset, p.Shape))];
        }

        // The gradient of a critic's last bias is 0, whose distance from itself is no part of it.
        return [.. Gradients(shared).Zip(
            Gradients(separate), (a, b) => a.SequenceEqual(b) ? 0 : Accuracy.Distance(a, b) / Accuracy.Norm(b))];
    }

    /// <summary>Scales the discriminator's last layer so that the generated images' logits reach <paramref name="lowest"/>.</summary>
    private static void Saturate(Gan gan, Device device, Program step, double lowest)
    {
        double factor = lowest / GeneratedLogits(device, step).MaxBy(Math.Abs);
        foreach (Parameter p in gan.Discriminator.Parameters.Where(p => p.Trained).TakeLast(2))
        {
            Tensor last = gan.Discriminator.Weights.Slice(p.Offset, p.Shape);
            device.Write(last, [.. device.Read<double>(last).Select(v => factor * v)]);
        }

        Assert.AreEqual(lowest, GeneratedLogits(device, step).Min(), 1e-3);
    }

    /// <summary>Runs a step up to the loss of the generated images, the second of its losses.</summary>
    private static double[] GeneratedLogits(Device device, Program step)
    {
        Instruction loss = step.Instructions.Where(i => i.Name is "bce" or "wasserstein").ElementAt(1);
        device.Run(step, 0, Array.IndexOf(step.Instructions, loss));
        return device.Read<double>(loss.Reads[0]);
    }

    private static Net[] Nets(Gan gan) => [gan.Generator, gan.Discriminator];
}
