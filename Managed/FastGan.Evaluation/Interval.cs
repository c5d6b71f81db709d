using MathNet.Numerics.Distributions;

namespace FastGan.Evaluation;

/// <summary>
/// A score with its uncertainty, from repeated draws: their mean, and the half-width of the interval around it that holds the expected score in 95 of 100 cases,
/// t · s / √n with the draws' standard deviation s and Student's t for n − 1 degrees of freedom (Student, 1908).
/// </summary>
/// <remarks>
/// Draws that share samples, as subsets of one set do, are less different than fresh ones. If a share ρ of a draw is in another one too, scores that are means over samples
/// have the correlation ρ, and the half-width is t · s · √(1 / n + ρ / (1 − ρ)), the correction of Nadeau and Bengio (2003). It is infinite where ρ is 1: that is one draw,
/// whose uncertainty nothing shows. What all draws share, such as a score's bias at their sample count, the interval doesn't say.
/// </remarks>
public readonly record struct Interval(double Mean, double HalfWidth, int Draws)
{
    private const double Confidence = 0.95;

    /// <param name="overlap">Expected share of a draw's samples that are in another draw too.</param>
    public static Interval Of(ReadOnlySpan<double> scores, double overlap = 0)
    {
        if (scores.Length < 2)
            throw new FastGanException($"an interval from {scores.Length} draw{(scores.Length == 1 ? "" : "s")}: give at least 2");
        (double mean, double squares) = (0, 0);
        foreach (double score in scores)
            mean += score / scores.Length;
        foreach (double score in scores)
            squares += (score - mean) * (score - mean);
        double t = StudentT.InvCDF(0, 1, scores.Length - 1, (1 + Confidence) / 2);
        return new(mean, overlap < 1 ? t * Math.Sqrt(squares / (scores.Length - 1) * (1.0 / scores.Length + overlap / (1 - overlap))) : double.PositiveInfinity, scores.Length);
    }

    /// <summary>Of a score that is computed once for each draw, by its number from 0.</summary>
    public static Interval Repeat(int draws, Func<int, double> score) => Of([.. Enumerable.Range(0, Math.Max(0, draws)).Select(score)]);

    /// <summary>Mean and half-width with as many decimals as the half-width has a meaning for: "12.3 ± 0.4".</summary>
    public override string ToString()
    {
        if (double.IsInfinity(HalfWidth))
            return $"{Mean:F3}, one draw";
        int decimals = HalfWidth > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(HalfWidth)), 0, 6) : 3;
        return $"{Mean.ToString($"F{decimals}")} ± {HalfWidth.ToString($"F{decimals}")}";
    }
}
