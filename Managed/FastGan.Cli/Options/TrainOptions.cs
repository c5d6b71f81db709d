using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>Null is what the user left out: the preset's, or with a config.json that file's.</summary>
[Verb("train", HelpText = "Train a preset, or the run that a config.json describes.")]
internal sealed class TrainOptions : DeviceOptions
{
    [Value(0, Hidden = true, MetaName = "what", HelpText = "gan, dcgan, wgan, cgan, or a config.json, whose keys the options below override.")]
    public string? What { get; set; }

    [Option("data", MetaValue = "SOURCE", HelpText = "fashion-mnist, an IDX file of images, or a folder of PNG, JPEG, WebP or BMP images, with a sub-folder for each class if there are classes. Default: fashion-mnist.")]
    public string? Data { get; set; }

    [Option("image-size", MetaValue = "PIXELS", HelpText = "Height and width of the images: a multiple of 4 from 16 to 128. Default: the data's own.")]
    public int? ImageSize { get; set; }

    [Option("channels", MetaValue = "1|3", HelpText = "Grey or RGB. Default: the data's own.")]
    public int? Channels { get; set; }

    [Option("resize", MetaValue = "HOW", HelpText = "How images of another shape are made square: crop, fit (with a margin) or stretch. Default: crop.")]
    public string? Resize { get; set; }

    [Option("strict", HelpText = "Refuse a folder with a broken image. Default: skip it with a warning.")]
    public bool Strict { get; set; }

    [Option("out", MetaValue = "FOLDER", HelpText = "Where the run is written: config.json, metrics.jsonl, samples, curves.png, checkpoint. Default: runs/PRESET, or runs/PRESET-2 and so on where that is taken.")]
    public string? Out { get; set; }

    [Option("steps", MetaValue = "N", HelpText = "Steps to train; a step is --critic-steps discriminator updates and one generator update. Default: the preset's (gan 20000; dcgan, cgan 2000; wgan 1500).")]
    public long? Steps { get; set; }

    [Option("epochs", MetaValue = "N", HelpText = "Instead of --steps: passes over the data; fractions are allowed.")]
    public double? Epochs { get; set; }

    [Option("batch", MetaValue = "N", HelpText = "Images of a minibatch. Default: the preset's (gan, wgan 64; dcgan, cgan 128, above 32 pixels 64).")]
    public int? Batch { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of all random numbers: the same seed gives the same bytes. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("latent", MetaValue = "N", HelpText = "Numbers in a latent z. Default: 100.")]
    public int? Latent { get; set; }

    [Option("latent-distribution", MetaValue = "NAME", HelpText = "normal, N(0, 1), or uniform, U(-1, 1). Default: normal.")]
    public string? LatentDistribution { get; set; }

    [Option("optimizer", MetaValue = "NAME", HelpText = "adam, rmsprop or sgd, for both networks. Default: the preset's (adam; wgan rmsprop).")]
    public string? Optimizer { get; set; }

    [Option("lr", MetaValue = "RATE", HelpText = "Learning rate of both networks. Default: 2e-4, whatever the optimizer (the WGAN paper has 5e-5).")]
    public double? LearningRate { get; set; }

    [Option("g-lr", MetaValue = "RATE", HelpText = "Learning rate of the generator alone. Default: --lr.")]
    public double? GeneratorRate { get; set; }

    [Option("d-lr", MetaValue = "RATE", HelpText = "Learning rate of the discriminator alone. Default: --lr.")]
    public double? DiscriminatorRate { get; set; }

    [Option("beta1", MetaValue = "B", HelpText = "Adam's decay of the mean gradient. Default: 0.5.")]
    public double? Beta1 { get; set; }

    [Option("beta2", MetaValue = "B", HelpText = "Adam's decay of the mean square. Default: 0.999.")]
    public double? Beta2 { get; set; }

    [Option("momentum", MetaValue = "M", HelpText = "Momentum of sgd. Default: 0.")]
    public double? Momentum { get; set; }

    [Option("generator-loss", MetaValue = "NAME", HelpText = "non-saturating, -log D(G(z)), or minimax, log(1 - D(G(z))), the original paper's game. Not for wgan. Default: non-saturating.")]
    public string? GeneratorLoss { get; set; }

    [Option("update", MetaValue = "ORDER", HelpText = "alternating: the discriminator, then the generator through the updated discriminator; simultaneous: both gradients from one forward pass. Default: alternating.")]
    public string? Update { get; set; }

    [Option("critic-steps", MetaValue = "N", HelpText = "Discriminator updates for each generator update. Default: the preset's (1; wgan 5).")]
    public int? CriticSteps { get; set; }

    [Option("clip", MetaValue = "LIMIT", HelpText = "Clip the critic to [-LIMIT, LIMIT]; 0 for no clipping. Default: the preset's (none; wgan 0.01).")]
    public double? Clip { get; set; }

    [Option("clip-target", MetaValue = "WHAT", HelpText = "What is clipped. weights: all of the critic's weights after each of its updates, which bounds its slope, as the Wasserstein loss needs (Arjovsky et al., 2017). gradients: the critic's gradients before its updates, as a widely copied listing does; that bounds how fast the critic changes, not the critic. Default: weights.")]
    public string? ClipTarget { get; set; }

    [Option("ema", MetaValue = "DECAY", HelpText = "Draw samples from an exponential moving average of the generator, for instance 0.999; 0 for none. Default: none.")]
    public double? Ema { get; set; }

    [Option("log-every", MetaValue = "STEPS", HelpText = "Steps from one line of metrics.jsonl to the next. Default: 10.")]
    public int? LogEvery { get; set; }

    [Option("sample-every", MetaValue = "STEPS", HelpText = "Steps from one picture of samples to the next. Default: 200.")]
    public int? SampleEvery { get; set; }

    [Option("checkpoint-every", MetaValue = "STEPS", HelpText = "Steps from one checkpoint to the next; the last two are kept. Default: 200.")]
    public int? CheckpointEvery { get; set; }

    [Option("quiet", HelpText = "Print nothing but warnings and errors.")]
    public bool Quiet { get; set; }

    [Option("trace", HelpText = "Print the recorded training step, a line for each operation with its shapes, bytes and flops, and train nothing.")]
    public bool Trace { get; set; }
}
