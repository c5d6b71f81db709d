using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Gradients;
using FastGan.Tests.Ops;
using FastGan.Training;

namespace FastGan.Tests.Gans;

/// <summary>
/// The gradient that the discriminator's update gets in a recorded step is the derivative of the losses that the step reports: the adversarial one, those of
/// other heads, and the penalty, whose own is of second order. By central differences in double precision.
/// </summary>
[TestClass]
public sealed class DiscriminatorGradientTests
{
    private const int Size = 4, Classes = 3;

    private static readonly Metric[] Losses = [Metric.DLossReal, Metric.DLossFake, Metric.ClassLoss, Metric.CodeLoss, Metric.Penalty];

    public static IEnumerable<object[]> Cases =>
        from variant in new[] { "gan", "gan with r1", "wgan-gp", "cgan with r1", "acgan with r1", "infogan with r1", "sgan", "sgan with r1" }
        from update in Enum.GetValues<UpdateOrder>()
        select new object[] { variant, update };

    /// <summary>By norm to 1e-7 of the gradient, or of 1, as in <see cref="Models.NetGradientTests"/>.</summary>
    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void TheGradientIsTheDerivativeOfTheLosses(string variant, UpdateOrder update)
    {
        using ReferenceDevice device = new();
        using Trainer trainer = new(Config(variant, update), Data(), device);
        Net d = trainer.Gan.Discriminator;
        device.Write(d.Trained, Numbers(d.Trained.Count));
        trainer.WriteInputs();

        Instruction[] step = trainer.Program.Instructions;
        int firstUpdate = Array.FindIndex(step, it => it.Writes.Contains(d.Trained) && it.Reads.Contains(d.Gradients));
        double Loss()
        {
            device.Run(trainer.Program, 0, firstUpdate);
            return Losses.Sum(loss => device.Read<double>(trainer.Gan[loss])[0]);
        }

        Loss();
        double[] gradients = device.Read<double>(d.Gradients);
        foreach (Parameter p in d.Parameters.Where(p => p.Trained))
        {
            double[] expected = FiniteDifferences.Derivative(device, d.Weights.Slice(p.Offset, p.Shape), Loss, step: 1e-6);
            Assert.AreEqual(0, Accuracy.Distance(expected, gradients.AsSpan(p.Offset, p.Shape.Count)), 1e-7 * Math.Max(1, Accuracy.Norm(expected)), p.Name);
        }
    }

    private static RunConfig Config(string variant, UpdateOrder update)
    {
        RunConfig config = Presets.Make(variant.Split(' ')[0], new DataSpec("random"), Presets.SmallestImage, 1, Classes, latent: 4);
        Layer[] label = config.Model.Conditions() == 0 ? [] : [new LabelOneHotLayer()];
        Layer[] seenLabel = variant.StartsWith("cgan", StringComparison.Ordinal) ? [new LabelChannelLayer()] : [];
        return config with
        {
            Model = config.Model with
            {
                ImageSize = Size,
                Generator = new NetSpec(Initialisation.FanIn, [.. label, new DenseLayer(Size * Size), new TanhLayer(), new ReshapeLayer(Size, Size, 1)]),
                Discriminator = new NetSpec(Initialisation.FanIn,
                    [.. seenLabel, new ConvLayer(3), new LeakyReluLayer(), new DenseLayer(4), new LeakyReluLayer(), new DenseLayer(config.Model.DiscriminatorOutputs())]),
            },
            Training = config.Training with
            {
                Batch = 3,
                Update = update,
                Labels = config.Training.Labels is null ? null : Classes,
                Penalty = variant.EndsWith("r1", StringComparison.Ordinal) ? new PenaltySpec(PenaltyKind.R1, 10) : config.Training.Penalty,
            },
        };
    }

    /// <summary>Random bytes.</summary>
    private static Dataset Data()
    {
        byte[] images = new byte[8 * Size * Size];
        new Random(1).NextBytes(images);
        return new Dataset("random", new Shape(8, Size, Size, 1), images, [0, 1, 2, 0, 1, 2, 0, 1], ["a", "b", "c"]);
    }

    private static double[] Numbers(int count)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
    }
}
