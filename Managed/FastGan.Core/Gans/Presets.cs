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

    private const int InfoGanClasses = 10, InfoGanCodes = 2, SganLabels = 1000;

    public static IReadOnlyList<string> Names { get; } = ["gan", "dcgan", "wgan", "wgan-gp", "cgan", "acgan", "sgan", "infogan"];

    /// <summary>A preset for square images.</summary>
    /// <param name="classNames">What the labels are called, for the variants that use them; one for each class.</param>
    /// <exception cref="FastGanException">No such preset, or an image size or number of channels that it can't make.</exception>
    public static RunConfig Make(
        string name, DataSpec data, int imageSize, int channels, int classes = 0, IReadOnlyList<string>? classNames = null, int latent = DefaultLatent)
    {
        if (!Names.Contains(name))
            throw new FastGanException($"unknown preset '{name}': {Suggest.Among(name, Names)}");
        CheckImage(name, imageSize, channels);
        if (latent < 1)
            throw new FastGanException($"latent is {latent}, must be at least 1");
        DiscriminatorHead head = name switch
        {
            "acgan" => DiscriminatorHead.Class,
            "sgan" => DiscriminatorHead.SemiSupervised,
            "infogan" => DiscriminatorHead.Code,
            _ => DiscriminatorHead.None,
        };
        bool ownClasses = head == DiscriminatorHead.Code, labels = name == "cgan" || (head != DiscriminatorHead.None && !ownClasses);
        if (labels && classes == 0)
            throw new FastGanException($"{name} needs labels, and the data has none: give an IDX pair or a folder with one sub-folder a class, or train dcgan");
        if (ownClasses && classes == 0)
            classes = InfoGanClasses;

        ModelSpec model = new()
        {
            ImageSize = imageSize,
            Channels = channels,
            Classes = labels || ownClasses ? classes : 0,
            ClassNames = labels ? classNames ?? [] : [],
            Head = head,
            Codes = ownClasses ? InfoGanCodes : 0,
            Latent = latent,
            LatentDistribution = ownClasses ? Distribution.Uniform : Distribution.Normal,
            Generator = name switch
            {
                "gan" => MlpGenerator(imageSize, channels),
                "cgan" => ConvGenerator(imageSize, channels, new LabelMultiplyLayer()),
                "acgan" or "infogan" => ConvGenerator(imageSize, channels, new LabelOneHotLayer()),
                _ => ConvGenerator(imageSize, channels, null),
            },
            Discriminator = MlpDiscriminator(),
        };
        if (name != "gan")
            model = model with { Discriminator = ConvDiscriminator(imageSize, name == "cgan", model.DiscriminatorOutputs()) };

        // The WGAN paper's rate is 5e-5; with images this small, four times that gets as far in a quarter of the steps.
        OptimizerSpec adam = new(OptimizerKind.Adam, 2e-4), rmsProp = new(OptimizerKind.RmsProp, 2e-4);
        TrainingSpec training = new()
        {
            Batch = imageSize <= 32 ? 128 : 64,
            Steps = 2_000,
            GeneratorOptimizer = adam,
            DiscriminatorOptimizer = adam,
        };
        training = name switch
        {
            "gan" => training with { Batch = 64, Steps = 20_000 },
            "wgan" => Wasserstein(training, rmsProp) with { Clip = new ClipSpec(0.01) },
            "sgan" => training with { Labels = SganLabels },
            // The paper's rates. With 2e-4 for both the discriminator reads the code all the same, but from traces that have little to do with classes:
            // on Fashion-MNIST 20 % of them matched after 2,000 steps, 43 % with these.
            "infogan" => training with { GeneratorOptimizer = adam with { LearningRate = 1e-3 } },
            "wgan-gp" => Wasserstein(training, adam with { LearningRate = 1e-4, Beta1 = 0, Beta2 = 0.9 }),
            _ => training,
        };
        RunConfig config = new() { Preset = name, Data = data, Model = model, Training = training };
        return name == "wgan-gp" ? WithPenalty(config, new PenaltySpec(PenaltyKind.Interpolates, 10)) : config;
    }

    /// <summary>The config with a penalty, and a discriminator without batch norm, which a penalty can't have.</summary>
    public static RunConfig WithPenalty(RunConfig config, PenaltySpec penalty) => config with
    {
        Model = config.Model with { Discriminator = WithoutBatchNorm(config.Model.Discriminator) },
        Training = config.Training with { Penalty = penalty },
    };

    /// <summary>
    /// The config with spectral norm on every layer of the discriminator (Miyato et al., 2018), in place of batch norm, whose scales would undo it.
    /// </summary>
    public static RunConfig WithSpectralNorm(RunConfig config)
    {
        NetSpec d = WithoutBatchNorm(config.Model.Discriminator);
        IEnumerable<Layer> layers = d.Layers.Select(layer => layer switch
        {
            DenseLayer dense => dense with { SpectralNorm = true },
            ConvLayer conv => conv with { SpectralNorm = true },
            _ => layer,
        });
        return config with { Model = config.Model with { Discriminator = d with { Layers = [.. layers] } } };
    }

    private static TrainingSpec Wasserstein(TrainingSpec t, OptimizerSpec optimizer) => t with
    {
        Batch = 64,
        Steps = 1_500,
        Loss = AdversarialLoss.Wasserstein,
        CriticSteps = 5,
        GeneratorOptimizer = optimizer,
        DiscriminatorOptimizer = optimizer,
    };

    /// <summary>The layers without batch norm; whatever fed one gets the bias that it had no use for.</summary>
    private static NetSpec WithoutBatchNorm(NetSpec net)
    {
        List<Layer> layers = [];
        foreach (Layer layer in net.Layers)
        {
            if (layer is not BatchNormLayer)
                layers.Add(layer);
            else if (layers[^1] is ConvLayer conv)
                layers[^1] = conv with { Bias = true };
            else if (layers[^1] is DenseLayer dense)
                layers[^1] = dense with { Bias = true };
        }

        return net with { Layers = layers };
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
    private static NetSpec ConvGenerator(int size, int channels, Layer? labels)
    {
        int levels = Levels(size), smallest = size >> levels;
        List<Layer> layers = labels is null ? [] : [labels];
        int width = Width(levels);
        layers.AddRange([new DenseLayer(smallest * smallest * width, Bias: false), new ReshapeLayer(smallest, smallest, width), new BatchNormLayer(), new ReluLayer()]);
        for (int level = levels - 1; level >= 1; level--)
            layers.AddRange([new ConvTransposeLayer(Width(level), Bias: false), new BatchNormLayer(), new ReluLayer()]);
        layers.AddRange([new ConvTransposeLayer(channels), new TanhLayer()]);
        return new NetSpec(Initialisation.Dcgan, layers);
    }

    /// <summary>The mirror image: strided convolutions that halve the map, batch norm in all but the first, one dense layer to the outputs.</summary>
    private static NetSpec ConvDiscriminator(int size, bool labels, int outputs)
    {
        List<Layer> layers = labels ? [new LabelChannelLayer()] : [];
        layers.AddRange([new ConvLayer(Width(1)), new LeakyReluLayer()]);
        for (int level = 2; level <= Levels(size); level++)
            layers.AddRange([new ConvLayer(Width(level), Bias: false), new BatchNormLayer(), new LeakyReluLayer()]);
        layers.Add(new DenseLayer(outputs));
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
