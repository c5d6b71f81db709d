using System.Runtime.CompilerServices;
using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>A part of a filter gradient: a range of tiles of six rows (of K), and one of units (a panel of columns for one tap).</summary>
internal readonly record struct FilterPart((int From, int To) Tiles, (int From, int To) Units)
{
    public bool IsEmpty => Tiles.From >= Tiles.To || Units.From >= Units.To;
}

/// <summary>
/// One worker's way through dw[k,r,s,c] = Σ_pixels dy[pixel,k] · x[pixel under tap (r,s),c], block of pixels by block of pixels.
/// For each block, dy is packed with six channels side by side, then for each unit the x under its tap, pixels beyond the border left out.
/// </summary>
internal unsafe struct FilterPass<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>
    /// Pixels of a block: many, so that the gradient is seldom read and written; few enough for a panel of x to stay in cache.
    /// </summary>
    private const int PackedBlockPixels = 384;

    private const int TileRows = MicroKernel<V, S>.Rows;
    private const int TileFloats = TileRows * MicroKernel<V, S>.WidestTileFloats;

    private readonly ConvShape _g;
    private readonly int _taps, _columns, _panels, _imagesPerBlock, _rowsPerBlock, _blocksPerImage;
    private float* _x, _dy;
    private Segment* _segments;
    private float* _tile;

    /// <summary>The columns of x that are in use, a row for each pixel.</summary>
    private float* _panel;

    /// <summary>For each tile the block's pixels with six numbers each, pixels in the order row, column, image.</summary>
    private float* _packedDy;

    public FilterPass(ConvShape g)
    {
        _g = g;
        _taps = g.R * g.R;
        _columns = g.C;
        int width = MicroKernel<V, S>.WidestTile * S.Width;
        _panels = (_columns + width - 1) / width;
        int pixels = g.OutH * g.OutW, blocks = (pixels + PackedBlockPixels - 1) / PackedBlockPixels;
        _imagesPerBlock = Math.Clamp(PackedBlockPixels / pixels, 1, g.N);
        _rowsPerBlock = (g.OutH + blocks - 1) / blocks;
        _blocksPerImage = (g.OutH + _rowsPerBlock - 1) / _rowsPerBlock;
        BlockPixels = _imagesPerBlock * _rowsPerBlock * g.OutW;
        Blocks = (g.N + _imagesPerBlock - 1) / _imagesPerBlock * _blocksPerImage;
    }

    public int Blocks { get; }

    public readonly int RowTiles => (_g.K + TileRows - 1) / TileRows;

    /// <summary>Panels of columns, over all taps.</summary>
    public readonly int Units => _taps * _panels;

    /// <summary>Memory for <see cref="Bind"/>.</summary>
    public readonly long ScratchFloats => SegmentFloats + TileFloats + PanelFloats + RowTiles * StripFloats;

    /// <summary>Pixels of the largest block.</summary>
    private int BlockPixels { get; }

    private readonly int SegmentFloats => _rowsPerBlock * sizeof(Segment) / sizeof(float);

    private readonly long PanelFloats => (long)BlockPixels * MicroKernel<V, S>.WidestTileFloats;

    /// <summary>One tile's dy of a block.</summary>
    private readonly long StripFloats => (long)BlockPixels * TileRows;

    /// <summary>The operands, and memory of this worker's own, on a cache line.</summary>
    public void Bind(float* x, float* dy, float* memory)
    {
        _x = x;
        _dy = dy;
        _segments = (Segment*)memory;
        _tile = memory + SegmentFloats;
        _panel = _tile + TileFloats;
        _packedDy = _panel + PanelFloats;
    }

    /// <summary>Writes or adds one block's part of the gradient.</summary>
    public readonly void Add(int block, FilterPart part, Write mode, float* dw)
    {
        int n = block / _blocksPerImage * _imagesPerBlock, images = Math.Min(_imagesPerBlock, _g.N - n);
        int top = block % _blocksPerImage * _rowsPerBlock, bottom = Math.Min(top + _rowsPerBlock, _g.OutH);
        PackDy(n, images, top, bottom, part);
        for (int unit = part.Units.From; unit < part.Units.To; unit++)
        {
            int tap = unit / _panels, column = unit % _panels * MicroKernel<V, S>.WidestTile * S.Width;
            int vectors = MicroKernel<V, S>.TileVectors(_columns - column), width = vectors * S.Width;
            int segments = PackTap(tap / _g.R, tap % _g.R, n, images, top, bottom, column, width);
            for (int t = part.Tiles.From; t < part.Tiles.To; t++)
            {
                int rows = Math.Min(TileRows, _g.K - t * TileRows);
                nint stride = _taps * _columns;
                float* to = dw + t * TileRows * stride + tap * _columns + column;
                // The tile of the gradient arrives while its sums are made. A whole one is written in place.
                PrefetchRows(to, rows, width, stride);
                bool whole = rows % 2 == 0 && column + width <= _columns;
                nint strip = (nint)((t - part.Tiles.From) * StripFloats * sizeof(float));
                MicroKernel<V, S>.Tile(
                    vectors, rows, _segments, segments, strip, TileRows * sizeof(float), _panel, width, whole ? to : _tile, whole ? stride : width,
                    whole && mode == Write.Accumulate);
                if (!whole)
                    Put(_tile, width, rows, Math.Min(width, _columns - column), mode, to, stride);
            }
        }
    }

    private readonly void PackDy(int n, int images, int top, int bottom, FilterPart part)
    {
        nint pixel = 0, strip = (nint)StripFloats;
        for (int oh = top; oh < bottom; oh++)
        {
            for (int ow = 0; ow < _g.OutW; ow++)
            {
                for (int i = 0; i < images; i++, pixel++)
                {
                    float* from = _dy + (((nint)(n + i) * _g.OutH + oh) * _g.OutW + ow) * _g.K + part.Tiles.From * TileRows;
                    float* to = _packedDy + pixel * TileRows;
                    int left = _g.K - part.Tiles.From * TileRows;
                    for (int t = part.Tiles.From; t < part.Tiles.To; t++, from += TileRows, to += strip, left -= TileRows)
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

    /// <summary>
    /// Packs columns [column, column + width) of the pixels of x under tap (r, s) of output rows [top, bottom), and makes a segment for
    /// each output row; returns how many.
    /// </summary>
    private readonly int PackTap(int r, int s, int n, int images, int top, int bottom, int column, int width)
    {
        int oh0 = Math.Max(top, FirstInside(r)), oh1 = Math.Min(bottom, EndInside(r, _g.H, _g.OutH));
        int ow0 = FirstInside(s), ow1 = EndInside(s, _g.W, _g.OutW), run = (ow1 - ow0) * images;
        if (oh0 >= oh1 || ow0 >= ow1)
            return 0;
        nint image = (nint)_g.H * _g.W * _g.C, step = (nint)_g.Stride * _g.C;
        float* panel = _panel;
        for (int oh = oh0; oh < oh1; oh++)
        {
            float* a = _packedDy + (nint)((oh - top) * _g.OutW + ow0) * images * TileRows;
            _segments[oh - oh0] = Segment.Side(a, (oh - oh0) * run, run);
            int h = oh * _g.Stride - _g.Pad + r, w = ow0 * _g.Stride - _g.Pad + s;
            float* from = _x + n * image + ((nint)h * _g.W + w) * _g.C + column;
            if (images == 1)
            {
                Packing<V, S>.Copy(from, step, _g.C - column, run, panel, width);
                panel += (nint)run * width;
                continue;
            }

            for (int ow = ow0; ow < ow1; ow++, from += step, panel += (nint)images * width)
                Packing<V, S>.Copy(from, image, _g.C - column, images, panel, width);
        }

        return oh1 - oh0;
    }

    /// <summary>The first output row (or column) whose tap r is inside the image.</summary>
    private readonly int FirstInside(int r) => Math.Max(0, (_g.Pad - r + _g.Stride - 1) / _g.Stride);

    /// <summary>The end of the output rows (or columns) whose tap r is inside an image of some height (or width).</summary>
    private readonly int EndInside(int r, int size, int outSize)
    {
        int last = size - 1 + _g.Pad - r;
        return last < 0 ? 0 : Math.Min(outSize, last / _g.Stride + 1);
    }

    /// <summary>Asks for rows of <paramref name="width"/> numbers ahead of their use.</summary>
    public static void PrefetchRows(float* at, int rows, int width, nint stride)
    {
        for (int i = 0; i < rows; i++, at += stride)
            Prefetch.Near(at, width);
    }

    /// <summary>Writes or adds a tile of which not all rows or columns are the gradient's.</summary>
    public static void Put(float* tile, int width, int rows, int columns, Write mode, float* to, nint stride)
    {
        bool add = mode == Write.Accumulate;
        for (int i = 0; i < rows; i++, tile += width, to += stride)
        {
            int j = 0;
            for (; j + S.Width <= columns; j += S.Width)
                S.Store(add ? S.Add(S.Load(to + j), S.Load(tile + j)) : S.Load(tile + j), to + j);
            for (; j < columns; j++)
                to[j] = add ? to[j] + tile[j] : tile[j];
        }
    }
}
