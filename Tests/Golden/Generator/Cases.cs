using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Tensors;

namespace FastGan.Tests.Golden;

/// <summary>The presets with the layers they have for images of 16×16, but narrow, so that the golden files stay small.</summary>
internal static class Cases
{
    private const int Size = 16, Latent = 8, Batch = 4, Classes = 3, Images = 16;

    public static RunConfig[] All() =>
    [
        Narrow("gan", 1,
            new NetSpec(Initialisation.FanIn,
            [
                new DenseLayer(6), new LeakyReluLayer(),
                new DenseLayer(7, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
                new DenseLayer(8, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
                new DenseLayer(Size * Size), new TanhLayer(), new ReshapeLayer(Size, Size, 1),
            ]),
            new NetSpec(Initialisation.FanIn,
                [new DenseLayer(8), new LeakyReluLayer(), new DenseLayer(5), new LeakyReluLayer(), new DenseLayer(1)])),
        Narrow("dcgan", 3, Generator(3, 8, 5, []), Discriminator(6, 7, [])),
        Narrow("wgan", 1, Generator(1, 7, 4, []), Discriminator(5, 8, []), criticSteps: 2),
        Narrow("cgan", 1, Generator(1, 6, 5, [new LabelMultiplyLayer()]), Discriminator(4, 7, [new LabelChannelLayer()])),
    ];

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

    private static NetSpec Generator(int channels, int wide, int narrow, Layer[] label) => new(Initialisation.Dcgan,
    [
        .. label,
        new DenseLayer(4 * 4 * wide, Bias: false), new ReshapeLayer(4, 4, wide), new BatchNormLayer(), new ReluLayer(),
        new ConvTransposeLayer(narrow, Bias: false), new BatchNormLayer(), new ReluLayer(),
        new ConvTransposeLayer(channels), new TanhLayer(),
    ]);

    private static NetSpec Discriminator(int narrow, int wide, Layer[] label) => new(Initialisation.Dcgan,
    [
        .. label,
        new ConvLayer(narrow), new LeakyReluLayer(),
        new ConvLayer(wide, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
        new DenseLayer(1),
    ]);
}
