using FastGan.Ops;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>What an expression came to.</summary>
/// <param name="Operands">The latent of each term, without its coefficient.</param>
/// <param name="Result">Their sum with the coefficients.</param>
public sealed record ArithmeticResult(IReadOnlyList<LatentTerm> Terms, IReadOnlyList<float[]> Operands, float[] Result);

/// <summary>Sums and differences of latents, whose images show the sum of what the latents mean (Radford, Metz and Chintala, 2016).</summary>
public static class LatentArithmetic
{
    /// <summary>Computes an expression of <see cref="LatentExpression"/>. Elements of uniform latents are clipped to their interval.</summary>
    /// <param name="classes">Asked for only where a term is a class.</param>
    /// <exception cref="FastGanException">The expression can't be read, or one of its latents isn't there.</exception>
    public static ArithmeticResult Arithmetic(this Sampler sampler, string expression, Func<ClassMeans>? classes = null)
    {
        IReadOnlyList<LatentTerm> terms = LatentExpression.Parse(expression);
        List<float[]> operands = [];
        float[] result = new float[sampler.Model.Latent];
        foreach (LatentTerm term in terms)
        {
            try
            {
                operands.Add(sampler.Latent(term.Name, classes));
            }
            catch (FastGanException e)
            {
                throw new FastGanException($"'{expression}', character {term.At}: {e.Message}", e);
            }

            for (int i = 0; i < result.Length; i++)
                result[i] += (float)term.Coefficient * operands[^1][i];
        }

        if (sampler.Model.LatentDistribution == Distribution.Uniform)
            result = Array.ConvertAll(result, v => Math.Clamp(v, -1, 1));
        return new ArithmeticResult(terms, operands, result);
    }
}
