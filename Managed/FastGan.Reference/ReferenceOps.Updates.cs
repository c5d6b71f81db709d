using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters, Tensor? norm = null)
    {
        if (norm is not null)
            Norm(gradients, lossScale, norm);
        if (lossScale is not null && Reals(lossScale)[LossScale.IsFinite] == 0)
            return;
        int count = parameters.Count;
        double rate = Reals(rates)[0], correction = Reals(rates)[1];
        double* first = Reals(state), second = first + count;
        for (int i = 0; i < count; i++)
        {
            double g = Reals(gradients)[i] / Scale(lossScale);
            double* p = Reals(parameters) + i;
            switch (rule)
            {
                case AdamRule adam:
                    first[i] = adam.Beta1 * first[i] + (1 - adam.Beta1) * g;
                    second[i] = adam.Beta2 * second[i] + (1 - adam.Beta2) * g * g;
                    *p -= rate * first[i] / (Math.Sqrt(second[i]) * correction + adam.Epsilon);
                    break;
                case RmsPropRule rms:
                    first[i] = rms.Alpha * first[i] + (1 - rms.Alpha) * g * g;
                    *p -= rate * g / (Math.Sqrt(first[i]) + rms.Epsilon);
                    break;
                case SgdRule sgd:
                    first[i] = sgd.Momentum * first[i] + g;
                    *p -= rate * first[i];
                    break;
                default:
                    throw new NotSupportedException($"the reference backend has no update rule {rule}");
            }
        }
    }

    public void Clip(double limit, Tensor? lossScale, Tensor values)
    {
        limit *= Scale(lossScale);
        for (int i = 0; i < values.Count; i++)
            Reals(values)[i] = Math.Clamp(Reals(values)[i], -limit, limit);
    }

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        for (int i = 0; i < values.Count; i++)
            Reals(average)[i] = decay * Reals(average)[i] + (1 - decay) * Reals(values)[i];
    }

    public void Norm(Tensor values, Tensor? lossScale, Tensor norm)
    {
        double squares = 0;
        for (int i = 0; i < values.Count; i++)
            squares += Reals(values)[i] * Reals(values)[i];
        if (lossScale is null || double.IsFinite(squares))
            *Reals(norm) = Math.Sqrt(squares) / Scale(lossScale);
        if (lossScale is not null)
            Reals(lossScale)[LossScale.IsFinite] = double.IsFinite(squares) ? 1 : 0;
    }

    public void AdjustLossScale(Tensor lossScale)
    {
        double* s = Reals(lossScale);
        if (s[LossScale.IsFinite] == 0)
        {
            s[LossScale.Scale] = Math.Max(s[LossScale.Scale] / 2, LossScale.Least);
            s[LossScale.Finite] = 0;
            s[LossScale.Skipped]++;
        }
        else if (++s[LossScale.Finite] == LossScale.Growth)
        {
            s[LossScale.Scale] = Math.Min(s[LossScale.Scale] * 2, LossScale.Most);
            s[LossScale.Finite] = 0;
        }
    }

    private static double Scale(Tensor? lossScale) => lossScale is null ? 1 : Reals(lossScale)[LossScale.Scale];
}
