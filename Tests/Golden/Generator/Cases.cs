using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Tests.Golden;

/// <summary>The presets with the layers they have for images of 16×16, but narrow, so that the golden files stay small.</summary>
internal static class Cases
{
    private const int Size = 16, Latent = 8, Batch = 4, Classes = 3, Codes = 2, Images = 16;

    /// <summary>By the name of the files.</summary>
    public static Dictionary<string, RunConfig> All()
    {
        // A narrower perceptron's gradients all but cancel in its batch norms over four samples, and single precision can't tell them to 1e-5.
        RunConfig gan = Narrow("gan", 1, MlpGenerator(5, 6, 5), MlpDiscriminator(3, 4));
        RunConfig dcgan = Narrow("dcgan", 1, Generator(1, 4, 3, []), Discriminator(3, 4, []));
        RunConfig Sgan(Initialisation start) =>
            With(Narrow("sgan", 1, Generator(1, 4, 3, []), Discriminator(3, 4, [], Classes) with { Init = start }), t => t with { Labels = 2 * Classes });
        return new Dictionary<string, RunConfig>
        {
            ["gan"] = Narrow("gan", 1, MlpGenerator(6, 7, 8), MlpDiscriminator(8, 5)),
            ["dcgan"] = Narrow("dcgan", 3, Generator(3, 8, 5, []), Discriminator(6, 7, [])),
            ["wgan"] = Narrow("wgan", 1, Generator(1, 7, 4, []), Discriminator(5, 8, []), criticSteps: 2),
            ["cgan"] = Narrow("cgan", 1, Generator(1, 6, 5, [new LabelMultiplyLayer()]), Discriminator(4, 7, [new LabelChannelLayer()])),
            ["wgan-gp"] = Presets.WithPenalty(
                Narrow("wgan-gp", 1, Generator(1, 4, 3, []), Discriminator(3, 4, []), criticSteps: 2), new PenaltySpec(PenaltyKind.Interpolates, 10)),
            ["acgan"] = Narrow("acgan", 1, Generator(1, 4, 3, [new LabelMultiplyLayer()]), Discriminator(3, 4, [], 1 + Classes)),
            ["sgan"] = Sgan(Initialisation.Dcgan),
            ["infogan"] = Narrow("infogan", 1, Generator(1, 4, 3, [new LabelOneHotLayer()]), Discriminator(3, 4, [], 1 + Classes + Codes)),
            ["gan-r1"] = Presets.WithPenalty(gan, new PenaltySpec(PenaltyKind.R1, 5)),

            // From weights of 0.02 the classes start almost even, and what the penalty has through them would be lost in single precision.
            ["sgan-r1"] = Presets.WithPenalty(Sgan(Initialisation.FanIn), new PenaltySpec(PenaltyKind.R1, 100)),
            ["gan-lsgan-pack"] = With(gan, t => t with { Loss = AdversarialLoss.LeastSquares, RealTarget = 0.9, Pack = 2 }),
            ["dcgan-hinge-sn"] = Presets.WithSpectralNorm(With(dcgan, t => t with { Loss = AdversarialLoss.Hinge })),
            ["dcgan-augment"] = With(dcgan, t => t with { Augment = new Augmentation(Flip: true, Shift: 3), RealTarget = 0.9, Decay = 1 }),
        };
    }

    /// <summary>Random bytes: not images of anything, but no two pixels, channels or samples alike.</summary>
    public static Dataset Data(RunConfig config)
    {
        Random random = new(1);
        byte[] images = new byte[Images * Size * Size * config.Model.Channels];
        random.NextBytes(images);
        int[] labels = [.. Enumerable.Range(0, Images).Select(_ => random.Next(Classes))];
        return new Dataset("random", new Shape(Images, Size, Size, config.Model.Channels), images, labels, ["a", "b", "c"]);
    }

    private static RunConfig Narrow(string preset, int channels, NetSpec generator, NetSpec discriminator, int criticSteps = 1)
    {
        RunConfig config = Presets.Make(preset, new DataSpec("random"), Size, channels, Classes, latent: Latent);
        return config with
        {
            Model = config.Model with { Generator = generator, Discriminator = discriminator },
            Training = config.Training with { Batch = Batch, Steps = 3, CriticSteps = criticSteps },
        };
    }

    private static RunConfig With(RunConfig config, Func<TrainingSpec, TrainingSpec> options) => config with { Training = options(config.Training) };

    private static NetSpec MlpGenerator(int first, int second, int third) => new(Initialisation.FanIn,
    [
        new DenseLayer(first), new LeakyReluLayer(),
        new DenseLayer(second, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
        new DenseLayer(third, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
        new DenseLayer(Size * Size), new TanhLayer(), new ReshapeLayer(Size, Size, 1),
    ]);

    private static NetSpec MlpDiscriminator(int first, int second) => new(Initialisation.FanIn,
        [new DenseLayer(first), new LeakyReluLayer(), new DenseLayer(second), new LeakyReluLayer(), new DenseLayer(1)]);

    private static NetSpec Generator(int channels, int wide, int narrow, Layer[] label) => new(Initialisation.Dcgan,
    [
        .. label,
        new DenseLayer(4 * 4 * wide, Bias: false), new ReshapeLayer(4, 4, wide), new BatchNormLayer(), new ReluLayer(),
        new ConvTransposeLayer(narrow, Bias: false), new BatchNormLayer(), new ReluLayer(),
        new ConvTransposeLayer(channels), new TanhLayer(),
    ]);

    private static NetSpec Discriminator(int narrow, int wide, Layer[] label, int outputs = 1) => new(Initialisation.Dcgan,
    [
        .. label,
        new ConvLayer(narrow), new LeakyReluLayer(),
        new ConvLayer(wide, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
        new DenseLayer(outputs),
    ]);
}
