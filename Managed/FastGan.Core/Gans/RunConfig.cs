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
    /// <summary>Height and width in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>1 or 3.</summary>
    public required int Channels { get; init; }

    /// <summary>Labels that the networks take; 0 for an unconditional model.</summary>
    public int Classes { get; init; }

    /// <summary>Names of the classes, for pictures and <c>--class</c>; may be empty.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>Width of the latent z.</summary>
    public required int Latent { get; init; }

    public Distribution LatentDistribution { get; init; }

    public required NetSpec Generator { get; init; }

    /// <summary>The discriminator, or the critic of a Wasserstein GAN.</summary>
    public required NetSpec Discriminator { get; init; }
}

public enum AdversarialLoss
{
    /// <summary>Binary cross-entropy on logits (Goodfellow et al., 2014).</summary>
    Bce,

    /// <summary>The critic's mean score of real less that of generated images (Arjovsky, Chintala and Bottou, 2017).</summary>
    Wasserstein,
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

    public required OptimizerSpec GeneratorOptimizer { get; init; }

    public required OptimizerSpec DiscriminatorOptimizer { get; init; }

    /// <summary>Decay of the generator's exponential moving average, which samples then come from; null for none.</summary>
    public double? Ema { get; init; }

    /// <summary>Real images that one step consumes.</summary>
    public int ImagesPerStep() => Batch * CriticSteps;
}

/// <summary>When a run writes what. Nothing here changes the weights.</summary>
public sealed record OutputSpec(int LogEvery = 10, int SampleEvery = 200, int CheckpointEvery = 200);
