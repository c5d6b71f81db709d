using FastGan.Data;
using FastGan.Models;
using FastGan.Ops;

namespace FastGan.Gans;

/// <summary>
/// Variants for points of the plane. The networks, the latent and the optimizer of <c>gan</c> are those of PacGAN's experiments (Lin et al., 2018), with a
/// discriminator of three maxout layers of 200 units and 5 pieces. The critics have leaky ReLU, and their training is that of the toy experiments of
/// Gulrajani et al. (2017).
/// </summary>
public static class PointPresets
{
    private const int Width = 2, GeneratorUnits = 400, DiscriminatorUnits = 200, Pieces = 5;

    public static IReadOnlyList<string> Names { get; } = ["gan", "wgan", "wgan-gp"];

    /// <param name="units">Width of all hidden layers, for smaller networks, whose discriminators all have leaky ReLU; null for the papers' networks.</param>
    /// <exception cref="FastGanException">No such preset.</exception>
    public static RunConfig Make(string name, DataSpec data, int? units = null)
    {
        OptimizerSpec adam = new(OptimizerKind.Adam, 1e-4, Beta1: 0.8);
        TrainingSpec training = new() { Batch = 100, Steps = 400_000, GeneratorOptimizer = adam, DiscriminatorOptimizer = adam };
        training = name switch
        {
            "gan" => training,
            "wgan" => Wasserstein(training, new OptimizerSpec(OptimizerKind.RmsProp, 5e-5)) with { Clip = new ClipSpec(0.01) },
            "wgan-gp" => Wasserstein(training, adam with { Beta1 = 0.5, Beta2 = 0.9 }) with { Penalty = new PenaltySpec(PenaltyKind.Interpolates, 0.1) },
            _ => throw new FastGanException($"unknown preset for points '{name}': {Suggest.Among(name, Names)}"),
        };
        Layer[] hidden = name == "gan" && units is null
            ? [new DenseLayer(DiscriminatorUnits * Pieces), new MaxoutLayer(Pieces)]
            : [new DenseLayer(units ?? DiscriminatorUnits), new LeakyReluLayer()];
        ModelSpec model = new()
        {
            ImageSize = 1,
            Channels = Width,
            Latent = 2,
            Generator = Generator(units ?? GeneratorUnits),
            Discriminator = new NetSpec(Initialisation.Dcgan, [.. hidden, .. hidden, .. hidden, new DenseLayer(1)]),
        };
        return new RunConfig { Preset = name, Data = data, Model = model, Training = training };
    }

    private static TrainingSpec Wasserstein(TrainingSpec t, OptimizerSpec optimizer) => t with
    {
        Loss = AdversarialLoss.Wasserstein,
        CriticSteps = 5,
        GeneratorOptimizer = optimizer,
        DiscriminatorOptimizer = optimizer,
    };

    private static NetSpec Generator(int units)
    {
        List<Layer> layers = [];
        for (int i = 0; i < 4; i++)
            layers.AddRange([new DenseLayer(units, Bias: false), new BatchNormLayer(), new ReluLayer()]);
        layers.Add(new DenseLayer(Width));
        return new NetSpec(Initialisation.Dcgan, layers);
    }
}
