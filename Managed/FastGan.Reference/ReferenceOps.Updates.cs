using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor state, Tensor parameters)
    {
        int count = parameters.Count;
        double rate = Reals(rates)[0], correction = Reals(rates)[1];
        double* first = Reals(state), second = first + count;
        for (int i = 0; i < count; i++)
        {
            double g = Reals(gradients)[i];
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

    public void Clip(double limit, Tensor values)
    {
        for (int i = 0; i < values.Count; i++)
            Reals(values)[i] = Math.Clamp(Reals(values)[i], -limit, limit);
    }

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        for (int i = 0; i < values.Count; i++)
            Reals(average)[i] = decay * Reals(average)[i] + (1 - decay) * Reals(values)[i];
    }

    public void Norm(Tensor values, Tensor norm)
    {
        double squares = 0;
        for (int i = 0; i < values.Count; i++)
            squares += Reals(values)[i] * Reals(values)[i];
        *Reals(norm) = Math.Sqrt(squares);
    }
}
