using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Filter gradients by <see cref="Winograd{V,S}"/>: for each point the sum over all tiles of data times spread dy, and one transform at
/// the end. Block of tiles by block of tiles: all workers transform, meet, multiply, meet. Blocks, and so the order of every
/// sum, follow from the shape alone.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Tiles of a block: many, so that the sums are seldom read and written; few enough for what is transformed to stay in cache.
    /// </summary>
    private const int WinogradFilterTiles = 96;

    /// <summary>
    /// The sizes of a filter gradient's operands, for a group of panels (channels of one phase): for each panel, point and tile a row of
    /// data; for each point and tile a row of dy; for each panel and point a row of sums for each of K.
    /// </summary>
    private readonly struct WinogradGradient
    {
        public WinogradGradient(ConvShape g, WinogradGrid grid)
        {
            Tiles = grid.MostTiles;
            Panels = (g.C + WidestColumns - 1) / WidestColumns;
            Rows = (g.K + TileRows - 1) / TileRows * TileRows;
            Channels = Padded(g.K);
            Group = (int)Math.Clamp(WinogradFilterFloats / PanelSums, 1, 4 * Panels);
        }

        public int Tiles { get; }

        /// <summary>Panels of one phase.</summary>
        public int Panels { get; }

        /// <summary>Panels at a time.</summary>
        public int Group { get; }

        /// <summary>K in whole tiles of rows, and in whole vectors.</summary>
        public int Rows { get; }

        public int Channels { get; }

        public long PanelData => (long)WinogradPoints * Tiles * WidestColumns;

        public long PanelSums => (long)WinogradPoints * Rows * WidestColumns;

        /// <summary>The last tile of rows may read beyond K.</summary>
        public long Spread => (long)WinogradPoints * Tiles * Channels + TileRows;

        public long Floats => Group * (PanelData + PanelSums) + Spread;
    }

    private void WinogradBackwardFilter(ConvShape g, float* x, float* dy, Write mode, float* dw)
    {
        WinogradGrid grid = new(g, WinogradFilterTiles);
        WinogradGradient sizes = new(g, grid);
        WinogradMemory memory = new(null, grid.MostTiles, Math.Max(g.C, g.K));
        float* data = Scratch(sizes.Floats, memory.Floats, out float* own);
        float* sums = data + sizes.Group * sizes.PanelData, spread = sums + sizes.Group * sizes.PanelSums;
        memory = new(own, grid.MostTiles, Math.Max(g.C, g.K));
        WinogradBlock tiles = new(memory.Tiles);
        for (int first = 0, end; first < 4 * sizes.Panels; first = end)
        {
            end = Math.Min(first + sizes.Group, 4 * sizes.Panels);
            for (int block = 0; block < grid.Blocks; block++)
            {
                grid.Fill(block, ref tiles);
                (int tile, int tileEnd) = Share(tiles.Count);
                for (; tile < tileEnd; tile++)
                {
                    SpreadGradient(g, tiles, tile, dy, sizes, memory, spread);
                    for (int panel = first; panel < end; panel++)
                        WinogradData(g, tiles, tile, x, panel, sizes, memory, data + (panel - first) * sizes.PanelData);
                }

                team.Sync();
                (int unit, int unitEnd) = Share((end - first) * WinogradPoints);
                for (; unit < unitEnd; unit++)
                {
                    (int panel, int point) = Math.DivRem(unit, WinogradPoints);
                    int vectors = MicroKernel<V, S>.TileVectors(g.C - (first + panel) % sizes.Panels * WidestColumns);
                    AddProducts(
                        g, tiles.WithPoint(point, Winograd<V, S>.Slots, Winograd<V, S>.FourOnly), vectors,
                        spread + (nint)point * sizes.Tiles * sizes.Channels, sizes.Channels,
                        data + panel * sizes.PanelData + (nint)point * sizes.Tiles * WidestColumns,
                        block == 0 ? Write.Overwrite : Write.Accumulate,
                        sums + panel * sizes.PanelSums + (nint)point * sizes.Rows * WidestColumns);
                }

                team.Sync();
            }

            (int row, int rowEnd) = Share((end - first) * g.K);
            for (; row < rowEnd; row++)
            {
                (int panel, int k) = Math.DivRem(row, g.K);
                CollectFilter(g, first + panel, k, sizes, sums + panel * sizes.PanelSums, memory, mode, dw);
            }
        }
    }

    /// <summary>The dy of one tile at all points.</summary>
    private static void SpreadGradient(
        ConvShape g, in WinogradBlock tiles, int i, float* dy, in WinogradGradient sizes, in WinogradMemory memory, float* spread)
    {
        PlacePixels(
            dy, new(g.OutH, g.OutW, g.K), tiles[i].N, tiles[i].Y, tiles[i].X, 1, Winograd<V, S>.Slots - 1, memory.Zeros, memory.From);
        for (int point = 0; point < WinogradPoints; point++)
            memory.To[point] = spread + ((nint)point * sizes.Tiles + i) * sizes.Channels;
        MapPixels(WinogradMap.Spread, tiles.Fours(i), memory, 0, g.K, 0);
    }

    /// <summary>One panel of the transformed data of one tile.</summary>
    private static void WinogradData(
        ConvShape g, in WinogradBlock tiles, int i, float* x, int panel, in WinogradGradient sizes, in WinogradMemory memory, float* data)
    {
        (int phase, int column) = (panel / sizes.Panels, panel % sizes.Panels * WidestColumns);
        int width = MicroKernel<V, S>.TileVectors(g.C - column) * Width;
        int h = 2 * tiles[i].Y - 1 + phase / 2, w = 2 * tiles[i].X - 1 + phase % 2;
        PlacePixels(x, new(g.H, g.W, g.C), tiles[i].N, h, w, 2, Winograd<V, S>.Slots, memory.Zeros, memory.From);
        for (int point = 0; point < WinogradPoints; point++)
            memory.To[point] = data + (nint)point * sizes.Tiles * WidestColumns + i * width;
        MapPixels(WinogradMap.Data, tiles.Fours(i), memory, column, Math.Min(column + width, g.C), 0);
    }

    /// <summary>sums[k] = or += Σ_tiles spread[tile][k] · data[tile] for one point and panel.</summary>
    private static void AddProducts(
        ConvShape g, (int From, int To) tiles, int vectors, float* spread, int stride, float* data, Write mode, float* sums)
    {
        for (int k = 0; k < g.K; k += TileRows)
        {
            Segment segment = Segment.Side(spread + (nint)tiles.From * stride + k, tiles.From, tiles.To - tiles.From);
            MicroKernel<V, S>.Tile(
                vectors, &segment, 1, 0, (nint)stride * sizeof(float), data, sums + k * vectors * Width, mode == Write.Accumulate);
        }
    }

    /// <summary>The four taps of one phase, for one of K and a panel of channels.</summary>
    private static void CollectFilter(
        ConvShape g, int panel, int k, in WinogradGradient sizes, float* sums, in WinogradMemory memory, Write mode, float* dw)
    {
        (int phase, int column) = (panel / sizes.Panels, panel % sizes.Panels * WidestColumns);
        int width = MicroKernel<V, S>.TileVectors(g.C - column) * Width, columns = Math.Min(width, g.C - column);
        for (int point = 0; point < WinogradPoints; point++)
            memory.From[point] = sums + (nint)point * sizes.Rows * WidestColumns + k * width;
        for (int v = 0; v < columns; v += Width)
        {
            Winograd<V, S>.Apply<Winograd<V, S>.Collect, Winograd<V, S>.Collect, Winograd<V, S>.Plain>(
                memory.From, v, memory.Tails, 0, Width, default, memory.Work);
            for (int j = 0; j < 4; j++)
            {
                int r = phase / 2 + 2 * (j / 2), s = phase % 2 + 2 * (j % 2);
                float* tap = memory.Tails[j / 2 * Winograd<V, S>.Slots + j % 2];
                float* to = dw + (((nint)k * g.R + r) * g.R + s) * g.C + column + v;
                int count = Math.Min(Width, columns - v);
                if (count == Width)
                {
                    S.Store(mode == Write.Accumulate ? S.Add(S.Load(to), S.Load(tap)) : S.Load(tap), to);
                    continue;
                }

                for (int i = 0; i < count; i++)
                    to[i] = mode == Write.Accumulate ? to[i] + tap[i] : tap[i];
            }
        }
    }
}
