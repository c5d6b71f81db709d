using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Golden;
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
            ("dcgan", GeneratorLoss.Minimax), ("cgan", GeneratorLoss.Minimax),
        }
        from logits in Enum.GetValues<Logits>()
        select new object[] { variant.Item1, variant.Item2, logits };

    public enum Logits
    {
        /// <summary>As an untrained discriminator gives them.</summary>
        Moderate,

        /// <summary>Down to −60: the discriminator's gradient there is far below the floor that the loss gives it, 1e-20.</summary>
        Extreme,
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void OneBackwardPassGivesWhatTwoGive(string preset, GeneratorLoss loss, Logits logits)
    {
        using ReferenceDevice device = new();
        Assert.IsLessThanOrEqualTo(1e-12, Difference(device, preset, loss, logits));
    }

    /// <summary>Batch norm mixes the samples, so that no factor for each turns the discriminator's gradient into the generator's.</summary>
    [TestMethod]
    public void ABatchNormForbidsIt()
    {
        using ReferenceDevice device = new();
        Assert.IsGreaterThan(0.01, Difference(device, "dcgan", GeneratorLoss.NonSaturating, Logits.Moderate));
        GoldenRun golden = new("dcgan");
        Assert.IsFalse(TrainingStep.SharesBackward(new Gan(golden.Config, golden.Data)));
    }

    /// <summary>The largest distance of any parameter's gradient with a shared backward pass from that with a separate one, in parts of its norm.</summary>
    private static double Difference(Device device, string preset, GeneratorLoss loss, Logits logits)
    {
        GoldenRun golden = new(preset);
        TrainingSpec training = golden.Config.Training with { Update = UpdateOrder.Simultaneous, GeneratorLoss = loss, CriticSteps = 1 };
        using Trainer trainer = new(golden.Config with { Training = training }, golden.Data, device);
        Gan gan = trainer.Gan;
        trainer.WriteInputs();
        Program shared = TrainingStep.Record(gan, share: true), separate = TrainingStep.Record(gan, share: false);
        shared.Plan(device);
        separate.Plan(device);
        if (logits == Logits.Extreme)
            Saturate(gan, device, shared);
        double[][] weights = [.. Nets(gan).Select(net => device.Read<double>(net.Weights))];

        double[][] Gradients(Program step)
        {
            foreach ((Net net, double[] initial) in Nets(gan).Zip(weights))
                device.Write(net.Weights, initial);
            device.Run(step);
            return [.. from net in Nets(gan) from p in net.Parameters where p.Trained select device.Read<double>(net.Gradients.Slice(p.Offset, p.Shape))];
        }

        return Gradients(shared).Zip(Gradients(separate), (a, b) => a.SequenceEqual(b) ? 0 : Norm(a.Zip(b, (x, y) => x - y)) / Norm(b)).Max();
    }

    /// <summary>Scales the discriminator's last layer so that the generated images' logits reach −60.</summary>
    private static void Saturate(Gan gan, Device device, Program step)
    {
        const double Lowest = -60;
        double factor = Lowest / GeneratedLogits(device, step).MaxBy(Math.Abs);
        foreach (Parameter p in gan.Discriminator.Parameters.Where(p => p.Trained).TakeLast(2))
        {
            Tensor last = gan.Discriminator.Weights.Slice(p.Offset, p.Shape);
            device.Write(last, [.. device.Read<double>(last).Select(v => factor * v)]);
        }

        Assert.AreEqual(Lowest, GeneratedLogits(device, step).Min(), 1e-3);
    }

    /// <summary>Runs a step up to the loss of the generated images, the second of its losses.</summary>
    private static double[] GeneratedLogits(Device device, Program step)
    {
        int loss = Enumerable.Range(0, step.Instructions.Length).Where(i => step.Instructions[i].Name is "bce" or "wasserstein").ElementAt(1);
        device.Run(step, 0, loss);
        return device.Read<double>(step.Instructions[loss].Reads[0]);
    }

    private static Net[] Nets(Gan gan) => [gan.Generator, gan.Discriminator];

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(v => v * v));
}
