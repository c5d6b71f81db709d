using FastGan.Gans;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace FastGan.Tests.Golden;

/// <summary>The losses on the discriminator's outputs, as the papers write them.</summary>
internal sealed class TorchLosses(RunConfig config)
{
    /// <summary>What the codes weigh beside the classes.</summary>
    private const double CodeWeight = 0.1;

    private readonly TrainingSpec _spec = config.Training;
    private readonly ModelSpec _model = config.Model;

    /// <summary>(N, outputs) to (N, 1): what says real or generated.</summary>
    public Tensor Source(Tensor output) =>
        _model.Head == DiscriminatorHead.SemiSupervised ? output.logsumexp(1, keepdim: true) : output.narrow(1, 0, 1);

    public Tensor Discriminator(Tensor real, Tensor fake)
    {
        (Tensor r, Tensor f) = (Source(real), Source(fake));
        return _spec.Loss switch
        {
            AdversarialLoss.Wasserstein => f.mean() - r.mean(),
            AdversarialLoss.Hinge => F.relu(1 - r).mean() + F.relu(1 + f).mean(),
            AdversarialLoss.LeastSquares => ((r - _spec.RealTarget).square().mean() + f.square().mean()) / 2,
            _ => Bce(r, _spec.RealTarget) + Bce(f, 0),
        };
    }

    public Tensor Generator(Tensor fake)
    {
        Tensor f = Source(fake);
        return _spec.Loss switch
        {
            AdversarialLoss.Wasserstein or AdversarialLoss.Hinge => -f.mean(),
            AdversarialLoss.LeastSquares => (f - 1).square().mean() / 2,
            _ => Bce(f, 1),
        };
    }

    /// <summary>Cross-entropy of the classes.</summary>
    public Tensor Classes(Tensor output, Tensor labels)
    {
        Tensor logits = _model.Head == DiscriminatorHead.SemiSupervised ? output : output.narrow(1, 1, _model.Classes);
        return F.cross_entropy(logits, labels);
    }

    /// <summary>Half the squared distance from the codes, the negative log-likelihood of a unit Gaussian up to a constant, and its weight.</summary>
    /// <param name="z">The latents, which begin with the codes.</param>
    public Tensor Codes(Tensor output, Tensor z)
    {
        Tensor guesses = output.narrow(1, 1 + _model.Classes, _model.Codes);
        return CodeWeight / 2 * (guesses - z.narrow(1, 0, _model.Codes)).square().sum(1).mean();
    }

    private static Tensor Bce(Tensor logits, double target) => F.binary_cross_entropy_with_logits(logits, full_like(logits, target));
}
