using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Evaluation.Scores;

/// <summary>One side of a Fréchet distance, with what depends on it alone computed once: for many distances to the same data.</summary>
public sealed class FrechetReference(Moments moments)
{
    private readonly Matrix<double> _root = FrechetDistance.Root(moments.Covariance).Root;

    public Moments Moments { get; } = moments;

    /// <summary>See <see cref="FrechetDistance"/>.</summary>
    public double DistanceTo(Moments other) => FrechetDistance.Between(Moments, _root, other);
}
