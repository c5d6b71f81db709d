using FastGan.Evaluation.Distances;

namespace FastGan.Evaluation.Scores;

/// <summary>
/// Fidelity and variety apart, through balls around samples that reach to the k-th nearest of the sample's own set, the surface included.
/// </summary>
/// <param name="Precision">Generated samples in the ball of some real one, as a fraction (Kynkäänniemi et al., 2019).</param>
/// <param name="Recall">Real samples in the ball of some generated one, as a fraction (ibid.).</param>
/// <param name="Density">Real balls that a generated sample lies in, in the mean, divided by k; may exceed 1 (Naeem et al., 2020).</param>
/// <param name="Coverage">Real balls with a generated sample in them, as a fraction (ibid.).</param>
public readonly record struct ManifoldScores(double Precision, double Recall, double Density, double Coverage)
{
    /// <param name="k">The papers have 3 for precision and recall, and 5 for density and coverage.</param>
    public static ManifoldScores Of(Samples real, Samples generated, int k)
    {
        Samples.RequireSameWidth(real, generated);
        NearestNeighbours around = NearestNeighbours.Within(real, k), aroundGenerated = NearestNeighbours.Within(generated, k);
        int[] realBalls = new int[generated.Count];
        bool[] isCovered = new bool[real.Count], isRecalled = new bool[real.Count];
        Euclidean.ForEachRow(real, generated, (i, row) =>
        {
            double radius = around.Radius(i);
            for (int j = 0; j < row.Length; j++)
            {
                isRecalled[i] |= row[j] <= aroundGenerated.Radius(j);
                if (row[j] > radius)
                    continue;
                isCovered[i] = true;
                Interlocked.Increment(ref realBalls[j]);
            }
        });
        return new(
            Fraction(realBalls.Count(n => n > 0), generated.Count),
            Fraction(isRecalled.Count(r => r), real.Count),
            realBalls.Sum(n => (double)n) / ((double)k * generated.Count),
            Fraction(isCovered.Count(c => c), real.Count));
    }

    private static double Fraction(int part, int whole) => (double)part / whole;
}
