using FastGan.Models;

namespace FastGan.Gans;

/// <summary>Which options go together. What doesn't make sense is refused with the reason, rather than trained.</summary>
internal static class Combinations
{
    /// <exception cref="FastGanException">Two parts of the config contradict each other.</exception>
    public static void Check(RunConfig config, Net generator, Net discriminator)
    {
        (ModelSpec m, TrainingSpec t) = (config.Model, config.Training);
        bool logits = t.Loss is AdversarialLoss.Bce or AdversarialLoss.LeastSquares;
        Refuse(t.GeneratorLoss == GeneratorLoss.Minimax && t.Loss != AdversarialLoss.Bce, "the minimax generator loss is one of cross-entropy: use it with loss bce");
        Refuse(t.RealTarget != 1 && !logits, $"label smoothing needs a loss with targets, bce or least_squares, and {Name(t.Loss)} has none");
        Refuse(t.Clip is { Target: ClipTarget.Weights } && t.Penalty is not null, "weight clipping and a gradient penalty both bound the critic's slope: leave one out");
        Refuse(t.Clip is { Target: ClipTarget.Weights } && discriminator.HasSpectralNorm, "weight clipping and spectral norm both bound the critic's slope: leave one out");
        Refuse(m.Head != DiscriminatorHead.None && m.Classes < 2, $"a discriminator that tells classes apart needs at least 2, and the model has {m.Classes}");
        Refuse(m.Codes > 0 && m.Head != DiscriminatorHead.Code, "continuous codes need a discriminator that reads them back: head code");
        Refuse(m.Codes > m.Latent, $"the latent has {m.Latent} numbers, and {m.Codes} of them are to be codes: use a wider latent");
        Refuse(m.Head is DiscriminatorHead.Class or DiscriminatorHead.Code && !generator.TakesLabels, "the discriminator is to name classes that the generator isn't given: begin it with a label layer");
        Refuse(m.Head == DiscriminatorHead.SemiSupervised && generator.TakesLabels, "a semi-supervised model's generator takes no labels: remove its label layer");
        Refuse(m.Head != DiscriminatorHead.None && discriminator.TakesLabels, "a discriminator that is to name classes can't be told them: remove its label layer");
        Refuse(t.Labels is not null && m.Head != DiscriminatorHead.SemiSupervised, "a number of labels is for a semi-supervised model (sgan); the others use all that they need");
        Refuse(m.Head == DiscriminatorHead.SemiSupervised && t.Loss != AdversarialLoss.Bce, $"a semi-supervised discriminator's classes are probabilities, and so is its loss: bce, not {Name(t.Loss)}");

        Refuse(t.Batch % t.Pack != 0, $"a batch of {t.Batch} can't be packed by {t.Pack}: use a multiple");
        Refuse(t.Pack > 1 && m.Classes > 0, "several images to one decision (pack) have no class in common: use pack with a model without classes");

        if (t.Penalty is not { } penalty)
            return;
        Refuse(penalty.Kind == PenaltyKind.Interpolates && t.Loss != AdversarialLoss.Wasserstein, $"the gradient penalty between real and generated images is the Wasserstein critic's; with {Name(t.Loss)} use r1");
        Refuse(penalty.Kind == PenaltyKind.R1 && t.Loss == AdversarialLoss.Wasserstein, "r1 flattens the discriminator at the data, where a Wasserstein critic needs a slope of 1: use the penalty between images (interpolates)");
        Refuse(discriminator.HasBatchNorm, "batch norm mixes the samples of a batch, so that a penalty on each sample's gradient has no meaning: take it out of the discriminator");
        Refuse(discriminator.HasSpectralNorm, "spectral norm and a gradient penalty both bound the discriminator's slope: leave one out");
        Refuse(discriminator.HasMaxout, "a gradient penalty needs a gradient of second order, which maxout lacks here: use relu or leaky_relu");
        Refuse(!discriminator.IsPiecewiseLinear, "a gradient penalty needs a discriminator whose activations are relu or leaky_relu");
    }

    private static void Refuse(bool wrong, string why)
    {
        if (wrong)
            throw new FastGanException(why);
    }

    private static string Name(AdversarialLoss loss) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{loss}");
}
