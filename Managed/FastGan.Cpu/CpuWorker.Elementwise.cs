using System.Runtime.CompilerServices;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Runs of at least this many floats are copied as blocks.</summary>
    private const int BlockCopy = 16;

    public void ActivationBackward(Activation act, Tensor y, Tensor dy, Tensor dx, Write mode, Tensor? dbias)
    {
        float* output = Output(act, y, dy);
        if (dbias is null)
        {
            (int from, int whole, int to) = ShareVectors(dy.Count);
            Backward(act, from, whole, output, Reals(dy), Reals(dx));
            CpuWorker<float, Simd1>.Backward(act, whole, to, output, Reals(dy), Reals(dx));
        }
        else
        {
            int C = dy.Shape.C;
            ColumnTiles tiles = new(dy.Count, C, Width);
            float* sums = (float*)team.Scratch((long)tiles.SumsCount * sizeof(float));
            (int from, int to) = Share(tiles.Count);
            for (int t = from; t < to; t++)
            {
                (ColumnTiles.Tile whole, ColumnTiles.Tile remainder) = tiles[t].Split(Width);
                BackwardSums(act, tiles.Period, whole, output, Reals(dy), Reals(dx), sums);
                CpuWorker<float, Simd1>.BackwardSums(act, tiles.Period, remainder, output, Reals(dy), Reals(dx), sums);
            }

            team.Sync();
            (from, to) = Share(C);
            for (int c = from; c < to; c++)
                WriteGradient(tiles.Sum(sums, c), mode, Reals(dbias) + c);
        }
    }

    public void Fill(double value, Tensor y)
    {
        (int from, int to) = Share(y.Count);
        new Span<float>(Reals(y) + from, to - from).Fill((float)value);
    }

    public void Multiply(Tensor a, Tensor b, Tensor y)
    {
        (int from, int whole, int to) = ShareVectors(y.Count);
        Multiply(from, whole, Reals(a), Reals(b), Reals(y));
        CpuWorker<float, Simd1>.Multiply(whole, to, Reals(a), Reals(b), Reals(y));
    }

    public void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y)
    {
        int N = x.Shape.N, count = x.Shape.SampleCount;
        (int from, int to) = Share(N);
        for (int n = from; n < to; n++)
            Scale(Reals(numerator)[n] / Reals(denominator)[n], count, Reals(x) + n * count, Reals(y) + n * count);
    }

    public void ConcatChannels(Tensor a, Tensor b, Tensor y)
    {
        int Ca = a.Shape.C, Cb = b.Shape.C;
        CopyChannels(y.Shape.Pixels, Ca, Reals(a), Ca, Reals(y), Ca + Cb);
        CopyChannels(y.Shape.Pixels, Cb, Reals(b), Cb, Reals(y) + Ca, Ca + Cb);
    }

    public void SliceChannels(Tensor x, int first, Tensor y)
    {
        CopyChannels(y.Shape.Pixels, y.Shape.C, Reals(x) + first, x.Shape.C, Reals(y), y.Shape.C);
    }

    public void Maxout(Tensor x, Tensor y)
    {
        int pieces = x.Count / y.Count;
        (int from, int to) = Share(y.Count);
        for (int i = from; i < to; i++)
            Reals(y)[i] = Reals(x)[Largest(Reals(x), i * pieces, pieces)];
    }

    public void MaxoutBackward(Tensor x, Tensor dy, Tensor dx)
    {
        int pieces = x.Count / dy.Count;
        (int from, int to) = Share(dy.Count);
        new Span<float>(Reals(dx) + from * pieces, (to - from) * pieces).Clear();
        for (int i = from; i < to; i++)
            Reals(dx)[Largest(Reals(x), i * pieces, pieces)] = Reals(dy)[i];
    }

    public void Embed(Tensor table, Tensor labels, Tensor y)
    {
        int width = table.Shape.SampleCount;
        (int from, int to) = Share(labels.Count);
        for (int n = from; n < to; n++)
            Copy(Reals(table) + Ints(labels)[n] * width, Reals(y) + n * width, width);
    }

    /// <summary>Each worker has some of the columns, and adds the samples to them in their order.</summary>
    public void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable)
    {
        int N = labels.Count, width = dtable.Shape.SampleCount;
        (int from, int whole, int to) = ShareVectors(width);
        if (mode == Write.Overwrite)
        {
            for (int c = 0; c < dtable.Shape.N; c++)
                new Span<float>(Reals(dtable) + c * width + from, to - from).Clear();
        }

        for (int n = 0; n < N; n++)
        {
            float* row = Reals(dtable) + Ints(labels)[n] * width, drow = Reals(dy) + n * width;
            Add(from, whole, drow, row);
            CpuWorker<float, Simd1>.Add(whole, to, drow, row);
        }
    }

    /// <summary>Where act′ is read from: the identity doesn't look at y, which may be gone, so dy saves the memory traffic.</summary>
    private static float* Output(Activation act, Tensor y, Tensor dy) => Reals(act.Kind == ActivationKind.Identity ? dy : y);

    private static void Backward(Activation act, int from, int to, float* y, float* dy, float* dx)
    {
        V slope = S.Broadcast((float)act.Slope);
        for (int i = from; i < to; i += Width)
            S.Store(Backward(act.Kind, slope, S.Load(y + i), S.Load(dy + i)), dx + i);
    }

    private static void BackwardSums(Activation act, int period, ColumnTiles.Tile tile, float* y, float* dy, float* dx, float* sums)
    {
        V slope = S.Broadcast((float)act.Slope);
        float* sum = sums + tile.Sums;
        Clear(tile, sums);
        for (int r = tile.Row; r < tile.RowEnd; r++)
        {
            for (int c = tile.Column, i = r * period + c; c < tile.ColumnEnd; c += Width, i += Width)
            {
                V d = Backward(act.Kind, slope, S.Load(y + i), S.Load(dy + i));
                S.Store(d, dx + i);
                S.Store(S.Add(S.Load(sum + c), d), sum + c);
            }
        }
    }

    /// <summary>dy · act′, from the activation's output y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Backward(ActivationKind kind, V slope, V y, V dy) => kind switch
    {
        ActivationKind.LeakyRelu => S.WherePositive(y, dy, S.Multiply(dy, slope)),
        ActivationKind.Tanh => S.Multiply(dy, S.Subtract(S.Broadcast(1f), S.Multiply(y, y))),
        ActivationKind.Sigmoid => S.Multiply(dy, S.Multiply(y, S.Subtract(S.Broadcast(1f), y))),
        _ => dy,
    };

    private static void Multiply(int from, int to, float* a, float* b, float* y)
    {
        for (int i = from; i < to; i += Width)
            S.Store(S.Multiply(S.Load(a + i), S.Load(b + i)), y + i);
    }

    private static void Scale(float factor, int count, float* x, float* y)
    {
        int whole = count - count % Width;
        Scale(factor, 0, whole, x, y);
        CpuWorker<float, Simd1>.Scale(factor, whole, count, x, y);
    }

    private static void Scale(float factor, int from, int to, float* x, float* y)
    {
        V scale = S.Broadcast(factor);
        for (int i = from; i < to; i += Width)
            S.Store(S.Multiply(S.Load(x + i), scale), y + i);
    }

    private static void Add(int from, int to, float* x, float* sum)
    {
        for (int i = from; i < to; i += Width)
            S.Store(S.Add(S.Load(sum + i), S.Load(x + i)), sum + i);
    }

    /// <summary>Where the largest of some elements is, the first of equals; a NaN counts as the largest.</summary>
    private static int Largest(float* x, int first, int count)
    {
        int largest = first;
        for (int i = first + 1; i < first + count; i++)
            largest = x[i] > x[largest] || float.IsNaN(x[i]) ? i : largest;
        return largest;
    }

    private static void Clear(ColumnTiles.Tile tile, float* sums)
    {
        for (int c = tile.Column; c < tile.ColumnEnd; c += Width)
            S.Store(S.Zero, sums + tile.Sums + c);
    }

    private static void WriteGradient(double value, Write mode, float* gradient) =>
        *gradient = (float)(mode == Write.Accumulate ? *gradient + value : value);

    /// <summary>Copies <paramref name="width"/> channels of each pixel; the strides are the channels of either side.</summary>
    private void CopyChannels(int pixels, int width, float* x, int xStride, float* y, int yStride)
    {
        (int from, int to) = Share(pixels);
        if (width >= BlockCopy)
        {
            for (int p = from; p < to; p++)
                Copy(x + p * xStride, y + p * yStride, width);
            return;
        }

        for (int c = 0; c < width; c++)
        {
            for (int p = from; p < to; p++)
                y[p * yStride + c] = x[p * xStride + c];
        }
    }
}
