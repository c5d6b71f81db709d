using FastGan.Data;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Gans;

/// <summary>Everything that decides the result of a training run: with the same data, the same config gives the same bytes.</summary>
public sealed record RunConfig
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The preset that the config was made from; says nothing by itself.</summary>
    public required string Preset { get; init; }

    public required DataSpec Data { get; init; }

    public required ModelSpec Model { get; init; }

    public required TrainingSpec Training { get; init; }

    public OutputSpec Output { get; init; } = new();
}

/// <summary>The two networks and what goes between them.</summary>
public sealed record ModelSpec
{
    /// <summary>Height and width in pixels; 1 for points.</summary>
    public required int ImageSize { get; init; }

    /// <summary>1 or 3; of points their width.</summary>
    public required int Channels { get; init; }

    /// <summary>Labels that the networks take, or tell apart; 0 for a model that knows none.</summary>
    public int Classes { get; init; }

    /// <summary>What the discriminator says of an image beside real or generated.</summary>
    public DiscriminatorHead Head { get; init; }

    /// <summary>InfoGAN's continuous codes: the first so many numbers of the latent, which the discriminator reads back from the image.</summary>
    public int Codes { get; init; }

    /// <summary>Names of the classes, for pictures and <c>--class</c>; may be empty.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>Width of the latent z.</summary>
    public required int Latent { get; init; }

    public Distribution LatentDistribution { get; init; }

    public required NetSpec Generator { get; init; }

    /// <summary>The discriminator, or the critic of a Wasserstein GAN.</summary>
    public required NetSpec Discriminator { get; init; }

    /// <summary>Whether training reads the data's labels. InfoGAN's classes are its own.</summary>
    public bool NeedsLabels() => Classes > 0 && Head != DiscriminatorHead.Code;

    /// <summary>Classes that the generator can be asked for; 0 for none.</summary>
    public int Conditions() => Head == DiscriminatorHead.SemiSupervised ? 0 : Classes;

    /// <summary>Numbers that the discriminator ends in.</summary>
    public int DiscriminatorOutputs() => Head switch
    {
        DiscriminatorHead.None => 1,
        DiscriminatorHead.SemiSupervised => Classes,
        _ => 1 + Classes + Codes,
    };
}

/// <summary>The discriminator's outputs.</summary>
public enum DiscriminatorHead
{
    /// <summary>One logit or score: real or generated.</summary>
    None,

    /// <summary>That and a logit for each class, of real and of generated images (ACGAN: Odena, Olah and Shlens, 2017).</summary>
    Class,

    /// <summary>
    /// That, a logit for each class and a number for each continuous code, all of which the generator was given (InfoGAN: Chen et al., 2016).
    /// </summary>
    Code,

    /// <summary>A logit for each class alone; their log-sum-exp is the logit of real (SGAN: Salimans et al., 2016).</summary>
    SemiSupervised,
}

public enum AdversarialLoss
{
    /// <summary>Binary cross-entropy on logits (Goodfellow et al., 2014).</summary>
    Bce,

    /// <summary>The critic's mean score of real less that of generated images (Arjovsky, Chintala and Bottou, 2017).</summary>
    Wasserstein,

    /// <summary>max(0, 1 ∓ score) for the discriminator, −score for the generator (Lim and Ye, 2017).</summary>
    Hinge,

    /// <summary>Half the squared distance to 1 for real and 0 for generated images (Mao et al., 2017).</summary>
    LeastSquares,
}

/// <summary>What the generator minimises under <see cref="AdversarialLoss.Bce"/>.</summary>
public enum GeneratorLoss
{
    /// <summary>−log D(G(z)).</summary>
    NonSaturating,

    /// <summary>log(1 − D(G(z))), the minimax game of the original paper.</summary>
    Minimax,
}

public enum UpdateOrder
{
    /// <summary>The discriminator, then the generator through the updated discriminator.</summary>
    Alternating,

