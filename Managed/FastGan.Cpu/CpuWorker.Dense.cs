using System.Runtime.CompilerServices;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

/// <content>
/// Dense layers, whose weights are used for one small batch only, so that packing them would be a visible part of the work.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Outputs for which a dot product for each is faster than a tile with most of its lanes empty.</summary>
    private static int FewOutputs => Width / 2;

    /// <summary>Rows of w that a backward pass is done with before it turns to the next: with <see cref="DensePanels"/> panels half a megabyte.</summary>
    private const int DenseRows = 128;

    /// <summary>Panels of columns of a backward pass whose sums are kept from part to part.</summary>
    private const int DensePanels = 16;

    /// <summary>Numbers of x that a filter gradient keeps in the second-level cache while tiles of dy pass over them: a megabyte.</summary>
    private const int DenseInput = 1 << 18;

    private void DenseForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        // Either y = x · packed(wᵀ), or yᵀ = w · packed(xᵀ), whose result has to be turned round: whichever moves less.
        if ((long)g.K * g.C >= (long)g.N * g.C + 2L * g.N * g.K)
            DenseForwardTransposed(g, x, w, epilogue, y);
        else if (g.C <= PartDepth && g.K > (team.Size - 1) * WidestColumns)
            DenseForwardPanels(g, x, w, epilogue, y);
        else
            GatherForward(g, x, w, epilogue, y);
    }

    /// <summary>
    /// Panel by panel of w, each packed just before its use, by the worker that uses it: nobody waits, or reads what another has packed. Sums of one part are the
    /// same as those of <see cref="GatherForward"/>, which is for fewer panels than workers.
    /// </summary>
    private void DenseForwardPanels(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        (int N, int C, int K) = (g.N, g.C, g.K);
        Scratch(0, DenseFloats(C) + (long)C * WidestColumns, out float* own);
        RowBlock block = new(own, 1, C);
        float* packed = own + DenseFloats(C);
        for (Pieces panels = Deal(K, WidestColumns, K); panels.Next(out int k, out int end);)
        {
            for (int width; k < end; k += width)
            {
                width = MicroKernel<V, S>.TileVectors(K - k) * Width;
                Packing<V, S>.Transpose(w + (long)k * C, C, K - k, C, packed, width);
                for (int n = 0, rows; n < N; n += rows)
                {
                    rows = Math.Min(BlockTiles * TileRows, N - n);
                    PlaceDense(block, x + (long)n * C, rows, C);
                    for (int i = 0; i < rows; i++)
                        block.Outs[i] = y + (long)(n + i) * K;
                    Ahead next = n == 0 && k + width < K ? Ahead.Run(w + (long)(k + width) * C, (nint)Math.Min(K - k - width, WidestColumns) * C, C) : default;
                    block.Multiply(rows, packed, k, K, epilogue, next);
                }
            }
        }
    }

    /// <summary>Rows of w, in place, by the batch in the lanes: columns of y.</summary>
    private void DenseForwardTransposed(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        (int N, int C, int K) = (g.N, g.C, g.K);
        const int BlockRows = BlockTiles * TileRows;
        Scratch(0, DenseFloats(C) + BlockRows * TileWidth + (long)C * Padded(N), out float* own);
        RowBlock block = new(own, RowBlock.PartsOf(C), C);
        float* turned = own + DenseFloats(C), packed = turned + BlockRows * TileWidth;
        PackTransposed(x, C, N, (0, N), packed);
        Epilogue<V, S> none = new(null, 1, Activation.Identity);
        for (Pieces blocks = Deal(K, TileRows, BlockTiles); blocks.Next(out int k, out int end);)
        {
            int rows = end - k;
            PlaceDense(block, w + (long)k * C, rows, C);
            for (int n = 0, width; n < N; n += width)
            {
                width = MicroKernel<V, S>.TileVectors(N - n) * Width;
                for (int i = 0; i < rows; i++)
                    block.Outs[i] = turned + i * TileWidth - n;
                // Each tile asks for the next one's rows of w.
                Ahead ahead = n == 0 ? new(w + (long)(k + TileRows) * C, TileRows, (nint)TileRows * C, (K - k) / TileRows - 1) : default;
                block.Multiply(rows, packed + (long)n * C, n, n + width, none, ahead);
                for (int i = 0; i < rows; i++)
                    Apply(epilogue, S.Broadcast(epilogue.BiasAt(k + i)), turned + i * TileWidth, width);
                Packing<V, S>.TransposeTo(turned, TileWidth, rows, Math.Min(width, N - n), y + (long)n * K + k, K);
            }
        }
    }

    private void DenseBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        (int N, int C, int K) = (g.N, g.C, g.K);
        if (K <= FewOutputs && C >= Width)
        {
            DenseBackwardFew(g, y, w, epilogue, x);
            return;
        }

        if (C < MicroKernel<V, S>.WidestTileFloats)
        {
            GatherBackwardData(g, y, w, epilogue, x);
            return;
        }

        // Part by part of w's rows, so that memory is read in its order: rows often lie a page apart, and read by columns they would fall into the same few sets
        // of every cache. w stays where it is but for a last panel that isn't whole.
        int parts = RowBlock.PartsOf(K, DenseRows), group = DensePanels * WidestColumns, last = C / WidestColumns * WidestColumns;
        long floats = RowBlock.Floats(parts, K, DenseRows, DensePanels);
        Scratch(0, floats + (long)K * WidestColumns, out float* own);
        RowBlock block = new(own, parts, K, DenseRows, DensePanels);
        float* packed = own + floats;
        // Workers for whom there are no columns share the others' rows of x.
        int bands = Math.Max(1, team.Size / ((C + WidestColumns - 1) / WidestColumns));
        (int first, int end) = Share(C, WidestColumns, index / bands, team.Size / bands);
        (int firstRow, int endRow) = Share(N, TileRows, index % bands, bands);
        if (first < end && end == C && C % Width != 0)
            Packing<V, S>.Copy(w + last, C, C - last, K, packed, MicroKernel<V, S>.TileVectors(C - last) * Width);
        for (int from = first; from < end; from += group)
        {
            for (int n = firstRow; n < endRow; n += BlockTiles * TileRows)
            {
                int rows = Math.Min(BlockTiles * TileRows, endRow - n), tiles = (rows + TileRows - 1) / TileRows;
                PlaceDense(block, y + (long)n * K, rows, K);
                for (int i = 0; i < rows; i++)
                    block.Outs[i] = x + (long)(n + i) * C;
                for (int part = 0; part < block.Parts; part++)
                {
                    Ahead next = n == firstRow && part + 1 < block.Parts
                        ? NextRows(w + (long)(part + 1) * block.PartRows * C + from, C, Math.Min(end, from + group) - from, block.PartRows, tiles) : default;
                    for (int column = from, panel = 0, width; column < Math.Min(end, from + group); column += width, panel++)
                    {
                        width = MicroKernel<V, S>.TileVectors(C - column) * Width;
                        bool whole = column + width <= C;
                        block.Multiply(part, panel, rows, whole ? w + column : packed, whole ? C : width, column, C, epilogue, next.From(panel * tiles));
                    }
                }
            }
        }
    }

    /// <summary>
    /// Some columns of the rows of w that come next, in the order in which they lie, while all tiles of the rows before are made. With several rows for a tile the
    /// columns between are asked for too.
    /// </summary>
    /// <param name="columns">Of each row; its panels are done one after another.</param>
    /// <param name="tiles">Of a panel, each with <paramref name="rows"/> steps.</param>
    private static Ahead NextRows(float* w, int stride, int columns, int rows, int tiles)
    {
        tiles *= (columns + WidestColumns - 1) / WidestColumns;
        int ofTile = (rows + tiles - 1) / tiles, step = ((ofTile - 1) * stride + columns + rows - 1) / rows;
        return new(w, step, (nint)ofTile * stride, (rows + ofTile - 1) / ofTile);
    }

    /// <summary>Of few outputs: x is written row by row, a sum of a few rows of w each.</summary>
    private void DenseBackwardFew(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        (int N, int C, int K) = (g.N, g.C, g.K);
        Scratch(0, Padded(C), out float* biases);
        epilogue.FillBias(0, C, Padded(C), biases);
        (int n, int end) = Share(N);
        for (; n < end; n++)
        {
            // The last vector may begin in the one before.
            for (int c = 0; c < C; c += Width)
            {
                int at = Math.Min(c, C - Width);
                V sum = S.Load(biases + at);
                for (int k = 0; k < K; k++)
                    sum = S.MultiplyAdd(S.Broadcast(y[(long)n * K + k]), S.Load(w + (long)k * C + at), sum);
                S.Store(epilogue.Apply(sum), x + (long)n * C + at);
            }
        }
    }

    /// <summary>
    /// Whether a filter gradient is made in whole rows: it is a dense layer's, the batch is small enough for that to be in one go, and there are outputs enough for each
    /// worker to have strips of rows.
    /// </summary>
    internal static bool MakesRows(ConvShape g)
    {
        g = Simplest(g);
        return g.IsDense && g.K >= 16 * TileRows && (long)g.N * g.C <= DenseInput;
    }

    /// <summary>Strips that the rows of such a gradient are made in.</summary>
    internal static int Strips(Tensor gradient) => (gradient.Shape.N + TileRows - 1) / TileRows;

    /// <summary>Rows of dw in the order in which they lie, over all of the batch at once.</summary>
    private void DenseBackwardFilter(ConvShape g, float* x, float* dy, Write mode, Tensor gradient)
    {
        (int N, int C, int K) = (g.N, g.C, g.K);
        Scratch(0, (long)N * Padded(C) + Padded(N * TileRows) + TileRows * (TileWidth + Padded(C)) + Width, out float* packed);
        float* strip = packed + (long)N * Padded(C), tile = strip + Padded(N * TileRows);
        for (int column = 0; column < C; column += WidestColumns)
            Packing<V, S>.Copy(x + column, C, C - column, N, packed + (long)column * N, MicroKernel<V, S>.TileVectors(C - column) * Width);
        Segment segment = Segment.Side(strip, 0, N);
        EarlyRows early = new(this, gradient, tile + TileRows * TileWidth);
        for (Pieces strips = Deal(K, TileRows, K); strips.Next(out int from, out int end);)
        {
            for (int k = from; k < end; k += TileRows)
            {
                int rows = Math.Min(TileRows, end - k);
                float* dw = early.Place(k * C);
                PackRows(dy + k, K, N, rows, strip);
                for (int column = 0, width; column < C; column += width)
                {
                    int vectors = MicroKernel<V, S>.TileVectors(C - column);
                    width = vectors * Width;
                    float* to = dw + column;
                    FilterPass<V, S>.PrefetchRows(to, rows, width, C);
                    bool whole = rows % 2 == 0 && column + width <= C;
                    MicroKernel<V, S>.Tile(
                        vectors, rows, &segment, 1, 0, TileRows * sizeof(float), packed + (long)column * N, width, whole ? to : tile, whole ? C : width,
                        whole && mode == Write.Accumulate);
                    if (!whole)
                        FilterPass<V, S>.Put(tile, width, rows, Math.Min(width, C - column), mode, to, C);
                }

                early.Update(k / TileRows, k * C, (k + rows) * C);
            }
        }
    }

    /// <summary>strip[n][i] = rows[n · stride + i] for i below <paramref name="count"/>, else 0.</summary>
    private static void PackRows(float* rows, nint stride, int depth, int count, float* strip)
    {
        for (int n = 0; n < depth; n++, rows += stride, strip += TileRows)
        {
            if (count == TileRows)
            {
                Unsafe.CopyBlockUnaligned(strip, rows, TileRows * sizeof(float));
                continue;
            }

            for (int i = 0; i < TileRows; i++)
                strip[i] = i < count ? rows[i] : 0;
        }
    }

    private static long DenseFloats(int depth) => RowBlock.Floats(RowBlock.PartsOf(depth), depth);

    /// <summary>Contiguous rows of <paramref name="depth"/> numbers, as the block's rows; the last tile repeats the last row.</summary>
    private static void PlaceDense(RowBlock block, float* rows, int count, int depth)
    {
        for (int i = 0; i * TileRows < count; i++)
        {
            for (int part = 0; part < block.Parts; part++)
            {
                Segment* segment = block.Segments(i) + part;
                segment->Row = part * block.PartRows;
                segment->Depth = Math.Min(block.PartRows, depth - (int)segment->Row);
                for (int r = 0; r < TileRows; r++)
                    ((float**)segment)[r] = rows + (long)Math.Min(i * TileRows + r, count - 1) * depth + segment->Row;
                block.Counts(i)[part] = 1;
            }
        }
    }

    private static void Apply(in Epilogue<V, S> epilogue, V bias, float* row, int width)
    {
        for (int j = 0; j < width; j += Width)
            S.Store(epilogue.Apply(S.Add(S.Load(row + j), bias)), row + j);
    }

    /// <summary>y with few channels, as dot products of windows and filters along the channels of x.</summary>
    private void DotForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        int depth = g.R * g.R * g.C;
        Gather gather = new(g.N, g.OutH, g.OutW, 1, 0, 0, g.Stride, -g.Pad, -g.Pad, g.R, g.R, 1);
        Scratch(0, GatherFloats(gather, g.C), out float* own);
        RowBlock block = new(own, gather.Taps, depth);
        float* zeros = own + RowBlock.Floats(gather.Taps, depth);
        new Span<float>(zeros, g.C).Clear();
        float* sums = stackalloc float[TileRows];
        float* lanes = stackalloc float[Width];
        (int first, int end) = Share(gather.Rows, TileRows);
        for (int row = first; row < end; row += TileRows)
        {
            int segments = PlaceTile(gather, row, x, new(g.H, g.W, g.C), zeros, y, new(g.OutH, g.OutW, g.K), block, 0);
            for (int k = 0; k < g.K; k++)
            {
                Dots(block.Segments(0), segments, w + (long)k * depth, sums);
                for (int i = 0; i < Math.Min(TileRows, end - row); i++)
                {
                    S.Store(epilogue.Apply(S.Broadcast(sums[i] + epilogue.BiasAt(k))), lanes);
                    block.Outs[i][k] = lanes[0];
                }
            }
        }
    }

    /// <summary>sums[i] = Σ_segments Σ_d a_i[d] · b[row + d].</summary>
    private static void Dots(Segment* segments, int count, float* b, float* sums)
    {
        V s0 = S.Zero, s1 = S.Zero, s2 = S.Zero, s3 = S.Zero, s4 = S.Zero, s5 = S.Zero;
        new Span<float>(sums, TileRows).Clear();
        for (Segment* end = segments + count; segments != end; segments++)
        {
            float* row = b + segments->Row;
            nint d = 0;
            for (; d + Width <= segments->Depth; d += Width)
            {
                V v = S.Load(row + d);
                s0 = S.MultiplyAdd(S.Load(segments->A0 + d), v, s0);
                s1 = S.MultiplyAdd(S.Load(segments->A1 + d), v, s1);
                s2 = S.MultiplyAdd(S.Load(segments->A2 + d), v, s2);
                s3 = S.MultiplyAdd(S.Load(segments->A3 + d), v, s3);
                s4 = S.MultiplyAdd(S.Load(segments->A4 + d), v, s4);
                s5 = S.MultiplyAdd(S.Load(segments->A5 + d), v, s5);
            }

            for (; d < segments->Depth; d++)
            {
                for (int i = 0; i < TileRows; i++)
                    sums[i] += ((float**)segments)[i][d] * row[d];
            }
        }

        sums[0] += S.Sum(s0);
        sums[1] += S.Sum(s1);
        sums[2] += S.Sum(s2);
        sums[3] += S.Sum(s3);
        sums[4] += S.Sum(s4);
        sums[5] += S.Sum(s5);
    }
}
