using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Tensors;

namespace FastGan.Tests.Gans;

/// <summary>What doesn't go together is refused, each by a reason of its own.</summary>
[TestClass]
public sealed class CombinationsTests
{
    private const int Size = 16, Classes = 3;

    private static readonly PenaltySpec R1 = new(PenaltyKind.R1, 10), Interpolates = new(PenaltyKind.Interpolates, 10);

    private static readonly Dataset Data = new("random", new Shape(128, Size, Size, 1), new byte[128 * Size * Size], new int[128], ["a", "b", "c"]);

    private static readonly Dictionary<string, RunConfig> Refused = new()
    {
        ["the minimax generator loss is one of cross-entropy"] =
            Training("gan", t => t with { Loss = AdversarialLoss.Hinge, GeneratorLoss = GeneratorLoss.Minimax }),
        ["label smoothing needs a loss with targets, bce or least_squares, and hinge has none"] =
            Training("gan", t => t with { Loss = AdversarialLoss.Hinge, RealTarget = 0.9 }),
        ["weight clipping and a gradient penalty both bound"] = Training("wgan-gp", t => t with { Clip = new ClipSpec(0.01) }),
        ["weight clipping and spectral norm both bound"] = Presets.WithSpectralNorm(Preset("wgan")),
        ["needs at least 2, and the model has 1"] = Preset("acgan", classes: 1),
        ["continuous codes need a discriminator that reads them back"] = Model("gan", m => m with { Codes = 1 }),
        ["the latent has 1 numbers, and 2 of them are to be codes"] = Preset("infogan", latent: 1),
        ["to name classes that the generator isn't given"] = Model("acgan", m => m with { Generator = Preset("dcgan").Model.Generator }),
        ["a semi-supervised model's generator takes no labels"] = Model("sgan", m => m with { Generator = Preset("cgan").Model.Generator }),
        ["to name classes can't be told them"] = Model("acgan", m => m with { Discriminator = Before(new LabelChannelLayer(), m.Discriminator) }),
        ["a number of labels is for a semi-supervised model"] = Training("cgan", t => t with { Labels = Classes }),
        ["a semi-supervised discriminator's classes are probabilities, and so is its loss: bce, not least_squares"] =
            Training("sgan", t => t with { Loss = AdversarialLoss.LeastSquares }),
        ["a batch of 63 can't be packed by 2"] = Training("gan", t => t with { Batch = 63, Pack = 2 }),
        ["have no class in common"] = Training("cgan", t => t with { Pack = 2 }),
        ["is the Wasserstein critic's; with bce use r1"] = Training("gan", t => t with { Penalty = Interpolates }),
        ["r1 flattens the discriminator at the data"] = Training("wgan-gp", t => t with { Penalty = R1 }),
        ["batch norm mixes the samples of a batch"] = Training("dcgan", t => t with { Penalty = R1 }),
        ["spectral norm and a gradient penalty both bound"] = Presets.WithSpectralNorm(Training("gan", t => t with { Penalty = R1 })),
        ["activations are relu or leaky_relu"] = Model("wgan-gp", m => m with
        {
            Discriminator = new NetSpec(Initialisation.FanIn, [new DenseLayer(4), new TanhLayer(), new DenseLayer(1)]),
        }),
        ["a gradient of second order, which maxout lacks here"] = Model("wgan-gp", m => m with
        {
            Discriminator = new NetSpec(Initialisation.FanIn, [new DenseLayer(4), new MaxoutLayer(2), new DenseLayer(1)]),
        }),
    };

    public static IEnumerable<object[]> Reasons => Refused.Keys.Select(reason => new object[] { reason });

    [TestMethod]
    [DynamicData(nameof(Reasons))]
    public void WhatMakesNoSenseIsRefusedWithTheReason(string reason)
    {
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => new Gan(Refused[reason], Data));
        StringAssert.Contains(e.Message, reason);
        Assert.DoesNotContain("\n", e.Message);
    }

    [TestMethod]
    public void EveryPresetIsAccepted()
    {
        foreach (string preset in Presets.Names)
            _ = new Gan(Preset(preset), Data);
    }

    private static RunConfig Preset(string name, int classes = Classes, int latent = 8) =>
        Presets.Make(name, new DataSpec("random"), Size, 1, classes, latent: latent);

    private static RunConfig Training(string preset, Func<TrainingSpec, TrainingSpec> options)
    {
        RunConfig config = Preset(preset);
        return config with { Training = options(config.Training) };
    }

    private static RunConfig Model(string preset, Func<ModelSpec, ModelSpec> change)
    {
        RunConfig config = Preset(preset);
        return config with { Model = change(config.Model) };
    }

    private static NetSpec Before(Layer layer, NetSpec net) => net with { Layers = [layer, .. net.Layers] };
}