    /// <summary>Both gradients from one forward pass, then both updates.</summary>
    Simultaneous,
}

public enum ClipTarget
{
    /// <summary>The critic's weights, after each critic update (Arjovsky et al., 2017).</summary>
    Weights,

    /// <summary>The critic's gradients, before each critic update: what a widely copied listing does in error.</summary>
    Gradients,
}

public sealed record ClipSpec(double Limit, ClipTarget Target = ClipTarget.Weights);

public enum PenaltyKind
{
    /// <summary>(‖∇D‖ − 1)² between real and generated images (WGAN-GP: Gulrajani et al., 2017).</summary>
    Interpolates,

    /// <summary>‖∇D‖² / 2 at real images (R1: Mescheder, Geiger and Nowozin, 2018).</summary>
    R1,
}

/// <summary>A penalty on the norm of the discriminator's gradient by its input, of each sample.</summary>
public sealed record PenaltySpec(PenaltyKind Kind, double Weight);

public enum OptimizerKind
{
    Adam,
    RmsProp,
    Sgd,
}

/// <summary>An optimizer and its constants; those of other kinds are left out.</summary>
public sealed record OptimizerSpec(
    OptimizerKind Kind, double LearningRate, double Beta1 = 0.5, double Beta2 = 0.999, double Alpha = 0.99, double Momentum = 0, double Epsilon = 1e-8)
{
    public OptimizerRule Rule() => Kind switch
    {
        OptimizerKind.Adam => new AdamRule(Beta1, Beta2, Epsilon),
        OptimizerKind.RmsProp => new RmsPropRule(Alpha, Epsilon),
        _ => new SgdRule(Momentum),
    };
}

public sealed record TrainingSpec
{
    public ulong Seed { get; init; } = 1;

    public required int Batch { get; init; }

    /// <summary>Other than fp32 needs a GPU.</summary>
    public Precision Precision { get; init; }

    /// <summary>A step is <see cref="CriticSteps"/> discriminator updates and one generator update.</summary>
    public required long Steps { get; init; }

    public AdversarialLoss Loss { get; init; }

    public GeneratorLoss GeneratorLoss { get; init; }

    public UpdateOrder Update { get; init; }

    public int CriticSteps { get; init; } = 1;

    public ClipSpec? Clip { get; init; }

    public PenaltySpec? Penalty { get; init; }

    /// <summary>
    /// What the discriminator is told that real images are: below 1 for one-sided label smoothing (Salimans et al., 2016).
    /// </summary>
    public double RealTarget { get; init; } = 1;

    /// <summary>Images to one decision of the discriminator, side by side in its channels (PacGAN: Lin et al., 2018).</summary>
    public int Pack { get; init; } = 1;

    /// <summary>What is done to images before the discriminator sees them; null for nothing.</summary>
    public Augmentation? Augment { get; init; }

    /// <summary>The share of the steps, at the end, over which the learning rates fall to 0 in a straight line.</summary>
    public double Decay { get; init; }

    /// <summary>Labelled images that a semi-supervised model may use as such, as many of each class; null for all.</summary>
    public int? Labels { get; init; }

    public required OptimizerSpec GeneratorOptimizer { get; init; }

    public required OptimizerSpec DiscriminatorOptimizer { get; init; }

    /// <summary>Decay of the generator's exponential moving average, which samples then come from; null for none.</summary>
    public double? Ema { get; init; }

    /// <summary>Real images that one step consumes.</summary>
    public int ImagesPerStep() => Batch * CriticSteps;

    /// <summary>What the learning rates are multiplied by at a step.</summary>
    public double RateFactor(long step) => Decay == 0 ? 1 : Math.Clamp((Steps - step) / (Decay * Steps), 0, 1);
}

/// <summary>When a run writes what. Nothing here changes the weights.</summary>
public sealed record OutputSpec(int LogEvery = 10, int SampleEvery = 200, int CheckpointEvery = 200);
