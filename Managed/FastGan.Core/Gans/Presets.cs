using FastGan.Data;
using FastGan.Models;
using FastGan.Ops;

namespace FastGan.Gans;

/// <summary>
/// The variants as data. Whatever feeds a batch norm has no bias: the norm would cancel it. The scripts these networks come from
/// have known mistakes (batch norm with ε = 0.8, clipped gradients for clipped weights); they are corrected here.
/// </summary>
public static class Presets
{
    public const int SmallestImage = 16, LargestImage = 128, DefaultLatent = 100;

    public static IReadOnlyList<string> Names { get; } = ["gan", "dcgan", "wgan", "cgan"];

    /// <summary>A preset for square images.</summary>
    /// <param name="classNames">What the labels are called, for cgan; one for each class.</param>
    /// <exception cref="FastGanException">No such preset, or an image size or number of channels that it can't make.</exception>
    public static RunConfig Make(
        string name, DataSpec data, int imageSize, int channels, int classes = 0, IReadOnlyList<string>? classNames = null, int latent = DefaultLatent)
    {
        if (!Names.Contains(name))
            throw new FastGanException($"unknown preset '{name}': {Suggest.Among(name, Names)}");
        CheckImage(name, imageSize, channels);
        if (latent < 1)
            throw new FastGanException($"latent is {latent}, must be at least 1");
        if (name == "cgan" && classes == 0)
            throw new FastGanException("cgan needs labels, and the data has none: give an IDX pair or a folder with one sub-folder a class, or train dcgan");

        // The WGAN paper's rate is 5e-5; with images this small, four times that gets as far in a quarter of the steps.
        OptimizerSpec adam = new(OptimizerKind.Adam, 2e-4), rmsProp = new(OptimizerKind.RmsProp, 2e-4);
        int convBatch = imageSize <= 32 ? 128 : 64;
        (NetSpec g, NetSpec d) = name == "gan" ? (MlpGenerator(imageSize, channels), MlpDiscriminator())
            : (ConvGenerator(imageSize, channels, name == "cgan"), ConvDiscriminator(imageSize, name == "cgan"));
        return new RunConfig
        {
            Preset = name,
            Data = data,
            Model = new ModelSpec
            {
                ImageSize = imageSize,
                Channels = channels,
                Classes = name == "cgan" ? classes : 0,
                ClassNames = name == "cgan" ? classNames ?? [] : [],
                Latent = latent,
                Generator = g,
                Discriminator = d,
            },
            Training = name switch
            {
                "gan" => new TrainingSpec { Batch = 64, Steps = 20_000, GeneratorOptimizer = adam, DiscriminatorOptimizer = adam },
                "wgan" => new TrainingSpec
                {
                    Batch = 64,
                    Steps = 1_500,
                    Loss = AdversarialLoss.Wasserstein,
                    CriticSteps = 5,
                    Clip = new ClipSpec(0.01),
                    GeneratorOptimizer = rmsProp,
                    DiscriminatorOptimizer = rmsProp,
                },
                _ => new TrainingSpec { Batch = convBatch, Steps = 2_000, GeneratorOptimizer = adam, DiscriminatorOptimizer = adam },
            },
        };
    }

    /// <summary>Refuses an image that the presets can't make, and names the nearest sizes that they can.</summary>
    public static void CheckImage(string preset, int size, int channels)
    {
        if (channels is not (1 or 3))
            throw new FastGanException($"{preset} makes images of 1 or 3 channels, not {channels}");
        if (size % 4 == 0 && size is >= SmallestImage and <= LargestImage)
            return;
        int below = Math.Clamp(size / 4 * 4, SmallestImage, LargestImage), above = Math.Clamp(size / 4 * 4 + 4, SmallestImage, LargestImage);
        string nearest = below == above ? $"{below}" : $"{below} or {above}";
        throw new FastGanException($"{preset} can't make images of {size}×{size}: a size is a multiple of 4 from {SmallestImage} to {LargestImage}; use --image-size {nearest}");
    }

    /// <summary>The multilayer perceptron of the PyTorch-GAN scripts: 128, 256, 512, 1024 units.</summary>
    private static NetSpec MlpGenerator(int size, int channels)
    {
        List<Layer> layers = [new DenseLayer(128), new LeakyReluLayer()];
        foreach (int units in new[] { 256, 512, 1024 })
            layers.AddRange([new DenseLayer(units, Bias: false), new BatchNormLayer(), new LeakyReluLayer()]);
        layers.AddRange([new DenseLayer(size * size * channels), new TanhLayer(), new ReshapeLayer(size, size, channels)]);
        return new NetSpec(Initialisation.FanIn, layers);
    }

    private static NetSpec MlpDiscriminator() => new(Initialisation.FanIn,
        [new DenseLayer(512), new LeakyReluLayer(), new DenseLayer(256), new LeakyReluLayer(), new DenseLayer(1)]);

    /// <summary>
    /// DCGAN (Radford, Metz and Chintala, 2016): a dense layer to the smallest map, then transposed convolutions that double it, 64 channels
    /// at the last but one, twice as many at each level below, 512 at the most.
    /// </summary>
    private static NetSpec ConvGenerator(int size, int channels, bool labels)
    {
        int levels = Levels(size), smallest = size >> levels;
        List<Layer> layers = labels ? [new LabelMultiplyLayer()] : [];
        int width = Width(levels);
        layers.AddRange([new DenseLayer(smallest * smallest * width, Bias: false), new ReshapeLayer(smallest, smallest, width), new BatchNormLayer(), new ReluLayer()]);
        for (int level = levels - 1; level >= 1; level--)
            layers.AddRange([new ConvTransposeLayer(Width(level), Bias: false), new BatchNormLayer(), new ReluLayer()]);
        layers.AddRange([new ConvTransposeLayer(channels), new TanhLayer()]);
        return new NetSpec(Initialisation.Dcgan, layers);
    }

    /// <summary>The mirror image: strided convolutions that halve the map, batch norm in all but the first, one dense layer to the logit.</summary>
    private static NetSpec ConvDiscriminator(int size, bool labels)
    {
        List<Layer> layers = labels ? [new LabelChannelLayer()] : [];
        layers.AddRange([new ConvLayer(Width(1)), new LeakyReluLayer()]);
        for (int level = 2; level <= Levels(size); level++)
            layers.AddRange([new ConvLayer(Width(level), Bias: false), new BatchNormLayer(), new LeakyReluLayer()]);
        layers.Add(new DenseLayer(1));
        return new NetSpec(Initialisation.Dcgan, layers);
    }

    /// <summary>How often a size can be halved to a map of at least 4×4.</summary>
    private static int Levels(int size)
    {
        int levels = 0;
        while (size % 2 == 0 && size / 2 >= 4)
        {
            size /= 2;
            levels++;
        }

        return levels;
    }

    private static int Width(int level) => Math.Min(512, 32 << level);
}
