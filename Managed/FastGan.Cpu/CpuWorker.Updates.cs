using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

// Moving averages are written a + (1 − β)(x − a): β and 1 − β rounded to float apart would scale them by 1 ± 3e-8 / (1 − β).
internal sealed unsafe partial class CpuWorker<V, S>
{
    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters)
    {
        Unscaled(lossScale);
        (float rate, float correction) = (Reals(rates)[0], Reals(rates)[1]);
        float* g = Reals(gradients), s = Reals(state), p = Reals(parameters);
        (int from, int whole, int to) = ShareVectors(parameters.Count);
        switch (rule)
        {
            case AdamRule adam:
                float* v = s + parameters.Count;
                Adam(adam, rate, correction, from, whole, g, s, v, p);
                CpuWorker<float, Simd1>.Adam(adam, rate, correction, whole, to, g, s, v, p);
                break;
            case RmsPropRule rmsProp:
                RmsProp(rmsProp, rate, from, whole, g, s, p);
                CpuWorker<float, Simd1>.RmsProp(rmsProp, rate, whole, to, g, s, p);
                break;
            case SgdRule sgd:
                Sgd(sgd, rate, from, whole, g, s, p);
                CpuWorker<float, Simd1>.Sgd(sgd, rate, whole, to, g, s, p);
                break;
            default:
                throw new NotSupportedException($"no update for {rule.GetType()}");
        }

        team.Sync();
    }

    public void Clip(double limit, Tensor? lossScale, Tensor values)
    {
        Unscaled(lossScale);
        (int from, int whole, int to) = ShareVectors(values.Count);
        Clip((float)limit, from, whole, Reals(values));
        CpuWorker<float, Simd1>.Clip((float)limit, whole, to, Reals(values));
        team.Sync();
    }

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        (int from, int whole, int to) = ShareVectors(values.Count);
        MovingAverage((float)(1 - decay), from, whole, Reals(values), Reals(average));
        CpuWorker<float, Simd1>.MovingAverage((float)(1 - decay), whole, to, Reals(values), Reals(average));
        team.Sync();
    }

    public void Norm(Tensor values, Tensor? lossScale, Tensor norm)
    {
        Unscaled(lossScale);
        double squares = TeamDot(values.Count, Reals(values), Reals(values));
        if (index == 0)
            *Reals(norm) = (float)Math.Sqrt(squares);
        team.Sync();
    }

    public void AdjustLossScale(Tensor lossScale) => Unscaled(lossScale);

    /// <summary>The processor trains in single precision, which needs no loss scale.</summary>
    private static void Unscaled(Tensor? lossScale)
    {
        if (lossScale is not null)
            throw new NotSupportedException("loss scaling is for half precision, which the processor doesn't compute in");
    }

    /// <summary>Reads 16 and writes 12 bytes an element.</summary>
    private static void Adam(AdamRule rule, float rate, float correction, int from, int to, float* g, float* m, float* v, float* p)
    {
        V followM = S.Broadcast((float)(1 - rule.Beta1)), followV = S.Broadcast((float)(1 - rule.Beta2));
        V step = S.Broadcast(-rate), scale = S.Broadcast(correction), epsilon = S.Broadcast((float)rule.Epsilon);
        for (int i = from; i < to; i += Width)
        {
            V dp = S.Load(g + i), mean = S.Load(m + i), square = S.Load(v + i);
            mean = S.MultiplyAdd(followM, S.Subtract(dp, mean), mean);
            square = S.MultiplyAdd(followV, S.Subtract(S.Multiply(dp, dp), square), square);
            V direction = S.Divide(mean, S.MultiplyAdd(S.Sqrt(square), scale, epsilon));
            S.Store(mean, m + i);
            S.Store(square, v + i);
            S.StorePast(S.MultiplyAdd(step, direction, S.Load(p + i)), p + i);
        }
    }

    /// <summary>Reads 12 and writes 8 bytes an element.</summary>
    private static void RmsProp(RmsPropRule rule, float rate, int from, int to, float* g, float* s, float* p)
    {
        V follow = S.Broadcast((float)(1 - rule.Alpha)), step = S.Broadcast(-rate), epsilon = S.Broadcast((float)rule.Epsilon);
        for (int i = from; i < to; i += Width)
        {
            V dp = S.Load(g + i), square = S.Load(s + i);
            square = S.MultiplyAdd(follow, S.Subtract(S.Multiply(dp, dp), square), square);
            V direction = S.Divide(dp, S.Add(S.Sqrt(square), epsilon));
            S.Store(square, s + i);
            S.StorePast(S.MultiplyAdd(step, direction, S.Load(p + i)), p + i);
        }
    }

    /// <summary>Reads 12 and writes 8 bytes an element.</summary>
    private static void Sgd(SgdRule rule, float rate, int from, int to, float* g, float* b, float* p)
    {
        V momentum = S.Broadcast((float)rule.Momentum), step = S.Broadcast(-rate);
        for (int i = from; i < to; i += Width)
        {
            V velocity = S.MultiplyAdd(momentum, S.Load(b + i), S.Load(g + i));
            S.Store(velocity, b + i);
            S.Store(S.MultiplyAdd(step, velocity, S.Load(p + i)), p + i);
        }
    }

    private static void Clip(float limit, int from, int to, float* values)
    {
        V high = S.Broadcast(limit), low = S.Broadcast(-limit);
        for (int i = from; i < to; i += Width)
            S.Store(S.Max(S.Min(S.Load(values + i), high), low), values + i);
    }

    private static void MovingAverage(float follow, int from, int to, float* values, float* average)
    {
        V share = S.Broadcast(follow);
        for (int i = from; i < to; i += Width)
        {
            V old = S.Load(average + i);
            S.Store(S.MultiplyAdd(share, S.Subtract(S.Load(values + i), old), old), average + i);
        }
    }
}
