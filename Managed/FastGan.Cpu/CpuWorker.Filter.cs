using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Gradients of filters: dw (K × C for each tap) = dyᵀ · x, reduced over pixels. The pixels are taken in blocks that fit the cache; the
/// blocks, their order and the number of partial sums follow from the shape alone.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Pixels of a block: many, so that the gradient is seldom read and written; few enough for a panel of x to stay in cache.</summary>
    private const int FilterBlockPixels = 384;

    /// <summary>As <see cref="FilterBlockPixels"/>, where dy is used in place and has to stay in cache too.</summary>
    private const int JoinedBlockPixels = 192;

    /// <summary>Partial sums of a gradient that has too few tiles to share among threads.</summary>
    private const int FilterChunks = 16;

    /// <summary>How the reduction of one filter gradient is cut.</summary>
    private readonly struct FilterPlan
    {
        public FilterPlan(ConvShape g)
        {
            Joined = !g.IsDense && g.C <= FewChannels;
            Columns = Joined ? g.R * g.R * g.C : g.C;
            Taps = Joined ? 1 : g.R * g.R;
            int pixels = g.OutH * g.OutW;
            int target = Joined ? JoinedBlockPixels : FilterBlockPixels;
            ImagesPerBlock = Joined ? 1 : Math.Clamp(target / pixels, 1, g.N);
            BlocksPerImage = Math.Min(g.OutH, (pixels + target - 1) / target);
            RowsPerBlock = (g.OutH + BlocksPerImage - 1) / BlocksPerImage;
            BlocksPerImage = (g.OutH + RowsPerBlock - 1) / RowsPerBlock;
            Blocks = (g.N + ImagesPerBlock - 1) / ImagesPerBlock * BlocksPerImage;
            BlockPixels = ImagesPerBlock * RowsPerBlock * g.OutW;
            RowTiles = (g.K + TileRows - 1) / TileRows;
            Panels = 0;
            for (int column = 0; column < Columns; column += MicroKernel<V, S>.TileVectors(Columns - column) * Width)
                Panels++;
            Chunks = RowTiles * Taps * Panels < 2 * FilterChunks ? Math.Min(FilterChunks, Blocks) : 1;
        }

        /// <summary>Taps joined with channels, for few channels.</summary>
        public bool Joined { get; }

        /// <summary>Columns of the gradient for one tap.</summary>
        public int Columns { get; }

        public int Taps { get; }

        public int Panels { get; }

        public int RowTiles { get; }

        public int ImagesPerBlock { get; }

        public int RowsPerBlock { get; }

        public int BlocksPerImage { get; }

        public int Blocks { get; }

        /// <summary>Pixels of the largest block.</summary>
        public int BlockPixels { get; }

        /// <summary>Partial sums.</summary>
        public int Chunks { get; }
    }

    /// <summary>A worker's room for one block of pixels.</summary>
    private struct FilterRoom
    {
        public Segment* Segments;
        public float* Tile;

        /// <summary>The columns of x that are in use, a row for each pixel.</summary>
        public float* Panel;

        /// <summary>For each tile of six rows, the block's pixels with six numbers each; unless taps are joined.</summary>
        public float* Dy;

        /// <summary>The rows of the padded image that the block needs, for joined taps.</summary>
        public float* Image;
    }

    private void FilterGradient(ConvShape g, float* x, float* dy, Write mode, float* dw)
    {
        FilterPlan plan = new(g);
        int size = g.K * plan.Taps * plan.Columns, segments = plan.Joined ? 1 : plan.RowsPerBlock;
        long dyFloats = plan.Joined ? 0 : (long)plan.RowTiles * TileRows * plan.BlockPixels;
        long imageFloats = plan.Joined ? PaddedFloats(g) : 0;
        long panelFloats = (long)plan.BlockPixels * TileWidth + Slack, tileFloats = TileRows * TileWidth;
        long segmentFloats = segments * sizeof(Segment) / sizeof(float);
        float* partial = Scratch(
            plan.Chunks > 1 ? (long)plan.Chunks * size : 0, segmentFloats + tileFloats + panelFloats + imageFloats + dyFloats, out float* own);
        FilterRoom room = new() { Segments = (Segment*)own, Tile = own + segmentFloats };
        room.Panel = room.Tile + tileFloats;
        room.Dy = room.Image = room.Panel + panelFloats;

        if (plan.Chunks == 1)
        {
            int units = plan.Taps * plan.Panels;
            bool byRows = plan.RowTiles > units;
            (int tileFrom, int tileTo) = byRows ? Share(plan.RowTiles) : (0, plan.RowTiles);
            (int unitFrom, int unitTo) = byRows ? (0, units) : Share(units);
            if (tileFrom < tileTo && unitFrom < unitTo)
            {
                for (int b = 0; b < plan.Blocks; b++)
                    FilterBlock(g, plan, b, tileFrom, tileTo, unitFrom, unitTo, x, dy, b > 0 || mode == Write.Accumulate, dw, room);
            }

            return;
        }

        (int first, int end) = Share(plan.Chunks);
        for (int chunk = first; chunk < end; chunk++)
        {
            int from = (int)((long)plan.Blocks * chunk / plan.Chunks), to = (int)((long)plan.Blocks * (chunk + 1) / plan.Chunks);
            for (int b = from; b < to; b++)
                FilterBlock(g, plan, b, 0, plan.RowTiles, 0, plan.Taps * plan.Panels, x, dy, b > from, partial + (long)chunk * size, room);
        }

        team.Sync();
        (first, end) = Share(size, Width);
        for (int i = first; i < end; i++)
        {
            float sum = 0;
            for (int chunk = 0; chunk < plan.Chunks; chunk++)
                sum += partial[(long)chunk * size + i];
            dw[i] = mode == Write.Accumulate ? dw[i] + sum : sum;
        }
    }

    /// <summary>Adds one block of pixels to tiles [tileFrom, tileTo) × units (tap, panel) [unitFrom, unitTo) of the gradient.</summary>
    private static void FilterBlock(
        ConvShape g, in FilterPlan plan, int block, int tileFrom, int tileTo, int unitFrom, int unitTo,
        float* x, float* dy, bool accumulate, float* dw, in FilterRoom room)
    {
        int n = block / plan.BlocksPerImage * plan.ImagesPerBlock, images = Math.Min(plan.ImagesPerBlock, g.N - n);
        int top = block % plan.BlocksPerImage * plan.RowsPerBlock, bottom = Math.Min(top + plan.RowsPerBlock, g.OutH);
        int pixels = images * (bottom - top) * g.OutW;
        Segment* segments = room.Segments;
        float* tile = room.Tile, panel = room.Panel;
        if (plan.Joined)
        {
            // The first tile would wait for each row of dy.
            Prefetch(dy + ((nint)n * g.OutH + top) * g.OutW * g.K, 1, pixels * g.K, 0);
            Pad(g, x, n, top * g.Stride, (bottom - 1) * g.Stride + g.R, room.Image);
        }
        else
        {
            PackPixels(g, dy, n, images, top, bottom, tileFrom, tileTo, room.Dy, plan.BlockPixels);
        }

        for (int unit = unitFrom; unit < unitTo; unit++)
        {
            int tap = unit / plan.Panels, column = 0;
            for (int p = 0; p < unit % plan.Panels; p++)
                column += MicroKernel<V, S>.TileVectors(plan.Columns - column) * Width;
            int vectors = MicroKernel<V, S>.TileVectors(plan.Columns - column), width = vectors * Width;
            (int r, int s) = (tap / g.R, tap % g.R);
            int oh0 = Math.Max(top, FirstInside(r, g)), oh1 = Math.Min(bottom, EndInside(r, g.H, g.OutH, g));
            int ow0 = FirstInside(s, g), ow1 = EndInside(s, g.W, g.OutW, g);
            int run = Math.Max(0, ow1 - ow0) * images, count = run > 0 ? Math.Max(0, oh1 - oh0) : 0;
            if (plan.Joined)
            {
                (segments->Row, segments->Depth) = (0, pixels);
                Unfold(g, room.Image, top, bottom, column, width, panel);
            }
            else
            {
                PackWindow(g, x, n, images, r, s, oh0, oh0 + count, ow0, ow1, column, panel, width);
                for (int i = 0; i < count; i++)
                {
                    float* a = room.Dy + (nint)((oh0 + i - top) * g.OutW + ow0) * images * TileRows;
                    segments[i] = new() { A0 = a, A1 = a + 1, A2 = a + 2, A3 = a + 3, A4 = a + 4, A5 = a + 5, Row = i * run, Depth = run };
                }
            }

            for (int t = tileFrom; t < tileTo; t++)
            {
                int rows = Math.Min(TileRows, g.K - t * TileRows);
                float* to = dw + ((nint)t * TileRows * plan.Taps + tap) * plan.Columns + column;
                // The tile of the gradient arrives while its sums are made.
                Prefetch(to, rows, width, plan.Taps * plan.Columns);
                if (plan.Joined)
                {
                    // dy in place. Rows beyond K repeat the last one, so that nothing is read beyond dy.
                    for (int i = 0; i < TileRows; i++)
                        ((float**)segments)[i] = dy + (((nint)n * g.OutH + top) * g.OutW * g.K) + t * TileRows + Math.Min(i, rows - 1);
                    MicroKernel<V, S>.Tile(vectors, segments, 1, 0, (nint)g.K * sizeof(float), panel, tile, false);
                }
                else
                {
                    nint offset = (nint)(t - tileFrom) * plan.BlockPixels * TileRows * sizeof(float);
                    MicroKernel<V, S>.Tile(vectors, segments, count, offset, TileRows * sizeof(float), panel, tile, false);
                }

                AddTile(tile, width, rows, Math.Min(width, plan.Columns - column), accumulate, to, plan.Taps * plan.Columns);
            }
        }
    }

    /// <summary>The first output row (or column) whose tap r is inside the image, and the end of those.</summary>
    private static int FirstInside(int r, ConvShape g) => Math.Max(0, (g.Pad - r + g.Stride - 1) / g.Stride);

    private static int EndInside(int r, int size, int outSize, ConvShape g)
    {
        int last = size - 1 + g.Pad - r;
        return last < 0 ? 0 : Math.Min(outSize, last / g.Stride + 1);
    }

    /// <summary>dy of a block: for each tile of six channels, six numbers of each pixel, pixels in the order row, column, image.</summary>
    private static void PackPixels(ConvShape g, float* dy, int n, int images, int top, int bottom, int tileFrom, int tileTo, float* packed, nint blockPixels)
    {
        nint pixel = 0;
        for (int oh = top; oh < bottom; oh++)
        {
            for (int ow = 0; ow < g.OutW; ow++)
            {
                for (int i = 0; i < images; i++, pixel++)
                {
                    float* from = dy + (((nint)(n + i) * g.OutH + oh) * g.OutW + ow) * g.K + tileFrom * TileRows;
                    float* to = packed + pixel * TileRows;
                    int left = g.K - tileFrom * TileRows;
                    for (int t = tileFrom; t < tileTo; t++, from += TileRows, to += blockPixels * TileRows, left -= TileRows)
                    {
                        if (left >= TileRows)
                        {
                            Unsafe.CopyBlockUnaligned(to, from, TileRows * sizeof(float));
                            continue;
                        }

                        for (int j = 0; j < TileRows; j++)
                            to[j] = j < left ? from[j] : 0;
                    }
                }
            }
        }
    }

    /// <summary>The pixels of x under tap (r, s) of output rows [oh0, oh1) and columns [ow0, ow1): their channels from <paramref name="column"/> on.</summary>
    private static void PackWindow(
        ConvShape g, float* x, int n, int images, int r, int s, int oh0, int oh1, int ow0, int ow1, int column, float* panel, int width)
    {
        nint image = (nint)g.H * g.W * g.C;
        for (int oh = oh0; oh < oh1; oh++)
        {
            int h = oh * g.Stride - g.Pad + r, w = ow0 * g.Stride - g.Pad + s;
            float* from = x + n * image + ((nint)h * g.W + w) * g.C + column;
            if (images == 1)
            {
                Packing<V, S>.Copy(from, g.Stride * g.C, g.C - column, ow1 - ow0, panel, width);
                panel += (nint)(ow1 - ow0) * width;
                continue;
            }

            for (int ow = ow0; ow < ow1; ow++, from += g.Stride * g.C, panel += (nint)images * width)
                Packing<V, S>.Copy(from, image, g.C - column, images, panel, width);
        }
    }

    /// <summary>Asks for rows of <paramref name="width"/> numbers ahead of their use.</summary>
    private static void Prefetch(float* to, int rows, int width, nint stride)
    {
        if (!Sse.IsSupported)
            return;
        for (int i = 0; i < rows; i++, to += stride)
        {
            for (int j = 0; j < width; j += 64 / sizeof(float))
                Sse.Prefetch0(to + j);
        }
    }

    private static void AddTile(float* tile, int width, int rows, int columns, bool accumulate, float* to, nint stride)
    {
        for (int i = 0; i < rows; i++, tile += width, to += stride)
        {
            int j = 0;
            for (; j + Width <= columns; j += Width)
                S.Store(accumulate ? S.Add(S.Load(to + j), S.Load(tile + j)) : S.Load(tile + j), to + j);
            for (; j < columns; j++)
                to[j] = accumulate ? to[j] + tile[j] : tile[j];
        }
    }
}
