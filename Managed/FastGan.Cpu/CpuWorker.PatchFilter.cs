using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Filter gradients of images of one to a few channels: the R · R · C numbers of a window make the rows of the product, read in place from a
/// <see cref="PaddedImage"/>, and K its columns, so that vectors are full; what comes out is the transpose of the gradient.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Each worker sums up some chunks of images. Their number follows from the shape alone, and so does the order of every sum.
    /// </summary>
    private void PatchBackwardFilter(ConvShape g, float* x, float* dy, Write mode, float* dw)
    {
        int taps = g.R * g.R * g.C, tiles = (taps + TileRows - 1) / TileRows, pixels = g.OutH * g.OutW, chunks = Math.Min(g.N, FilterChunks);
        long size = (long)tiles * TileRows * Padded(g.K), segmentFloats = (long)tiles * g.OutH * sizeof(Segment) / sizeof(float);
        float* partial = Scratch(chunks * size, segmentFloats + (long)pixels * WidestColumns + PaddedImage.Floats(g), out float* own);
        Segment* segments = (Segment*)own;
        float* panel = own + segmentFloats, image = panel + (long)pixels * WidestColumns;
        PlaceTaps(g, image, taps, segments);
        for (Pieces some = Deal(chunks, 1, chunks); some.Next(out int chunk, out int last);)
        {
            for (; chunk < last; chunk++)
            {
                int from = (int)((long)g.N * chunk / chunks), to = (int)((long)g.N * (chunk + 1) / chunks);
                for (int n = from; n < to; n++)
                {
                    PaddedImage.Write(g, x, n, 0, g.H + 2 * g.Pad, image);
                    for (int column = 0, width; column < g.K; column += width)
                    {
                        int vectors = MicroKernel<V, S>.TileVectors(g.K - column);
                        width = vectors * Width;
                        float* rows = dy + (long)n * pixels * g.K + column, sums = partial + chunk * size + column;
                        if (width != g.K)
                        {
                            Packing<V, S>.Copy(rows, g.K, g.K - column, pixels, panel, width);
                            rows = panel;
                        }

                        for (int t = 0; t < tiles; t++)
                        {
                            MicroKernel<V, S>.Tile(
                                vectors, taps - t * TileRows, segments + t * g.OutH, g.OutH, 0, (nint)g.Stride * g.C * sizeof(float), rows, width,
                                sums + (long)t * TileRows * Padded(g.K), Padded(g.K), n > from);
                        }
                    }
                }
            }
        }

        team.Sync();
        (int first, int end) = Share(g.K, Width);
        for (int k = first; k < end; k += Width)
            AddTransposed(g, taps, k, Math.Min(Width, end - k), chunks, partial, size, mode, dw);
    }

    /// <summary>For each tile of a window's numbers a segment for each output row: where they are under the row's first window.</summary>
    private static void PlaceTaps(ConvShape g, float* image, int taps, Segment* segments)
    {
        int run = g.R * g.C, line = PaddedImage.Line(g);
        for (int tile = 0; tile < taps; tile += TileRows)
        {
            for (int oh = 0; oh < g.OutH; oh++, segments++)
            {
                (segments->Row, segments->Depth) = (oh * g.OutW, g.OutW);
                for (int i = 0; i < TileRows; i++)
                {
                    // The last tile repeats the last row.
                    (int r, int j) = Math.DivRem(Math.Min(tile + i, taps - 1), run);
                    ((float**)segments)[i] = image + (nint)(oh * g.Stride + r) * line + j;
                }
            }
        }
    }

    /// <summary>Filters [k, k + count) from the partial sums, which have a row of K for each of a window's numbers.</summary>
    private static void AddTransposed(ConvShape g, int taps, int k, int count, int chunks, float* partial, long size, Write mode, float* dw)
    {
        float* lanes = stackalloc float[Width];
        for (int tap = 0; tap < taps; tap++)
        {
            float* row = partial + (long)tap * Padded(g.K) + k;
            V sum = S.Load(row);
            for (int chunk = 1; chunk < chunks; chunk++)
                sum = S.Add(sum, S.Load(row + chunk * size));
            S.Store(sum, lanes);
            for (int j = 0; j < count; j++)
            {
                float* to = dw + (long)(k + j) * taps + tap;
                *to = mode == Write.Accumulate ? *to + lanes[j] : lanes[j];
            }
        }
    }
}
