using FastGan.Tensors;

namespace FastGan.Cpu;

// A loss is a few hundred numbers: one worker computes it, in double.
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>The least |dlogits| · N / |weight|.</summary>
    private const double LeastGradient = 1e-20;

    public void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits)
    {
        Unscaled(lossScale);
        if (index == 0)
        {
            int N = logits.Count;
            float* l = Reals(logits), d = Reals(dlogits);
            double losses = 0, scores = 0;
            for (int n = 0; n < N; n++)
            {
                double e = Math.Exp(-Math.Abs((double)l[n])), large = 1 / (1 + e), small = e / (1 + e);
                (double sigmoid, double complement) = l[n] > 0 ? (large, small) : (small, large);
                losses += (1 - target) * Math.Max(l[n], 0) + target * Math.Max(-l[n], 0) + double.LogP1(e);
                scores += sigmoid;

                // σ(l) − t without cancellation where σ is near 0 or 1.
                double gradient = (1 - target) * sigmoid - target * complement;
                if (Math.Abs(gradient) < LeastGradient)
                    gradient = gradient < 0 || (gradient == 0 && target > 0.5) ? -LeastGradient : LeastGradient;
                d[n] = (float)(weight * gradient / N);
            }

            *Reals(loss) = (float)(weight * losses / N);
            *Reals(score) = (float)(scores / N);
        }

        team.Sync();
    }

    public void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        Unscaled(lossScale);
        if (index == 0)
        {
            int N = scores.Count;
            double sum = 0;
            for (int n = 0; n < N; n++)
                sum += Reals(scores)[n];
            new Span<float>(Reals(dscores), N).Fill((float)(-y / N));
            *Reals(loss) = (float)(-y * sum / N);
            *Reals(score) = (float)(sum / N);
        }

        team.Sync();
    }
}
