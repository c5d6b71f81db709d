using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>Null is what the user left out: the preset's, or with a config.json that file's.</summary>
[Verb("train", HelpText = "Train a preset, or the run that a config.json describes.")]
internal sealed class TrainOptions : SessionOptions
{
    [Value(0, Hidden = true, MetaName = "what", HelpText = "gan, dcgan, wgan, wgan-gp, cgan, acgan, sgan, infogan, or a config.json, whose keys the options below override.")]
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

    [Option("steps", MetaValue = "N", HelpText = "Steps to train; a step is --critic-steps discriminator updates and one generator update. Default: the preset's (gan 20000; wgan, wgan-gp 1500; the others 2000).")]
    public long? Steps { get; set; }

    [Option("epochs", MetaValue = "N", HelpText = "Instead of --steps: passes over the data; fractions are allowed.")]
    public double? Epochs { get; set; }

    [Option("batch", MetaValue = "N", HelpText = "Images of a minibatch. Default: the preset's (gan, wgan, wgan-gp 64; the others 128, above 32 pixels 64).")]
    public int? Batch { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of all random numbers: the same seed gives the same bytes. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("latent", MetaValue = "N", HelpText = "Numbers in a latent z. Default: 100.")]
    public int? Latent { get; set; }

    [Option("latent-distribution", MetaValue = "NAME", HelpText = "normal, N(0, 1), or uniform, U(-1, 1). Default: normal (infogan uniform).")]
    public string? LatentDistribution { get; set; }

    [Option("optimizer", MetaValue = "NAME", HelpText = "adam, rmsprop or sgd, for both networks. Default: the preset's (adam; wgan rmsprop).")]
    public string? Optimizer { get; set; }

    [Option("lr", MetaValue = "RATE", HelpText = "Learning rate of both networks. Default: 2e-4, whatever the optimizer (the WGAN paper has 5e-5); wgan-gp 1e-4, and infogan's generator 1e-3.")]
    public double? LearningRate { get; set; }

    [Option("g-lr", MetaValue = "RATE", HelpText = "Learning rate of the generator alone. Default: --lr.")]
    public double? GeneratorRate { get; set; }

    [Option("d-lr", MetaValue = "RATE", HelpText = "Learning rate of the discriminator alone. Default: --lr.")]
    public double? DiscriminatorRate { get; set; }

    [Option("beta1", MetaValue = "B", HelpText = "Adam's decay of the mean gradient. Default: 0.5 (wgan-gp 0).")]
    public double? Beta1 { get; set; }

    [Option("beta2", MetaValue = "B", HelpText = "Adam's decay of the mean square. Default: 0.999 (wgan-gp 0.9).")]
    public double? Beta2 { get; set; }

    [Option("momentum", MetaValue = "M", HelpText = "Momentum of sgd. Default: 0.")]
    public double? Momentum { get; set; }

    [Option("decay", MetaValue = "SHARE", HelpText = "Let the learning rates fall to 0 in a straight line over this share of the steps, at the end: 0.5. Default: 0, no decay.")]
    public double? Decay { get; set; }

    [Option("loss", MetaValue = "NAME", HelpText = "bce, wasserstein, hinge or least-squares. Default: the preset's (bce; wgan, wgan-gp wasserstein).")]
    public string? Loss { get; set; }

    [Option("real-target", MetaValue = "T", HelpText = "What the discriminator is told that real images are: 0.9 for one-sided label smoothing. For bce and least-squares. Default: 1.")]
    public double? RealTarget { get; set; }

    [Option("gradient-penalty", MetaValue = "WEIGHT", HelpText = "WGAN-GP's penalty on a Wasserstein critic whose slope isn't 1 (Gulrajani et al., 2017); takes batch norm out of the critic; 0 for none. Default: none (wgan-gp 10).")]
    public double? GradientPenalty { get; set; }

    [Option("r1", MetaValue = "WEIGHT", HelpText = "Penalty on the discriminator's slope at real images (Mescheder et al., 2018); takes batch norm out of the discriminator. For the losses other than wasserstein; 10 is usual. Default: none.")]
    public double? R1 { get; set; }

    [Option("spectral-norm", HelpText = "Divide each of the discriminator's weights by its largest singular value, in place of batch norm (Miyato et al., 2018). Default: no.")]
    public bool SpectralNorm { get; set; }

    [Option("pack", MetaValue = "M", HelpText = "Let the discriminator judge M images at once, against mode collapse (PacGAN: Lin et al., 2018). Default: 1.")]
    public int? Pack { get; set; }

    [Option("flip", HelpText = "Mirror half of the images that the discriminator sees, real and generated, left to right. Default: no.")]
    public bool Flip { get; set; }

    [Option("shift", MetaValue = "PIXELS", HelpText = "Move the images that the discriminator sees, real and generated, by up to so many pixels each way. Default: 0.")]
    public int? Shift { get; set; }

    [Option("labels", MetaValue = "N|all", HelpText = "For sgan: labels that it may use, as many of each class; the other images count as unlabelled. Default: 1000.")]
    public string? Labels { get; set; }

    [Option("generator-loss", MetaValue = "NAME", HelpText = "non-saturating, -log D(G(z)), or minimax, log(1 - D(G(z))), the original paper's game. For bce. Default: non-saturating.")]
    public string? GeneratorLoss { get; set; }

    [Option("update", MetaValue = "ORDER", HelpText = "alternating: the discriminator, then the generator through the updated discriminator; simultaneous: both gradients from one forward pass. Default: alternating.")]
    public string? Update { get; set; }

    [Option("critic-steps", MetaValue = "N", HelpText = "Discriminator updates for each generator update. Default: the preset's (1; wgan, wgan-gp 5).")]
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

    [Option("trace", HelpText = "Print the recorded training step, a line for each operation with its shapes, bytes and flops, and train nothing.")]
    public bool Trace { get; set; }
}
