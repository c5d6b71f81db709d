namespace FastGan.Evaluation.Distances;

/// <summary>
/// What compares two histograms bin by bin, and so doesn't know how far apart two bins are. Logarithms are natural.
/// </summary>
public static class Divergences
{
    /// <summary>½ Σ |p − q|, from 0 to 1: the largest difference in the probability of any event.</summary>
    public static double TotalVariation(Histogram p, Histogram q)
    {
        Histogram.RequireSameBins(p, q);
        double sum = 0;
        for (int i = 0; i < p.Bins; i++)
            sum += Math.Abs(p.Mass[i] - q.Mass[i]);
        return sum / 2;
    }

    /// <summary>
    /// KL(p ‖ q) = Σ p ln(p / q), at least 0 (Kullback and Leibler, 1951). Bins without p add nothing; a bin with p and without q makes it infinite.
    /// </summary>
    public static double KullbackLeibler(Histogram p, Histogram q)
    {
        Histogram.RequireSameBins(p, q);
        return KullbackLeibler(p.Mass, q.Mass);
    }

    /// <summary>
    /// ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q) / 2 (Lin, 1991), from 0 to ln 2, which it reaches where no bin has both.
    /// </summary>
    public static double JensenShannon(Histogram p, Histogram q)
    {
        Histogram.RequireSameBins(p, q);
        double[] middle = new double[p.Bins];
        for (int i = 0; i < p.Bins; i++)
            middle[i] = (p.Mass[i] + q.Mass[i]) / 2;
        return (KullbackLeibler(p.Mass, middle) + KullbackLeibler(q.Mass, middle)) / 2;
    }

    /// <summary>Σ p ln(p / q) of two lists of masses.</summary>
    internal static double KullbackLeibler(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        double sum = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] > 0)
                sum += p[i] * Math.Log(p[i] / q[i]);
        }

        // Of nearly equal masses, the rounding may outweigh the sum.
        return Math.Max(0, sum);
    }
}
