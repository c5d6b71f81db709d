using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Columns of a matrix whose sums stay in the first cache while its rows go by.</summary>
    private const int ColumnBlock = 1024;

    /// <summary>Reads 8 and writes 4 bytes an element.</summary>
    public void Mix(Tensor a, Tensor b, Tensor t, Tensor y)
    {
        int count = y.Shape.SampleCount, whole = count - count % Width;
        (int from, int to) = Share(y.Shape.N);
        for (int n = from; n < to; n++)
        {
            float share = (Reals(t)[n] + 1) / 2;
            float* na = Reals(a) + n * count, nb = Reals(b) + n * count, ny = Reals(y) + n * count;
            Mix(share, 0, whole, na, nb, ny);
            CpuWorker<float, Simd1>.Mix(share, whole, count, na, nb, ny);
        }
    }

    /// <summary>A sample is in the cache when it is read again: reads 4 and writes 4 bytes an element.</summary>
    public void GradientPenalty(Tensor g, double center, double weight, Tensor? lossScale, Tensor loss, Tensor norm, Tensor dg)
    {
        Unscaled(lossScale);
        int N = g.Shape.N, count = g.Shape.SampleCount;
        double* norms = (double*)team.Scratch((long)N * sizeof(double));
        (int from, int to) = Share(N);
        for (int n = from; n < to; n++)
        {
            float* sample = Reals(g) + n * count;
            norms[n] = Math.Sqrt(Dot(count, sample, sample));
            Scale((float)(2 * weight / N * (norms[n] - center) * Inverse(norms[n])), count, sample, Reals(dg) + n * count);
        }

        team.Sync();
        if (index == 0)
        {
            double losses = 0, sum = 0;
            for (int n = 0; n < N; n++)
            {
                losses += (norms[n] - center) * (norms[n] - center);
                sum += norms[n];
            }

            *Reals(loss) = (float)(weight * losses / N);
            *Reals(norm) = (float)(sum / N);
        }
    }

    /// <summary>Reads w three times and writes y: 16 bytes an element.</summary>
    public void SpectralNorm(Tensor w, Tensor u, Tensor v, Tensor sigma, Tensor y)
    {
        (int K, int columns) = (w.Shape.N, w.Shape.SampleCount);
        float* wu = (float*)team.Scratch((columns + (long)K) * sizeof(float)), wv = wu + columns;
        (int from, int whole, int to) = ShareVectors(columns);
        SumRows(K, columns, from, whole, Reals(w), Reals(u), wu);
        CpuWorker<float, Simd1>.SumRows(K, columns, whole, to, Reals(w), Reals(u), wu);
        team.Sync();

        // Each worker computes the norms for itself: that is less than waiting for another to do it.
        float inverse = (float)Inverse(Math.Sqrt(Dot(columns, wu, wu)));
        Scale(inverse, to - from, wu + from, Reals(v) + from);
        (from, to) = Share(K);
        for (int k = from; k < to; k++)
            wv[k] = (float)(Dot(columns, Reals(w) + (long)k * columns, wu) * inverse);
        team.Sync();

        double norm = Math.Sqrt(Dot(K, wv, wv));
        if (index == 0)
            *Reals(sigma) = (float)norm;
        inverse = (float)Inverse(norm);
        for (int k = from; k < to; k++)
        {
            Reals(u)[k] = wv[k] * inverse;
            Scale(inverse, columns, Reals(w) + (long)k * columns, Reals(y) + (long)k * columns);
        }
    }

    /// <summary>Reads y, reads dy twice and writes dw: 16 bytes an element.</summary>
    public void SpectralNormBackward(Tensor dy, Tensor y, Tensor u, Tensor v, Tensor sigma, Tensor dw)
    {
        (int K, int columns) = (y.Shape.N, y.Shape.SampleCount);
        int whole = columns - columns % Width;
        double product = TeamDot(y.Count, Reals(dy), Reals(y)), inverse = Inverse(*Reals(sigma));
        (int from, int to) = Share(K);
        for (int k = from; k < to; k++)
        {
            float along = (float)(-product * Reals(u)[k] * inverse);
            float* row = Reals(dy) + (long)k * columns, drow = Reals(dw) + (long)k * columns;
            ScaleAndAdd((float)inverse, row, along, Reals(v), 0, whole, drow);
            CpuWorker<float, Simd1>.ScaleAndAdd((float)inverse, row, along, Reals(v), whole, columns, drow);
        }
    }

    private static double Inverse(double value) => value == 0 ? 0 : 1 / value;

    private static void Mix(float share, int from, int to, float* a, float* b, float* y)
    {
        V part = S.Broadcast(share);
        for (int i = from; i < to; i += Width)
        {
            V other = S.Load(b + i);
            S.Store(S.MultiplyAdd(part, S.Subtract(S.Load(a + i), other), other), y + i);
        }
    }

    /// <summary>sums[i] = Σₖ factors[k] · rows[k,i] for columns i in [from, to), each in the order of k.</summary>
    private static void SumRows(int K, int columns, int from, int to, float* rows, float* factors, float* sums)
    {
        new Span<float>(sums + from, to - from).Clear();
        for (int block = from; block < to; block += ColumnBlock)
        {
            int end = Math.Min(block + ColumnBlock, to);
            for (int k = 0; k < K; k++)
            {
                V factor = S.Broadcast(factors[k]);
                float* row = rows + (long)k * columns;
                for (int i = block; i < end; i += Width)
                    S.Store(S.MultiplyAdd(factor, S.Load(row + i), S.Load(sums + i)), sums + i);
            }
        }
    }

    /// <summary>y = p · a + q · b.</summary>
    private static void ScaleAndAdd(float p, float* a, float q, float* b, int from, int to, float* y)
    {
        (V vp, V vq) = (S.Broadcast(p), S.Broadcast(q));
        for (int i = from; i < to; i += Width)
            S.Store(S.MultiplyAdd(vp, S.Load(a + i), S.Multiply(vq, S.Load(b + i))), y + i);
    }
}
