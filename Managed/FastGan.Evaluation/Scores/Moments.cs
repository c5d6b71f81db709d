namespace FastGan.Evaluation.Scores;

/// <summary>What the Fréchet distance knows of a set of features: mean (width) and covariance (width, width), unbiased.</summary>
public sealed class Moments
{
    /// <param name="covariance">(width, width), symmetric.</param>
    public Moments(double[] mean, double[,] covariance)
    {
        if (covariance.GetLength(0) != mean.Length || covariance.GetLength(1) != mean.Length)
            throw new ArgumentException($"a covariance of {covariance.GetLength(0)}×{covariance.GetLength(1)} beside {mean.Length} means", nameof(covariance));
        (Mean, Covariance) = (mean, covariance);
    }

    public double[] Mean { get; }

    public double[,] Covariance { get; }

    public static Moments Of(Samples samples)
    {
        (int N, int W) = (samples.Count, samples.Width);
        if (N < 2)
            throw new FastGanException("a covariance needs at least 2 samples: give more than 1");
        double[] mean = new double[W];
        for (int i = 0; i < N; i++)
        {
            for (int k = 0; k < W; k++)
                mean[k] += samples[i][k];
        }

        for (int k = 0; k < W; k++)
            mean[k] /= N;

        // A row of the upper half at a time: one thread adds its sums in the order of the samples.
        double[,] covariance = new double[W, W];
        Parallel.For(0, W, k =>
        {
            double[] row = new double[W];
            for (int i = 0; i < N; i++)
            {
                ReadOnlySpan<float> sample = samples[i];
                double difference = sample[k] - mean[k];
                for (int l = k; l < W; l++)
                    row[l] += difference * (sample[l] - mean[l]);
            }

            for (int l = k; l < W; l++)
                covariance[k, l] = covariance[l, k] = row[l] / (N - 1);
        });
        return new Moments(mean, covariance);
    }
}
