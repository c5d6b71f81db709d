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
    }

    public void Hinge(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        Unscaled(lossScale);
        if (index == 0)
        {
            int N = scores.Count;
            double losses = 0, sum = 0;
            for (int n = 0; n < N; n++)
            {
                double s = Reals(scores)[n], margin = 1 - y * s;
                losses += Math.Max(0, margin);
                sum += s;
                Reals(dscores)[n] = margin > 0 ? (float)(-y / N) : 0;
            }

            *Reals(loss) = (float)(losses / N);
            *Reals(score) = (float)(sum / N);
        }
    }

    public void LeastSquares(
        Tensor predictions, Tensor? targets, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dpredictions)
    {
        Unscaled(lossScale);
        if (index == 0)
        {
            int N = predictions.Shape.N;
            double squares = 0, sum = 0;
            for (int i = 0; i < predictions.Count; i++)
            {
                double p = Reals(predictions)[i], error = p - (targets is null ? target : Reals(targets)[i]);
                squares += error * error;
                sum += p;
                Reals(dpredictions)[i] = (float)(weight * error / N);
            }

            *Reals(loss) = (float)(weight * squares / (2 * N));
            *Reals(score) = (float)(sum / predictions.Count);
        }
    }

    public void SoftmaxCrossEntropy(Tensor logits, Tensor labels, double weight, Tensor? lossScale, Tensor loss, Tensor accuracy, Tensor dlogits)
    {
        Unscaled(lossScale);
        if (index == 0)
        {
            int N = logits.Shape.N, K = logits.Shape.C, right = 0;
            double losses = 0;
            for (int n = 0; n < N; n++)
            {
                float* l = Reals(logits) + n * K, d = Reals(dlogits) + n * K;
                int label = Ints(labels)[n], largest = 0;
                double logSum = LogSumExp(l, K);
                for (int k = 0; k < K; k++)
                {
                    if (l[k] > l[largest])
                        largest = k;
                    d[k] = (float)(weight * (Math.Exp(l[k] - logSum) - (k == label ? 1 : 0)) / N);
                }

                losses += logSum - l[label];
                right += largest == label ? 1 : 0;
            }

            *Reals(loss) = (float)(weight * losses / N);
            *Reals(accuracy) = (float)right / N;
        }
    }

    public void LogSumExp(Tensor logits, Tensor y)
    {
        if (index == 0)
        {
            (int N, int K) = (logits.Shape.N, logits.Shape.C);
            for (int n = 0; n < N; n++)
                Reals(y)[n] = (float)LogSumExp(Reals(logits) + n * K, K);
        }
    }

    public void LogSumExpBackward(Tensor logits, Tensor y, Tensor dy, Tensor dlogits)
    {
        if (index == 0)
        {
            (int N, int K) = (logits.Shape.N, logits.Shape.C);
            for (int n = 0; n < N; n++)
            {
                float* l = Reals(logits) + n * K, d = Reals(dlogits) + n * K;
                double logSum = Reals(y)[n];
                for (int k = 0; k < K; k++)
                    d[k] = (float)(Reals(dy)[n] * Math.Exp(l[k] - logSum));
            }
        }
    }

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dlogits)
    {
        if (index == 0)
        {
            (int N, int K) = (y.Shape.N, y.Shape.C);
            for (int n = 0; n < N; n++)
            {
                float* p = Reals(y) + n * K, dp = Reals(dy) + n * K, d = Reals(dlogits) + n * K;
                double mean = 0;
                for (int k = 0; k < K; k++)
                    mean += (double)p[k] * dp[k];
                for (int k = 0; k < K; k++)
                    d[k] = (float)(p[k] * (dp[k] - mean));
            }
        }
    }

    /// <summary>Of K logits; the largest is taken out, so that no power overflows.</summary>
    private static double LogSumExp(float* logits, int K)
    {
        float largest = float.NegativeInfinity;
        for (int k = 0; k < K; k++)
            largest = Math.Max(largest, logits[k]);
        double sum = 0;
        for (int k = 0; k < K; k++)
            sum += Math.Exp((double)logits[k] - largest);
        return largest + Math.Log(sum);
    }
}
