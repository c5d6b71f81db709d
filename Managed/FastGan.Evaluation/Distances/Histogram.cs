namespace FastGan.Evaluation.Distances;

/// <summary>How much of a distribution lies in each of a row of bins of one width. The masses sum to 1.</summary>
public sealed class Histogram
{
    private readonly double[] _mass;

    /// <param name="weights">Counts or masses of the bins from low to high; they are divided by their sum.</param>
    /// <exception cref="FastGanException">A weight is negative or not finite, or all of them are 0.</exception>
    public Histogram(double low, double high, ReadOnlySpan<double> weights)
    {
        if (!(double.IsFinite(low) && double.IsFinite(high) && low < high))
            throw new FastGanException($"a histogram from {low} to {high} has no room: give finite ends, the lower one first");
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(double.IsFinite(weights[i]) && weights[i] >= 0))
                throw new FastGanException($"bin {i} of a histogram holds {weights[i]}: give finite counts of at least 0");
            sum += weights[i];
        }

        if (!(sum > 0))
            throw new FastGanException("a histogram is empty: give at least one value");
        (Low, High, _mass) = (low, high, new double[weights.Length]);
        for (int i = 0; i < weights.Length; i++)
            _mass[i] = weights[i] / sum;
    }

    public double Low { get; }

    public double High { get; }

    public int Bins => _mass.Length;

    public double BinWidth => (High - Low) / Bins;

    public ReadOnlySpan<double> Mass => _mass;

    /// <summary>Counts values in bins of one width; the last bin includes its upper end.</summary>
    /// <exception cref="FastGanException">A value lies outside.</exception>
    public static Histogram Of(ReadOnlySpan<double> values, double low, double high, int bins)
    {
        if (bins < 1)
            throw new FastGanException($"a histogram of {bins} bins: give at least 1");
        double[] counts = new double[bins];
        foreach (double value in values)
        {
            if (!(value >= low && value <= high))
                throw new FastGanException($"{value} lies outside of the histogram from {low} to {high}: widen it");
            counts[Math.Min(bins - 1, (int)((value - low) / (high - low) * bins))]++;
        }

        return new Histogram(low, high, counts);
    }

    /// <summary>Two sets of values over the same bins, from the least to the largest of all values.</summary>
    public static (Histogram A, Histogram B) Pair(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int bins)
    {
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in (ReadOnlySpan<double>)[.. a, .. b])
            (low, high) = (Math.Min(low, value), Math.Max(high, value));

        // Where all values are one, a bin around it.
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        return (Of(a, low, high, bins), Of(b, low, high, bins));
    }

    internal static void RequireSameBins(Histogram p, Histogram q)
    {
        if ((p.Low, p.High, p.Bins) != (q.Low, q.High, q.Bins))
        {
            throw new FastGanException(
                $"histograms of {p.Bins} bins from {p.Low} to {p.High} and {q.Bins} from {q.Low} to {q.High} can't be compared: give both the same bins");
        }
    }
}
