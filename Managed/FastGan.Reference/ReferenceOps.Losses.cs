using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits)
    {
        int N = logits.Count;
        double sumLoss = 0, sumScore = 0;
        for (int n = 0; n < N; n++)
        {
            double l = Reals(logits)[n];
            double softplus = Math.Max(l, 0) + Math.Log(1 + Math.Exp(-Math.Abs(l)));
            sumLoss += softplus - target * l;
            sumScore += Sigmoid(l);

            // σ(l) − t, written so that nothing cancels where t is 0 or 1.
            double d = (1 - target) * Sigmoid(l) - target * Sigmoid(-l);
            if (Math.Abs(d) < 1e-20)
                d = d < 0 || (d == 0 && target > 0.5) ? -1e-20 : 1e-20;
            Reals(dlogits)[n] = Scale(lossScale) * weight * d / N;
        }

        *Reals(loss) = weight * sumLoss / N;
        *Reals(score) = sumScore / N;
    }

    public void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        int N = scores.Count;
        double sum = 0;
        for (int n = 0; n < N; n++)
        {
            sum += Reals(scores)[n];
            Reals(dscores)[n] = Scale(lossScale) * -y / N;
        }

        *Reals(loss) = -y * sum / N;
        *Reals(score) = sum / N;
    }

    public void Hinge(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        int N = scores.Count;
        double sumLoss = 0, sumScore = 0;
        for (int n = 0; n < N; n++)
        {
            double s = Reals(scores)[n];
            sumLoss += Math.Max(0, 1 - y * s);
            sumScore += s;
            Reals(dscores)[n] = y * s < 1 ? Scale(lossScale) * -y / N : 0;
        }

        *Reals(loss) = sumLoss / N;
        *Reals(score) = sumScore / N;
    }

    public void LeastSquares(
        Tensor predictions, Tensor? targets, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dpredictions)
    {
        int N = predictions.Shape.N;
        double squares = 0, sum = 0;
        for (int i = 0; i < predictions.Count; i++)
        {
            double p = Reals(predictions)[i], error = p - (targets is null ? target : Reals(targets)[i]);
            squares += error * error;
            sum += p;
            Reals(dpredictions)[i] = Scale(lossScale) * weight * error / N;
        }

        *Reals(loss) = weight * squares / (2 * N);
        *Reals(score) = sum / predictions.Count;
    }

    public void SoftmaxCrossEntropy(Tensor logits, Tensor labels, double weight, Tensor? lossScale, Tensor loss, Tensor accuracy, Tensor dlogits)
    {
        int N = logits.Shape.N, K = logits.Shape.C, right = 0;
        double sumLoss = 0;
        for (int n = 0; n < N; n++)
        {
            double* l = Reals(logits) + n * K;
            int label = Ints(labels)[n], largest = 0;
            double lse = LogSumExp(l, K);
            for (int k = 0; k < K; k++)
            {
                largest = l[k] > l[largest] ? k : largest;
                Reals(dlogits)[n * K + k] = Scale(lossScale) * weight * (Math.Exp(l[k] - lse) - (k == label ? 1 : 0)) / N;
            }

            sumLoss += lse - l[label];
            right += largest == label ? 1 : 0;
        }

        *Reals(loss) = weight * sumLoss / N;
        *Reals(accuracy) = (double)right / N;
    }

    public void LogSumExp(Tensor logits, Tensor y)
    {
        for (int n = 0; n < logits.Shape.N; n++)
            Reals(y)[n] = LogSumExp(Reals(logits) + n * logits.Shape.C, logits.Shape.C);
    }

    public void LogSumExpBackward(Tensor logits, Tensor y, Tensor dy, Tensor dlogits)
    {
        for (int i = 0; i < logits.Count; i++)
        {
            int n = i / logits.Shape.C;
            Reals(dlogits)[i] = Reals(dy)[n] * Math.Exp(Reals(logits)[i] - Reals(y)[n]);
        }
    }

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dlogits)
    {
        int K = y.Shape.C;
        for (int n = 0; n < y.Shape.N; n++)
        {
            double mean = 0;
            for (int i = n * K; i < (n + 1) * K; i++)
                mean += Reals(y)[i] * Reals(dy)[i];
            for (int i = n * K; i < (n + 1) * K; i++)
                Reals(dlogits)[i] = Reals(y)[i] * (Reals(dy)[i] - mean);
        }
    }

    private static double LogSumExp(double* logits, int K)
    {
        double largest = double.NegativeInfinity, sum = 0;
        for (int k = 0; k < K; k++)
            largest = Math.Max(largest, logits[k]);
        for (int k = 0; k < K; k++)
            sum += Math.Exp(logits[k] - largest);
        return largest + Math.Log(sum);
    }
}
