namespace FastGan.Evaluation.Scores;

/// <summary>
/// exp E KL(p(y | x) ‖ p(y)) of a classifier's probabilities for generated samples (Salimans et al., 2016), from 1, where all samples look alike to it, to the
/// number of classes, where it is sure of each sample and sees every class equally often.
/// </summary>
public static class InceptionScore
{
    private const double Rounding = 1e-3;

    /// <param name="probabilities">(samples, classes); a row sums to 1.</param>
    public static double Of(Samples probabilities)
    {
        (int N, int K) = (probabilities.Count, probabilities.Width);
        double[] mean = new double[K];
        for (int i = 0; i < N; i++)
        {
            double sum = 0;
            for (int k = 0; k < K; k++)
            {
                double p = probabilities[i][k];
                sum += p >= 0 ? p : throw new FastGanException($"sample {i} has a probability of {p} for class {k}: give what a softmax returns");
                mean[k] += p;
            }

            if (Math.Abs(sum - 1) > Rounding)
                throw new FastGanException($"the probabilities of sample {i} sum to {sum:g4}, not 1: give what a softmax returns");
        }

        double total = 0;
        for (int i = 0; i < N; i++)
        {
            for (int k = 0; k < K; k++)
            {
                double p = probabilities[i][k];
                if (p > 0)
                    total += p * Math.Log(p * N / mean[k]);
            }
        }

        return Math.Exp(total / N);
    }
}
