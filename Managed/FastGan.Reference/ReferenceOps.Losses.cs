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
                d = target > 0.5 ? -1e-20 : 1e-20;
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
}
