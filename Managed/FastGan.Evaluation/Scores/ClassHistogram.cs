using FastGan.Evaluation.Distances;

namespace FastGan.Evaluation.Scores;

/// <summary>How a classifier's labels of generated samples spread over the classes. Logarithms are natural.</summary>
/// <param name="Counts">Samples of each class.</param>
/// <param name="Entropy">−Σ p ln p, from 0 (one class) to ln K (all alike).</param>
/// <param name="Divergence">KL(p ‖ reference); infinite where a class turns up that the reference lacks.</param>
/// <param name="Missing">Classes that the reference has and the samples lack.</param>
public sealed record ClassHistogram(IReadOnlyList<int> Counts, double Entropy, double Divergence, IReadOnlyList<int> Missing)
{
    /// <param name="reference">Samples of each class in the data.</param>
    /// <exception cref="FastGanException">A label is no class of the reference.</exception>
    public static ClassHistogram Of(ReadOnlySpan<int> labels, IReadOnlyList<int> reference)
    {
        int[] counts = new int[reference.Count];
        foreach (int label in labels)
        {
            if ((uint)label >= counts.Length)
                throw new FastGanException($"a label of {label} among {counts.Length} classes: give 0 to {counts.Length - 1}");
            counts[label]++;
        }

        Histogram p = new(0, counts.Length, [.. counts.Select(n => (double)n)]), q = new(0, counts.Length, [.. reference.Select(n => (double)n)]);
        double entropy = 0;
        foreach (double mass in p.Mass)
            entropy -= mass > 0 ? mass * Math.Log(mass) : 0;
        return new(counts, entropy, Divergences.KullbackLeibler(p, q), [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] == 0 && reference[c] > 0)]);
    }
}
