using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Images of one to a few channels, the outer ends of a network. A vector along their channels would be nearly empty, so the taps of a
/// window are joined with its channels: R·R·C numbers in a row, unfolded (im2col) or folded back (col2im) block by block, in cache.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    private void PatchForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        const int BlockRows = BlockTiles * TileRows;
        int depth = g.R * g.R * g.C, pixels = g.Y.Pixels;
        float* packed = Scratch((long)depth * Padded(g.K), DenseFloats(depth) + (long)BlockRows * depth, out float* own);
        PackTransposed(w, depth, g.K, packed);
        team.Sync();
        RowBlock block = new(own, DenseParts(depth), depth);
        float* patches = own + DenseFloats(depth);
        (int first, int end) = Share(pixels, TileRows);
        for (int pixel = first; pixel < end; pixel += BlockRows)
        {
            int rows = Math.Min(BlockRows, end - pixel);
            Unfold(g, x, pixel, rows, patches);
            PlaceDense(block, patches, rows, depth);
            for (int i = 0; i < rows; i++)
                block.Outs[i] = y + (long)(pixel + i) * g.K;
            for (int column = 0; column < g.K; column += MicroKernel<V, S>.TileVectors(g.K - column) * Width)
                block.Multiply(rows, packed + (long)column * depth, column, g.K, epilogue);
        }
    }

    private void PatchBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        int columns = g.R * g.R * g.C, pixels = g.OutH * g.OutW, K = g.K, image = g.H * g.W * g.C;
        int widest = MicroKernel<V, S>.WidestTile * Width;
        float* packed = Scratch((long)K * Padded(columns), DenseFloats(K) + (long)pixels * columns, out float* own);
        (int from, int to) = Share(columns, widest);
        for (int column = from, width; column < to; column += width)
        {
            width = MicroKernel<V, S>.TileVectors(columns - column) * Width;
            Packing.Copy(w + column, columns, columns - column, K, packed + (long)column * K, width);
        }

        team.Sync();
        RowBlock block = new(own, DenseParts(K), K);
        float* patches = own + DenseFloats(K);
        Epilogue<V, S> none = new(null, 1, Activation.Identity);
        (int first, int end) = Share(g.N);
        for (int n = first; n < end; n++)
        {
            for (int pixel = 0; pixel < pixels; pixel += BlockTiles * TileRows)
            {
                int rows = Math.Min(BlockTiles * TileRows, pixels - pixel);
                PlaceDense(block, y + ((long)n * pixels + pixel) * K, rows, K);
                for (int i = 0; i < rows; i++)
                    block.Outs[i] = patches + (long)(pixel + i) * columns;
                for (int column = 0; column < columns; column += MicroKernel<V, S>.TileVectors(columns - column) * Width)
                    block.Multiply(rows, packed + (long)column * K, column, columns, none);
            }

            Fold(g, patches, x + (long)n * image);
            Finish(epilogue, x + (long)n * image, image);
        }
    }

    /// <summary>The windows of output pixels [pixel, pixel + count) of the whole batch, one after another, zeros where a window leaves the image.</summary>
    private static void Unfold(ConvShape g, float* x, int pixel, int count, float* patches)
    {
        int run = g.R * g.C;
        (int ow, int oh, int n) = (pixel % g.OutW, pixel / g.OutW % g.OutH, pixel / (g.OutW * g.OutH));
        for (int i = 0; i < count; i++)
        {
            int h = oh * g.Stride - g.Pad, w = ow * g.Stride - g.Pad;
            int skip = Math.Clamp(-w, 0, g.R) * g.C, end = Math.Clamp(g.W - w, 0, g.R) * g.C;
            float* image = x + (nint)n * g.H * g.W * g.C + (nint)w * g.C;
            for (int r = 0; r < g.R; r++, patches += run)
            {
                if ((uint)(h + r) >= (uint)g.H || skip > 0 || end < run)
                    new Span<float>(patches, run).Clear();
                if ((uint)(h + r) < (uint)g.H)
                    CopyRun(image + (nint)(h + r) * g.W * g.C + skip, patches + skip, end - skip);
            }

            if (++ow == g.OutW)
            {
                ow = 0;
                if (++oh == g.OutH)
                    (oh, n) = (0, n + 1);
            }
        }
    }

    private static void CopyRun(float* from, float* to, int count)
    {
        for (int i = 0; i < count; i++)
            to[i] = from[i];
    }

    /// <summary>One image as the sum of the windows of all its output pixels.</summary>
    private static void Fold(ConvShape g, float* patches, float* x)
    {
        int run = g.R * g.C;
        new Span<float>(x, g.H * g.W * g.C).Clear();
        for (int oh = 0; oh < g.OutH; oh++)
        {
            for (int ow = 0; ow < g.OutW; ow++)
            {
                int h = oh * g.Stride - g.Pad, w = ow * g.Stride - g.Pad;
                int skip = Math.Clamp(-w, 0, g.R) * g.C, end = Math.Clamp(g.W - w, 0, g.R) * g.C;
                for (int r = 0; r < g.R; r++, patches += run)
                {
                    if ((uint)(h + r) >= (uint)g.H)
                        continue;
                    float* row = x + ((nint)(h + r) * g.W + w) * g.C;
                    for (int i = skip; i < end; i++)
                        row[i] += patches[i];
                }
            }
        }
    }

    /// <summary>values[i] ← act(values[i] + bias of channel i mod period), for whole pixels.</summary>
    private static void Finish(in Epilogue<V, S> epilogue, float* values, int count)
    {
        float* biases = stackalloc float[TileWidth], rest = stackalloc float[TileWidth];
        int i = 0;
        for (; i + Width <= count; i += Width)
        {
            epilogue.FillBias(i, count, Width, biases);
            S.Store(epilogue.Apply(S.Add(S.Load(values + i), S.Load(biases))), values + i);
        }

        if (i == count)
            return;
        epilogue.FillBias(i, count, Width, biases);
        new Span<float>(values + i, count - i).CopyTo(new Span<float>(rest, Width));
        S.Store(epilogue.Apply(S.Add(S.Load(rest), S.Load(biases))), rest);
        new Span<float>(rest, count - i).CopyTo(new Span<float>(values + i, count - i));
    }
}
