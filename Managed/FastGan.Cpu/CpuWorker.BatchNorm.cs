using System.Runtime.CompilerServices;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

// Ioffe and Szegedy, 2015. One pass over memory for the sums of each channel, one to apply them.
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Reads x twice and writes y: 12 bytes an element.</summary>
    public void BatchNorm(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y)
    {
        int C = x.Shape.C, pixels = x.Shape.Pixels;
        ColumnTiles tiles = new(x.Count, C, Width);
        float* means = (float*)team.Scratch((2L * tiles.SumsCount + 3L * tiles.Period) * sizeof(float));
        float* squares = means + tiles.SumsCount;
        float* mean = squares + tiles.SumsCount, scale = mean + tiles.Period, bias = scale + tiles.Period;

        (int from, int to) = Share(tiles.Count);
        for (int t = from; t < to; t++)
        {
            (ColumnTiles.Tile whole, ColumnTiles.Tile remainder) = tiles[t].Split(Width);
            Moments(tiles.Period, whole, Reals(x), means, squares);
            CpuWorker<float, Simd1>.Moments(tiles.Period, remainder, Reals(x), means, squares);
        }

        team.Sync();

        (from, to) = Share(C);
        for (int c = from; c < to; c++)
        {
            (double m, double variance) = tiles.Moments(means, squares, c, pixels);
            double unbiased = variance * pixels / (pixels - 1);
            Follow(Reals(bn.RunningMean) + c, momentum, m);
            Follow(Reals(bn.RunningVar) + c, momentum, unbiased);
            Reals(bn.Mean)[c] = (float)m;
            Reals(bn.InvStd)[c] = (float)(1 / Math.Sqrt(variance + epsilon));
            tiles.Spread(Reals(bn.Mean)[c], c, mean);
            tiles.Spread(Reals(bn.Scale)[c] * Reals(bn.InvStd)[c], c, scale);
            tiles.Spread(Reals(bn.Bias)[c], c, bias);
        }

        team.Sync();
        Normalize(act, x, tiles.Period, mean, scale, bias, y);
    }

    /// <summary>
    /// With dz = dy ∘ act′ and x̂ = (x − mean) / std: dbias = Σ dz, dscale = Σ dz x̂,
    /// dx = scale / std · (dz − mean(dz) − x̂ · mean(dz x̂)).
    /// Reads x, y and dy twice and writes dx: 28 bytes an element.
    /// </summary>
    public void BatchNormBackward(
        Tensor x, Tensor y, Tensor dy, BatchNormTensors bn, Activation act, Tensor dx, Write mode, Tensor dscale, Tensor dbias)
    {
        int C = x.Shape.C, pixels = x.Shape.Pixels;
        float* px = Reals(x), py = Output(act, y, dy), pdy = Reals(dy), pdx = Reals(dx);
        ColumnTiles tiles = new(x.Count, C, Width);
        float* sums = (float*)team.Scratch((2L * tiles.SumsCount + 4L * tiles.Period) * sizeof(float));
        float* products = sums + tiles.SumsCount, mean = products + tiles.SumsCount;
        float* slope = mean + tiles.Period, shift = slope + tiles.Period, scale = shift + tiles.Period;

        (int from, int to) = Share(C);
        for (int c = from; c < to; c++)
            tiles.Spread(Reals(bn.Mean)[c], c, mean);
        team.Sync();

        (from, to) = Share(tiles.Count);
        for (int t = from; t < to; t++)
        {
            (ColumnTiles.Tile whole, ColumnTiles.Tile remainder) = tiles[t].Split(Width);
            GradientSums(act, tiles.Period, whole, px, py, pdy, mean, sums, products);
            CpuWorker<float, Simd1>.GradientSums(act, tiles.Period, remainder, px, py, pdy, mean, sums, products);
        }

        team.Sync();

        (from, to) = Share(C);
        for (int c = from; c < to; c++)
        {
            double invStd = Reals(bn.InvStd)[c], sum = tiles.Sum(sums, c), product = tiles.Sum(products, c) * invStd;
            double factor = Reals(bn.Scale)[c] * invStd;
            tiles.Spread((float)factor, c, scale);
            tiles.Spread((float)(-factor * product * invStd / pixels), c, slope);
            tiles.Spread((float)(-factor * sum / pixels), c, shift);
            WriteGradient(sum, mode, Reals(dbias) + c);
            WriteGradient(product, mode, Reals(dscale) + c);
        }

        team.Sync();
        (int first, int end, int last) = ShareVectors(x.Count);
        ApplyGradient(act, tiles.Period, first, end, px, py, pdy, mean, scale, slope, shift, pdx);
        CpuWorker<float, Simd1>.ApplyGradient(act, tiles.Period, end, last, px, py, pdy, mean, scale, slope, shift, pdx);
    }

    public void BatchNormInference(Tensor x, BatchNormTensors bn, double epsilon, Activation act, Tensor y)
    {
        ColumnTiles tiles = new(x.Count, x.Shape.C, Width);
        float* mean = (float*)team.Scratch(3L * tiles.Period * sizeof(float)), scale = mean + tiles.Period, bias = scale + tiles.Period;
        (int from, int to) = Share(x.Shape.C);
        for (int c = from; c < to; c++)
        {
            tiles.Spread(Reals(bn.RunningMean)[c], c, mean);
            tiles.Spread((float)(Reals(bn.Scale)[c] / Math.Sqrt(Reals(bn.RunningVar)[c] + epsilon)), c, scale);
            tiles.Spread(Reals(bn.Bias)[c], c, bias);
        }

        team.Sync();
        Normalize(act, x, tiles.Period, mean, scale, bias, y);
    }

    private void Normalize(Activation act, Tensor x, int period, float* mean, float* scale, float* bias, Tensor y)
    {
        (int from, int whole, int to) = ShareVectors(x.Count);
        Normalize(act, period, from, whole, Reals(x), mean, scale, bias, Reals(y));
        CpuWorker<float, Simd1>.Normalize(act, period, whole, to, Reals(x), mean, scale, bias, Reals(y));
    }

    /// <summary>Mean and squared distances to it of each column of a tile: two passes, the second from cache.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Moments(int period, ColumnTiles.Tile tile, float* x, float* means, float* squares)
    {
        float* mean = means + tile.Sums, square = squares + tile.Sums;
        Clear(tile, means);
        Clear(tile, squares);
        for (int r = tile.Row; r < tile.RowEnd; r++)
        {
            float* row = x + r * period;
            for (int c = tile.Column; c < tile.ColumnEnd; c += Width)
                S.Store(S.Add(S.Load(mean + c), S.Load(row + c)), mean + c);
        }

        V perRow = S.Broadcast(1f / (tile.RowEnd - tile.Row));
        for (int c = tile.Column; c < tile.ColumnEnd; c += Width)
            S.Store(S.Multiply(S.Load(mean + c), perRow), mean + c);

        for (int r = tile.Row; r < tile.RowEnd; r++)
        {
            float* row = x + r * period;
            for (int c = tile.Column; c < tile.ColumnEnd; c += Width)
            {
                V centred = S.Subtract(S.Load(row + c), S.Load(mean + c));
                S.Store(S.MultiplyAdd(centred, centred, S.Load(square + c)), square + c);
            }
        }
    }

    /// <summary>Σ dz and Σ dz · (x − mean) of each column of a tile.</summary>
    private static void GradientSums(
        Activation act, int period, ColumnTiles.Tile tile, float* x, float* y, float* dy, float* mean, float* sums, float* products)
    {
        V slope = S.Broadcast((float)act.Slope);
        float* sum = sums + tile.Sums, product = products + tile.Sums;
        Clear(tile, sums);
        Clear(tile, products);
        for (int r = tile.Row; r < tile.RowEnd; r++)
        {
            for (int c = tile.Column, i = r * period + c; c < tile.ColumnEnd; c += Width, i += Width)
            {
                V dz = Backward(act.Kind, slope, S.Load(y + i), S.Load(dy + i));
                V centred = S.Subtract(S.Load(x + i), S.Load(mean + c));
                S.Store(S.Add(S.Load(sum + c), dz), sum + c);
                S.Store(S.MultiplyAdd(dz, centred, S.Load(product + c)), product + c);
            }
        }
    }

    /// <summary>y = act((x − mean) · scale + bias), with period columns of constants.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // Inlined, its pointers would not stay in registers; nor those of Moments.
    private static void Normalize(Activation act, int period, int from, int to, float* x, float* mean, float* scale, float* bias, float* y)
    {
        V slope = S.Broadcast((float)act.Slope);
        for (int c = from % period, count; from < to; from += count, c = 0)
        {
            count = Math.Min(period - c, to - from);
            float* px = x + from, py = y + from, m = mean + c, s = scale + c, b = bias + c;
            for (nint i = 0; i < count; i += Width)
            {
                V z = S.MultiplyAdd(S.Subtract(S.Load(px + i), S.Load(m + i)), S.Load(s + i), S.Load(b + i));
                S.Store(VectorMath<V, S>.Activate(act.Kind, slope, z), py + i);
            }
        }
    }

    /// <summary>dx = dz · scale + (x − mean) · slope + shift, with period columns of constants.</summary>
    private static void ApplyGradient(
        Activation act, int period, int from, int to, float* x, float* y, float* dy,
        float* mean, float* scale, float* slope, float* shift, float* dx)
    {
        V leak = S.Broadcast((float)act.Slope);
        for (int i = from, c = from % period; i < to; i += Width, c = c + Width < period ? c + Width : 0)
        {
            V dz = Backward(act.Kind, leak, S.Load(y + i), S.Load(dy + i));
            V centred = S.Subtract(S.Load(x + i), S.Load(mean + c));
            V constant = S.MultiplyAdd(centred, S.Load(slope + c), S.Load(shift + c));
            S.Store(S.MultiplyAdd(dz, S.Load(scale + c), constant), dx + i);
        }
    }

    /// <summary>A running statistic: running ← (1 − momentum) · running + momentum · batch.</summary>
    private static void Follow(float* running, double momentum, double batch) =>
        *running = (float)((1 - momentum) * *running + momentum * batch);
}
