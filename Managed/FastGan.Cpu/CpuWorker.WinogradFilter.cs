using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Filter gradients by <see cref="Winograd{V,S}"/>: for each point the sum over all tiles of data times spread dy, and one transform at
/// the end. Where the images outweigh the gradient they are cut into two chunks, whose sums are added last, so that two workers each read their own half. Each worker
/// takes panels of channels of a chunk; where there are too few panels for that, all take part in all of
/// them: they transform a block of tiles, meet, multiply, meet. Chunks and blocks, and so the order of every sum, follow from the shape alone.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Tiles of a block: many, so that the sums are seldom read and written; few enough for what is transformed to stay in the last-level cache.
    /// </summary>
    private const int WinogradFilterTiles = 128;

    /// <summary>
    /// The sizes of a filter gradient's operands, for a group of panels (channels of one phase): for each panel, point and tile a row of
    /// data; for each point and tile a row of dy; for each panel and point a row of sums for each of K.
    /// </summary>
    private readonly struct WinogradGradient
    {
        private readonly ConvShape _g;

        public WinogradGradient(ConvShape g, int points, int workers)
        {
            _g = g;
            bool isSmall = (long)g.X.Count + g.Y.Count > 2L * g.Filter.Count;
            Chunks = isSmall && g.N > 1 ? 2 : 1;
            Panels = (g.C + WidestColumns - 1) / WidestColumns;
            RowTiles = (g.K + TileRows - 1) / TileRows;
            Channels = Padded(g.K);
            WinogradGrid largest = Chunk(Chunks - 1);
            MostTiles = largest.MostTiles;
            DataStep = (nint)MostTiles * WidestColumns + Line;
            SpreadStep = (nint)MostTiles * Channels + Line;
            SumStep = (nint)RowTiles * TileRows * WidestColumns + Line;
            Alone = IsEven(Chunks * ChunkPanels, workers);
            int most = !Alone ? ChunkPanels : largest.Blocks == 1 ? 1 : Math.Min(ChunkPanels, (Chunks * ChunkPanels + workers - 1) / workers);
            Group = (int)Math.Clamp(WinogradFilterFloats / (points * SumStep), 1, most);
        }

        /// <summary>Parts of the batch with sums of their own.</summary>
        public int Chunks { get; }

        /// <summary>Panels of a chunk.</summary>
        public int ChunkPanels => Phases * Panels;

        /// <summary>Tiles of the largest block.</summary>
        public int MostTiles { get; }

        /// <summary>Panels of one phase.</summary>
        public int Panels { get; }

        /// <summary>Whether each worker takes panels of its own.</summary>
        public bool Alone { get; }

        /// <summary>Panels at a time: one where its sums are whole after one block.</summary>
        public int Group { get; }

        /// <summary>Of K.</summary>
        public int RowTiles { get; }

        /// <summary>K in whole vectors.</summary>
        public int Channels { get; }

        /// <summary>Floats from one point's data, dy, sums to the next one's. The last tile of rows may read beyond K.</summary>
        public nint DataStep { get; }

        public nint SpreadStep { get; }

        public nint SumStep { get; }

        /// <summary>The tiles of one chunk; the last one has the most images.</summary>
        public WinogradGrid Chunk(int chunk) => new(_g, WinogradFilterTiles, (_g.N * chunk / Chunks, _g.N * (chunk + 1) / Chunks));
    }

    private void WinogradBackwardFilter(ConvShape g, float* x, float* dy, Write mode, float* dw)
    {
        int slots = WinogradGrid.Large(g) + 1, points = slots * slots, size = g.Filter.Count;
        WinogradGradient sizes = new(g, points, team.Size);
        bool alone = sizes.Alone;
        long panelData = points * sizes.DataStep, panelSums = points * sizes.SumStep, floats = sizes.Group * (panelData + panelSums) + points * sizes.SpreadStep + TileRows;
        long partialFloats = sizes.Chunks > 1 ? (long)sizes.Chunks * Padded(size) : 0;
        WinogradMemory memory = new(null, Math.Max(g.C, g.K), sizes.MostTiles);
        float* partial = Scratch(partialFloats + (alone ? 0 : floats), memory.Floats + (alone ? floats : 0), out float* own);
        memory = new(own, Math.Max(g.C, g.K), sizes.MostTiles);
        float* data = alone ? own + memory.Floats : partial + partialFloats;
        float* sums = data + sizes.Group * panelData, spread = sums + sizes.Group * panelSums;
        WinogradBlock tiles = new(memory.Tiles);
        (int start, int last) = alone ? Share(sizes.Chunks * sizes.ChunkPanels) : (0, sizes.Chunks * sizes.ChunkPanels);
        for (int unit = start, unitEnd; unit < last; unit = unitEnd)
        {
            (int chunk, int first) = Math.DivRem(unit, sizes.ChunkPanels);
            unitEnd = Math.Min(Math.Min(unit + sizes.Group, (chunk + 1) * sizes.ChunkPanels), last);
            int end = first + unitEnd - unit;
            WinogradGrid grid = sizes.Chunk(chunk);
            for (int block = 0; block < grid.Blocks; block++)
            {
                grid.Fill(block, ref tiles);
                (int i, int tileEnd) = Part(tiles.Count);
                for (; i < tileEnd; i++)
                {
                    if (unit == start || first == 0 || grid.Blocks > 1)
                    {
                        int vectors = sizes.Channels / Width;
                        MapSpread(
                            g, slots, tiles[i], tiles.Large(i), dy, memory, new(spread + (nint)i * sizes.Channels, sizes.SpreadStep),
                            NextPixels(dy, g.Y.SampleCount, slots, tiles[i], grid, 0, vectors), NextTiles(spread, sizes.SpreadStep, slots, i, 0, vectors));
                    }

                    for (int panel = first; panel < end; panel++)
                    {
                        (int phase, int column) = (panel / sizes.Panels, panel % sizes.Panels * WidestColumns);
                        int vectors = MicroKernel<V, S>.TileVectors(g.C - column), width = vectors * Width;
                        float* rows = data + (panel - first) * panelData;
                        MapData(
                            g, slots, tiles[i], tiles.Large(i), phase, x, column, Math.Min(column + width, g.C), memory, new(rows + i * width, sizes.DataStep),
                            end - first == sizes.ChunkPanels ? NextPixels(x, g.X.SampleCount, slots, tiles[i], grid, (panel - first) * vectors, (end - first) * vectors) : default,
                            NextTiles(rows, sizes.DataStep, slots, i, 0, vectors));
                    }
                }

                Meet();
                (int product, int productEnd) = Part((end - first) * points * sizes.RowTiles);
                for (; product < productEnd; product++)
                {
                    (int panel, int rest) = Math.DivRem(product, points * sizes.RowTiles);
                    (int point, int row) = Math.DivRem(rest, sizes.RowTiles);
                    int vectors = MicroKernel<V, S>.TileVectors(g.C - (first + panel) % sizes.Panels * WidestColumns);
                    WinogradSum(
                        sizes, tiles.WithPoint(point, slots, Winograd<V, S>.FourOnly), row, g.K - row * TileRows, vectors,
                        data + panel * panelData + point * sizes.DataStep, spread + point * sizes.SpreadStep, sums + panel * panelSums + point * sizes.SumStep, block > 0);
                }

                Meet();
            }

            (int filter, int filterEnd) = Part((end - first) * g.K);
            for (; filter < filterEnd; filter++)
            {
                (int panel, int k) = Math.DivRem(filter, g.K);
                if (sizes.Chunks == 1)
                    CollectFilter(g, slots, first + panel, k, sizes, sums + panel * panelSums, memory, mode, dw);
                else
                    CollectFilter(g, slots, first + panel, k, sizes, sums + panel * panelSums, memory, Write.Overwrite, partial + chunk * Padded(size));
            }
        }

        if (sizes.Chunks > 1)
        {
            team.Sync();
            AddPartials(sizes.Chunks, partial, size, mode, dw);
        }

        (int From, int To) Part(int count) => alone ? (0, count) : Share(count);

        void Meet()
        {
            if (!alone)
                team.Sync();
        }
    }

    /// <summary>Writes or adds the products of one point's tiles, for six of K.</summary>
    private static void WinogradSum(
        in WinogradGradient sizes, (int From, int To) tiles, int row, int rows, int vectors, float* data, float* spread, float* sums, bool add)
    {
        int width = vectors * Width, depth = Math.Max(1, tiles.To - tiles.From), floats = TileRows * width;
        Segment segment = Segment.Side(spread + (nint)tiles.From * sizes.Channels + row * TileRows, tiles.From, tiles.To - tiles.From);
        // Unless asked for, the next point's operands would come from the last-level cache while its first tiles wait, and so would the next tile's sums.
        Ahead nextData = Ahead.Run(data + sizes.DataStep, (nint)sizes.MostTiles * width, depth), nextSpread = Ahead.Run(spread + sizes.SpreadStep, (nint)sizes.MostTiles * sizes.Channels, depth);
        int left = row - nextData.Tiles;
        sums += row * floats;
        Lines ahead = left < 0 ? nextData[row] : left < nextSpread.Tiles ? nextSpread[left] : new(sums + floats, (floats + depth - 1) / depth);
        MicroKernel<V, S>.Tile(vectors, rows, &segment, 1, 0, (nint)sizes.Channels * sizeof(float), data, width, sums, width, add, ahead);
    }

    /// <summary>The four taps of one phase, for one of K and a panel of channels.</summary>
    private static void CollectFilter(
        ConvShape g, int slots, int panel, int k, in WinogradGradient sizes, float* sums, in WinogradMemory memory, Write mode, float* dw)
    {
        (int phase, int column) = (panel / sizes.Panels, panel % sizes.Panels * WidestColumns);
        int width = MicroKernel<V, S>.TileVectors(g.C - column) * Width, columns = Math.Min(width, g.C - column);
        Winograd<V, S>.Rows from = new(sums + k * width, sizes.SumStep);
        Winograd<V, S>.Pixels to = new(memory.Tails, 0);
        for (int v = 0; v < columns; v += Width)
        {
            if (slots == 8)
                Winograd<V, S>.Apply<Winograd<V, S>.Collect7, Winograd<V, S>.Collect7, Winograd<V, S>.Rows, Winograd<V, S>.Pixels>(from, v, to, 0, Width, memory.Work);
            else
                Winograd<V, S>.Apply<Winograd<V, S>.Collect4, Winograd<V, S>.Collect4, Winograd<V, S>.Rows, Winograd<V, S>.Pixels>(from, v, to, 0, Width, memory.Work);
            for (int j = 0; j < 4; j++)
            {
                int r = phase / 2 + 2 * (j / 2), s = phase % 2 + 2 * (j % 2);
                float* tap = memory.Tails[j / 2 * slots + j % 2], put = dw + (((nint)k * g.R + r) * g.R + s) * g.C + column + v;
                int count = Math.Min(Width, columns - v);
                if (count == Width)
                {
                    S.Store(mode == Write.Accumulate ? S.Add(S.Load(put), S.Load(tap)) : S.Load(tap), put);
                    continue;
                }

                for (int i = 0; i < count; i++)
                    put[i] = mode == Write.Accumulate ? put[i] + tap[i] : tap[i];
            }
        }
    }
}
