namespace FastGan.Evaluation.Distances;

/// <summary>
/// The Earth Mover's, or Wasserstein-1, distance: the least mean distance that mass has to be carried to make one distribution of the other,
/// in the units of the samples. Distances are Euclidean, and every sample of a set weighs the same.
/// </summary>
public static class EarthMovers
{
    private const uint Directions = 0x40;

    /// <summary>
    /// Exact in one dimension: ∫ |F − G| of the two distribution functions. The sets may differ in size.
    /// </summary>
    public static double OneDimension(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] sortedA = Sorted(a), sortedB = Sorted(b);
        (int i, int j) = (0, 0);
        (double at, double sum) = (Math.Min(sortedA[0], sortedB[0]), 0);
        while (i < a.Length || j < b.Length)
        {
            bool fromA = j == b.Length || (i < a.Length && sortedA[i] <= sortedB[j]);
            double next = fromA ? sortedA[i] : sortedB[j];

            // F − G between two neighbours is i / |a| − j / |b|, in whole numbers so that equal sets give 0.
            sum += Math.Abs((long)i * b.Length - (long)j * a.Length) * (next - at);
            (at, i, j) = (next, fromA ? i + 1 : i, fromA ? j : j + 1);
        }

        return sum / ((double)a.Length * b.Length);
    }

    /// <summary>Between histograms, the mass of a bin lying at its centre.</summary>
    public static double OneDimension(Histogram p, Histogram q)
    {
        Histogram.RequireSameBins(p, q);
        (double difference, double sum) = (0, 0);
        for (int i = 0; i < p.Bins; i++)
        {
            difference += p.Mass[i] - q.Mass[i];
            sum += Math.Abs(difference);
        }

        return sum * p.BinWidth;
    }

    /// <summary>
    /// Sliced (Rabin, Peyré, Delon and Bernot, 2011): the mean over random directions of the distance between the sets' shadows on them.
    /// At most the distance itself; in many dimensions much less, as a random direction sees about 1 / √width of a shift.
    /// </summary>
    /// <param name="projections">Number of directions, uniform on the sphere, from the seed.</param>
    public static double Sliced(Samples a, Samples b, int projections, ulong seed)
    {
        Samples.RequireSameWidth(a, b);
        if (projections < 1)
            throw new FastGanException($"{projections} projections: give at least 1");
        double[] distances = new double[projections];
        Parallel.For(0, projections, p =>
        {
            float[] direction = new float[a.Width];
            RandomNumbers.Normal(seed, Directions, (ulong)p, direction);
            double length = 0;
            foreach (float d in direction)
                length += (double)d * d;
            distances[p] = OneDimension(Shadow(a, direction), Shadow(b, direction)) / Math.Sqrt(length);
        });
        return distances.Average();
    }

    /// <summary>Exact in any dimension, between sets of one size, in the cube of that size: for some thousand samples.</summary>
    public static double Assigned(Samples a, Samples b)
    {
        if (a.Count != b.Count)
            throw new FastGanException($"{a.Count} samples can't be assigned to {b.Count}: give as many of one as of the other");
        double[] cost = Euclidean.Matrix(a, b);
        int[] columns = Assignment.Solve(cost, a.Count);
        double sum = 0;
        for (int i = 0; i < columns.Length; i++)
            sum += cost[i * a.Count + columns[i]];
        return sum / a.Count;
    }

    private static double[] Sorted(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int bad = Array.FindIndex(sorted, v => !double.IsFinite(v));
        if (sorted.Length == 0 || bad >= 0)
            throw new FastGanException(bad >= 0 ? $"value {bad} is {sorted[bad]}: give finite numbers" : "a set of values is empty: give at least one value");
        Array.Sort(sorted);
        return sorted;
    }

    private static double[] Shadow(Samples samples, float[] direction)
    {
        double[] shadow = new double[samples.Count];
        for (int i = 0; i < samples.Count; i++)
        {
            ReadOnlySpan<float> sample = samples[i];
            for (int k = 0; k < sample.Length; k++)
                shadow[i] += (double)sample[k] * direction[k];
        }

        return shadow;
    }
}
