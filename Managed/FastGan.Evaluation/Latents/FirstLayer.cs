using FastGan.Models;
using FastGan.Training;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FastGan.Latents;

/// <summary>Directions that nobody asked for: those that change the generator's first layer the most.</summary>
public static class FirstLayer
{
    /// <summary>
    /// The eigenvectors of AᵀA with the largest eigenvalues, A being the first layer's weights (Shen and Zhou, 2021). As latents have the same variance in every
    /// direction, they are the principal components of that layer's outputs too (Härkönen et al., 2020).
    /// </summary>
    /// <exception cref="FastGanException">The generator doesn't begin with a dense layer.</exception>
    public static IReadOnlyList<Direction> Components(this Sampler sampler, int count)
    {
        int latent = sampler.Model.Latent;
        if (sampler.Model.Generator.Layers[0] is not DenseLayer)
            throw new FastGanException("components are those of a dense first layer, and this generator begins with another: take directions of attributes");
        Parameter weight = sampler.Generator.Parameters[0];
        double[] rows = sampler.Device.Read<double>(sampler.Weights.Slice(weight.Offset, weight.Shape));
        Matrix<double> gram = Matrix<double>.Build.Dense(latent, latent);
        for (int u = 0; u < weight.Shape.N; u++)
        {
            for (int i = 0; i < latent; i++)
            {
                for (int j = 0; j < latent; j++)
                    gram[i, j] += rows[u * latent + i] * rows[u * latent + j];
            }
        }

        Evd<double> evd = gram.Evd(Symmetricity.Symmetric);
        return [.. Enumerable.Range(0, Math.Min(count, latent)).Select(i => LatentControl.Unit($"component {i + 1}", evd.EigenVectors.Column(latent - 1 - i)))];
    }
}
