using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

// Moving averages are written a + (1 − β)(x − a): β and 1 − β rounded to float apart would scale them by 1 ± 3e-8 / (1 − β).
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>How many numbers ahead of its turn each of Adam's four streams is asked for: 6 to 8 % of its time on a Xeon.</summary>
    private const int UpdateAhead = 256;

    /// <summary>Whether updated parameters are written past the caches, because other workers will read them.</summary>
    private bool UpdatesPast => team.Size > 1;

    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters, Tensor? norm = null)
    {
        Unscaled(lossScale);
        Slab slab = new(rule, rates, gradients, state, parameters, UpdatesPast);
        Span<double> sums = UpdateChunks(slab, Early?.Update);
        if (norm is null)
            return;
        team.Sync();
        PutNorm(sums, norm);
    }

    /// <summary>Updates what was not updated with its gradient; returns the sums of all gradients' squares, some of which others may be at still.</summary>
    private Span<double> UpdateChunks(in Slab slab, EarlyUpdate? early)
    {
        Span<double> sums = early is null ? ChunkSums(slab.Count) : early.Sums;
        int count = early is null ? sums.Length : early.Rest.Length;
        for (Pieces chunks = Deal(count, 1, count); chunks.Next(out int chunk, out int end);)
        {
            for (; chunk < end; chunk++)
            {
                (int from, int to) = early is null ? Chunk(chunk, slab.Count) : early.Rest[chunk];
                sums[chunk] = slab.Update(from, to);
            }
        }

        return sums;
    }

    public void Clip(double limit, Tensor? lossScale, Tensor values)
    {
        Unscaled(lossScale);
        (int from, int whole, int to) = ShareVectors(values.Count);
        Clip((float)limit, from, whole, Reals(values));
        CpuWorker<float, Simd1>.Clip((float)limit, whole, to, Reals(values));
    }

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        (int from, int whole, int to) = ShareVectors(values.Count);
        MovingAverage((float)(1 - decay), from, whole, Reals(values), Reals(average));
        CpuWorker<float, Simd1>.MovingAverage((float)(1 - decay), whole, to, Reals(values), Reals(average));
    }

    public void Norm(Tensor values, Tensor? lossScale, Tensor norm)
    {
        Unscaled(lossScale);
        PutNorm(TeamDots(values.Count, Reals(values), Reals(values)), norm);
    }

    public void AdjustLossScale(Tensor lossScale) => Unscaled(lossScale);

    /// <summary>The processor trains in single precision, which needs no loss scale.</summary>
    private static void Unscaled(Tensor? lossScale)
    {
        if (lossScale is not null)
            throw new NotSupportedException("loss scaling is for half precision, which the processor doesn't compute in");
    }

    /// <summary>The norm from the sums of squares of its chunks, once all are there.</summary>
    private void PutNorm(ReadOnlySpan<double> squares, Tensor norm)
    {
        if (index == 0)
            *Reals(norm) = (float)Math.Sqrt(Total(squares));
    }

    /// <summary>Parameters, and what their update reads and writes.</summary>
    /// <param name="past">See <see cref="UpdatesPast"/>.</param>
    private readonly struct Slab(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor state, Tensor parameters, bool past)
    {
        private readonly float _rate = Reals(rates)[0], _correction = Reals(rates)[1];
        private readonly float* _g = Reals(gradients), _s = Reals(state), _p = Reals(parameters);

        public int Count => parameters.Count;

        /// <summary>Updates parameters [from, to); returns their gradients' Σ g².</summary>
        public double Update(int from, int to) => Update(from, to, _g);

        /// <summary>The same with gradients from elsewhere: parameter i's is g[i].</summary>
        public double Update(int from, int to, float* g)
        {
            // The slab is aligned, and only vectors that lie aligned are written past the caches.
            int first = Math.Min(to, Padded(from)), whole = to - (to - first) % Width;
            return (double)CpuWorker<float, Simd1>.Update(rule, _rate, _correction, Count, from, first, g, _s, _p, past)
                + CpuWorker<V, S>.Update(rule, _rate, _correction, Count, first, whole, g, _s, _p, past)
                + CpuWorker<float, Simd1>.Update(rule, _rate, _correction, Count, whole, to, g, _s, _p, past);
        }
    }

    /// <summary>Updates parameters [from, to) of <paramref name="count"/>; returns their gradients' Σ g².</summary>
    private static float Update(
        OptimizerRule rule, float rate, float correction, int count, int from, int to, float* g, float* state, float* p, bool past) => rule switch
        {
            AdamRule adam => Adam(adam, rate, correction, from, to, g, state, state + count, p, past),
            RmsPropRule rmsProp => RmsProp(rmsProp, rate, from, to, g, state, p, past),
            SgdRule sgd => Sgd(sgd, rate, from, to, g, state, p, past),
            _ => throw new NotSupportedException($"no update for {rule.GetType()}"),
        };

    /// <summary>Reads 16 and writes 12 bytes an element.</summary>
    private static float Adam(AdamRule rule, float rate, float correction, int from, int to, float* g, float* m, float* v, float* p, bool past)
    {
        V followM = S.Broadcast((float)(1 - rule.Beta1)), followV = S.Broadcast((float)(1 - rule.Beta2));
        V step = S.Broadcast(-rate), scale = S.Broadcast(correction), epsilon = S.Broadcast((float)rule.Epsilon);
        V squares = S.Zero;
        for (int i = from; i < to; i += Width)
        {
            Prefetch.Near(g + i + UpdateAhead);
            Prefetch.Near(m + i + UpdateAhead);
            Prefetch.Near(v + i + UpdateAhead);
            Prefetch.Near(p + i + UpdateAhead);
            V dp = S.Load(g + i), mean = S.Load(m + i), square = S.Load(v + i);
            squares = S.MultiplyAdd(dp, dp, squares);
            mean = S.MultiplyAdd(followM, S.Subtract(dp, mean), mean);
            square = S.MultiplyAdd(followV, S.Subtract(S.Multiply(dp, dp), square), square);
            V direction = S.Divide(mean, S.MultiplyAdd(S.Sqrt(square), scale, epsilon));
            S.Store(mean, m + i);
            S.Store(square, v + i);
            Store(S.MultiplyAdd(step, direction, S.Load(p + i)), p + i, past);
        }

        return S.Sum(squares);
    }

    /// <summary>Reads 12 and writes 8 bytes an element.</summary>
    private static float RmsProp(RmsPropRule rule, float rate, int from, int to, float* g, float* s, float* p, bool past)
    {
        V follow = S.Broadcast((float)(1 - rule.Alpha)), step = S.Broadcast(-rate), epsilon = S.Broadcast((float)rule.Epsilon);
        V squares = S.Zero;
        for (int i = from; i < to; i += Width)
        {
            V dp = S.Load(g + i), square = S.Load(s + i);
            squares = S.MultiplyAdd(dp, dp, squares);
            square = S.MultiplyAdd(follow, S.Subtract(S.Multiply(dp, dp), square), square);
            V direction = S.Divide(dp, S.Add(S.Sqrt(square), epsilon));
            S.Store(square, s + i);
            Store(S.MultiplyAdd(step, direction, S.Load(p + i)), p + i, past);
        }

        return S.Sum(squares);
    }

    /// <summary>Reads 12 and writes 8 bytes an element.</summary>
    private static float Sgd(SgdRule rule, float rate, int from, int to, float* g, float* b, float* p, bool past)
    {
        V momentum = S.Broadcast((float)rule.Momentum), step = S.Broadcast(-rate), squares = S.Zero;
        for (int i = from; i < to; i += Width)
        {
            V dp = S.Load(g + i), velocity = S.MultiplyAdd(momentum, S.Load(b + i), dp);
            squares = S.MultiplyAdd(dp, dp, squares);
            S.Store(velocity, b + i);
            Store(S.MultiplyAdd(step, velocity, S.Load(p + i)), p + i, past);
        }

        return S.Sum(squares);
    }

    private static void Store(V v, float* at, bool past)
    {
        if (past)
            S.StorePast(v, at);
        else
            S.Store(v, at);
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
