using MathNet.Numerics.Distributions;

namespace FastGan.Evaluation;

/// <summary>
/// A score with its uncertainty, from repeated draws: their mean, and the half-width of the interval around it that holds the expected score in 95 of 100 cases,
/// t · s / √n with the draws' standard deviation s and Student's t for n − 1 degrees of freedom (Student, 1908).
/// </summary>
/// <remarks>
/// It says what the draws leave open: not what all of them share, such as a score's bias at their sample count. Draws that share samples, as
/// subsets of one set do, are less different than fresh ones, and their interval is too narrow.
/// </remarks>
public readonly record struct Interval(double Mean, double HalfWidth, int Draws)
{
    private const double Confidence = 0.95;

    public static Interval Of(ReadOnlySpan<double> scores)
    {
        if (scores.Length < 2)
            throw new FastGanException($"an interval from {scores.Length} draw{(scores.Length == 1 ? "" : "s")}: give at least 2");
        (double mean, double squares) = (0, 0);
        foreach (double score in scores)
            mean += score / scores.Length;
        foreach (double score in scores)
            squares += (score - mean) * (score - mean);
        double t = StudentT.InvCDF(0, 1, scores.Length - 1, (1 + Confidence) / 2);
        return new(mean, t * Math.Sqrt(squares / (scores.Length - 1) / scores.Length), scores.Length);
    }

    /// <summary>Of a score that is computed once for each draw, by its number from 0.</summary>
    public static Interval Repeat(int draws, Func<int, double> score) => Of([.. Enumerable.Range(0, Math.Max(0, draws)).Select(score)]);

    /// <summary>Mean and half-width with as many decimals as the half-width has a meaning for: "12.3 ± 0.4".</summary>
    public override string ToString()
    {
        int decimals = HalfWidth > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(HalfWidth)), 0, 6) : 3;
        return $"{Mean.ToString($"F{decimals}")} ± {HalfWidth.ToString($"F{decimals}")}";
    }
}
