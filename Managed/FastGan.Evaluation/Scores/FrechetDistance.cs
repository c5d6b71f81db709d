using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FastGan.Evaluation.Scores;

/// <summary>
/// The Fréchet distance between two Gaussians with the moments of two sets of features (Dowson and Landau, 1982; for GANs Heusel et al., 2017):
/// |μ − ν|² + tr(A + B − 2 √(√A B √A)). Despite its name it is the square of a distance. It grows as samples get fewer: compare at one count.
/// </summary>
/// <param name="Value">At least 0; rounding below that is set to 0.</param>
/// <param name="Clamped">
/// The most negative eigenvalue that rounding left of a covariance, as a fraction of its largest, and that was taken as 0; 0 where there was none.
/// </param>
public readonly record struct FrechetDistance(double Value, double Clamped)
{
    /// <summary>An eigenvalue below this fraction of the largest is no rounding.</summary>
    private const double MostRounding = -1e-8;

    public static FrechetDistance Between(Samples a, Samples b)
    {
        Samples.RequireSameWidth(a, b);
        return Between(Moments.Of(a), Moments.Of(b));
    }

    /// <exception cref="FastGanException">A covariance has a negative eigenvalue that isn't rounding.</exception>
    public static FrechetDistance Between(Moments a, Moments b)
    {
        if (a.Mean.Length != b.Mean.Length)
            throw new FastGanException($"moments of {a.Mean.Length} features can't be compared with those of {b.Mean.Length}: give both the same width");
        double means = 0, traces = 0;
        for (int k = 0; k < a.Mean.Length; k++)
        {
            means += (a.Mean[k] - b.Mean[k]) * (a.Mean[k] - b.Mean[k]);
            traces += a.Covariance[k, k] + b.Covariance[k, k];
        }

        (Matrix<double> rootA, double clampedA) = Root(a.Covariance);
        (Matrix<double> rootB, double clampedB) = Root(b.Covariance);

        // √A B √A is (√A √B)(√A √B)ᵀ: the trace of its root is the sum of the singular values of √A √B. Taken so, a zero eigenvalue costs
        // rounding of 1e-16 and not its root, 1e-8.
        double cross = (rootA * rootB).Svd(computeVectors: false).S.Sum();
        return new(Math.Max(0, means + traces - 2 * cross), Math.Min(clampedA, clampedB));
    }

    /// <summary>The symmetric root V √Λ Vᵀ, and the most negative eigenvalue in units of the largest.</summary>
    private static (Matrix<double> Root, double Clamped) Root(double[,] symmetric)
    {
        Evd<double> eigen = Matrix<double>.Build.DenseOfArray(symmetric).Evd(Symmetricity.Symmetric);
        Vector<double> values = eigen.EigenValues.Real();
        double largest = values.AbsoluteMaximum(), clamped = largest > 0 ? Math.Min(0, values.Minimum() / largest) : 0;
        if (clamped < MostRounding)
            throw new FastGanException($"a covariance has an eigenvalue of {clamped:g3} times its largest, and can be no covariance: compute it again");
        Matrix<double> scaled = eigen.EigenVectors.MapIndexed((_, column, v) => v * Math.Sqrt(Math.Max(0, values[column])));
        return (scaled.TransposeAndMultiply(eigen.EigenVectors), clamped);
    }
}
