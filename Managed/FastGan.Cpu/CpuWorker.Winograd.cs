using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Convolutions of 4 × 4 filters and stride 2 with fewer multiplications. Pixels of even and of odd rows and columns make four images
/// of half the size, the phases, on each of which the filter has 2 × 2 taps and stride 1; these take <see cref="Winograd{V,S}"/>. The image's backward
/// pass is the transpose of all that. Each worker takes its images, block of tiles by block of tiles, from pixels to points, through the products, and back to
/// pixels, so that what is between stays in its own cache; only the transformed filters are everybody's. Where these are the larger part, each takes some panels of all images.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Floats that a block of tiles and its products with a panel may take: beyond the second-level cache, from which they stream well, so that the
    /// transformed filters, which each block reads, are read rarely. And fewest and most tiles of a block.
    /// </summary>
    private const int WinogradBlockFloats = 1_600_000, FewestTiles = TileRows, MostTiles = 44 * TileRows;

    /// <summary>Floats of transformed filters that the last-level cache keeps.</summary>
    private const int WinogradFilterFloats = 1 << 22;

    /// <summary>Floats between the points of a tile beyond what they take, so that they don't all fall into the same set of a cache.</summary>
    private const int Line = 16;

    private const int Phases = 4;

    /// <summary>Columns of the widest tile.</summary>
    private static int WidestColumns => MicroKernel<V, S>.WidestTile * Width;

    /// <summary>
    /// Which way a convolution goes: its products have a depth (forward the channels of all phases, backward K) and panels of columns (forward of
    /// K, backward of each phase's channels).
    /// </summary>
    private readonly struct WinogradProducts
    {
        public WinogradProducts(ConvShape g, bool forward, int workers)
        {
            Forward = forward;
            Slots = WinogradGrid.Large(g) + 1;
            Channels = Padded(forward ? g.C : g.K);
            Depth = DepthPhases * Channels;
            Columns = forward ? g.K : g.C;
            PanelsOfPhase = (Columns + WidestColumns - 1) / WidestColumns;
            Panels = forward ? PanelsOfPhase : Phases * PanelsOfPhase;
            FilterStep = (nint)Depth * WidestColumns + Line;
            ByPanels = g.N < workers || (Panels * PanelFloats > WinogradFilterFloats && IsEven(Panels, workers));
            int tiles = ByPanels ? MostTiles : WinogradBlockFloats / Points / (Depth + WidestColumns) / TileRows * TileRows;
            Tiles = Math.Clamp(tiles, FewestTiles, MostTiles);
            MostBlockTiles = new WinogradGrid(g, Tiles, (0, g.N)).MostTiles;
            DataStep = (nint)MostBlockTiles * Depth + Line;
            ProductStep = (nint)(MostBlockTiles + TileRows) * WidestColumns + Line;
        }

        public bool Forward { get; }

        /// <summary>Of a tile's points, along an axis.</summary>
        public int Slots { get; }

        public int Points => Slots * Slots;

        /// <summary>Of one phase, in whole vectors.</summary>
        public int Channels { get; }

        public int Depth { get; }

        /// <summary>Phases that the depth consists of.</summary>
        public int DepthPhases => Forward ? Phases : 1;

        public int Columns { get; }

        public int PanelsOfPhase { get; }

        public int Panels { get; }

        /// <summary>
        /// Whether each worker takes some panels of all images, with filters of its own, rather than some images, with everybody's filters: where there are too few
        /// images, or where filters are so large that reading them costs more than the data's transforms.
        /// </summary>
        public bool ByPanels { get; }

        /// <summary>Tiles of a block, and of the largest one.</summary>
        public int Tiles { get; }

        public int MostBlockTiles { get; }

        /// <summary>Floats from one point's data, filters, products to the next one's.</summary>
        public nint DataStep { get; }

        public nint FilterStep { get; }

        public nint ProductStep { get; }

        public long PanelFloats => Points * FilterStep;

        public (int Phase, int Column) this[int panel] => (panel / PanelsOfPhase, panel % PanelsOfPhase * WidestColumns);

        public int Vectors(int panel) => MicroKernel<V, S>.TileVectors(Columns - this[panel].Column);
    }

    /// <summary>Whether workers' shares of some panels are nearly the same.</summary>
    private static bool IsEven(int panels, int workers) => panels % workers == 0 || panels >= 4 * workers;

    private void WinogradForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y) => RunWinograd(g, true, x, w, epilogue, y);

    private void WinogradBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x) => RunWinograd(g, false, y, w, epilogue, x);

    private void RunWinograd(ConvShape g, bool forward, float* input, float* w, in Epilogue<V, S> epilogue, float* output)
    {
        WinogradProducts sizes = new(g, forward, team.Size);
        WinogradMemory memory = new(null, g, sizes);
        float* filters = Scratch(sizes.ByPanels ? 0 : sizes.Panels * sizes.PanelFloats, memory.Floats, out float* own);
        memory = new(own, g, sizes);
        WinogradGrid grid = new(g, sizes.Tiles, sizes.ByPanels ? (0, g.N) : Share(g.N));
        WinogradBlock tiles = new(memory.Tiles);
        if (sizes.ByPanels)
        {
            (int first, int end) = Share(sizes.Panels);
            for (int panel = first; panel < end; panel++)
            {
                for (int phase = 0; phase < sizes.DepthPhases; phase++)
                    PackWinograd(g, sizes, panel, phase, w, memory, new Winograd<V, S>.Rows(memory.Filters, sizes.FilterStep));
                for (int block = 0; block < grid.Blocks; block++)
                {
                    if (panel == first || grid.Blocks > 1)
                    {
                        grid.Fill(block, ref tiles);
                        WinogradData(g, sizes, tiles, grid, input, memory);
                    }

                    Multiply(panel, memory.Filters, epilogue);
                }
            }

            return;
        }

        (int unit, int unitEnd) = Share(sizes.Panels * sizes.DepthPhases);
        for (; unit < unitEnd; unit++)
        {
            (int panel, int phase) = Math.DivRem(unit, sizes.DepthPhases);
            PackWinograd(g, sizes, panel, phase, w, memory, new Winograd<V, S>.SharedRows(filters + panel * sizes.PanelFloats, sizes.FilterStep));
        }

        team.Sync();
        for (int block = 0; block < grid.Blocks; block++)
        {
            grid.Fill(block, ref tiles);
            WinogradData(g, sizes, tiles, grid, input, memory);
            for (int panel = 0; panel < sizes.Panels; panel++)
                Multiply(panel, filters + panel * sizes.PanelFloats, epilogue);
        }

        void Multiply(int panel, float* packed, in Epilogue<V, S> epilogue)
        {
            WinogradMultiply(sizes, tiles, sizes.Vectors(panel), packed, memory);
            if (forward)
                WinogradOutputs(g, sizes, tiles, panel, epilogue, output, memory);
            else
                WinogradReturns(g, sizes, tiles, grid, panel, epilogue, output, memory);
        }
    }

    /// <summary>The transformed filter for one panel of columns; forward for one phase of its depth.</summary>
    private static void PackWinograd<T>(ConvShape g, in WinogradProducts sizes, int panel, int phase, float* w, in WinogradMemory memory, T packed)
        where T : struct, IPlaces<V, T>
    {
        int size = g.C * g.R * g.R, width = sizes.Vectors(panel) * Width, rows = sizes.Channels, channels = sizes.Forward ? g.C : g.K;
        (int panelPhase, int column) = sizes[panel];
        nint step = (nint)rows * width, offset = phase * step;
        if (!sizes.Forward)
            phase = panelPhase;
        for (int j = 0; j < 4; j++)
        {
            int r = phase / 2 + 2 * (j / 2), s = phase % 2 + 2 * (j % 2);
            float* tap = memory.Taps + j * step, from = w + (r * g.R + s) * g.C;
            if (sizes.Forward)
                Packing<V, S>.Transpose(from + (nint)column * size, size, g.K - column, channels, tap, width);
            else
                Packing<V, S>.Copy(from + column, size, g.C - column, channels, tap, width);
            new Span<float>(tap + (nint)channels * width, (rows - channels) * width).Clear();
            memory.Pixels[j / 2 * sizes.Slots + j % 2] = tap;
        }

        if (sizes.Slots == 8)
            Winograd<V, S>.Apply<Winograd<V, S>.Evaluate7, Winograd<V, S>.Evaluate7, Winograd<V, S>.Pixels, T>(new(memory.Pixels, 0), 0, packed, offset, (int)step, memory.Work);
        else
            Winograd<V, S>.Apply<Winograd<V, S>.Evaluate4, Winograd<V, S>.Evaluate4, Winograd<V, S>.Pixels, T>(new(memory.Pixels, 0), 0, packed, offset, (int)step, memory.Work);
    }

    /// <summary>The tiles at all points: a row for each.</summary>
    private static void WinogradData(ConvShape g, in WinogradProducts sizes, in WinogradBlock tiles, WinogradGrid grid, float* input, in WinogradMemory memory)
    {
        int slots = sizes.Slots, vectors = sizes.Channels / Width, ofTile = sizes.DepthPhases * vectors, image = sizes.Forward ? g.X.SampleCount : g.Y.SampleCount;
        for (int i = 0; i < tiles.Count; i++)
        {
            float* row = memory.Data + (nint)i * sizes.Depth;
            for (int phase = 0; phase < sizes.DepthPhases; phase++)
            {
                Runs next = NextPixels(input, image, slots, tiles[i], grid, phase * vectors, ofTile);
                Runs nextRows = NextTiles(memory.Data, sizes.DataStep, slots, i, phase * vectors, ofTile);
                if (sizes.Forward)
                    MapData(g, slots, tiles[i], tiles.Large(i), phase, input, 0, g.C, memory, new(row + phase * sizes.Channels, sizes.DataStep), next, nextRows);
                else
                    MapSpread(g, slots, tiles[i], tiles.Large(i), input, memory, new(row, sizes.DataStep), next, nextRows);
            }
        }
    }

    /// <summary>The products of all tiles with one panel of filters, at the points that each has.</summary>
    private static void WinogradMultiply(in WinogradProducts sizes, in WinogradBlock tiles, int vectors, float* filters, in WinogradMemory memory)
    {
        Segment rows = new() { Depth = sizes.Depth };
        for (int point = 0; point < sizes.Points; point++, filters += sizes.FilterStep)
        {
            float* data = memory.Data + point * sizes.DataStep, products = memory.Products + point * sizes.ProductStep;
            (int row, int end) = tiles.WithPoint(point, sizes.Slots, Winograd<V, S>.FourOnly);
            // Unless asked for, the next point's operands would come from the last-level cache while its first tiles wait.
            Ahead nextFilters = Ahead.Run(filters + sizes.FilterStep, sizes.Depth * vectors * Width, sizes.Depth);
            Ahead nextData = Ahead.Run(data + sizes.DataStep, (nint)tiles.Count * sizes.Depth, sizes.Depth);
            for (int tile = 0; row < end; tile++, row += TileRows)
            {
                for (int i = 0; i < TileRows; i++)
                    ((float**)&rows)[i] = data + (nint)Math.Min(row + i, end - 1) * sizes.Depth;
                MicroKernel<V, S>.Tile(
                    vectors, end - row, &rows, 1, 0, sizeof(float), filters, vectors * Width, products + row * vectors * Width, vectors * Width, false,
                    tile < nextFilters.Tiles ? nextFilters[tile] : nextData[tile - nextFilters.Tiles]);
            }
        }
    }

    /// <summary>The outputs of all tiles, one panel of their columns.</summary>
    private static void WinogradOutputs(
        ConvShape g, in WinogradProducts sizes, in WinogradBlock tiles, int panel, in Epilogue<V, S> epilogue, float* y, in WinogradMemory memory)
    {
        int slots = sizes.Slots, width = sizes.Vectors(panel) * Width, column = sizes[panel].Column;
        int columns = Math.Min(width, g.K - column), whole = columns / Width * Width;
        epilogue.FillBias(column, g.K, width, memory.Biases);
        for (int i = 0; i < tiles.Count; i++)
        {
            PlacePixels(y + column, new(g.OutH, g.OutW, g.K), tiles[i].N, tiles[i].Y, tiles[i].X, 1, slots - 1, slots, memory.Outside, memory.Pixels);
            Winograd<V, S>.Rows from = new(memory.Products + i * width, sizes.ProductStep);
            Runs next = NextTiles(memory.Products, sizes.ProductStep, slots, i, 0, width / Width);
            if (epilogue.IsPlain)
                MapOutputs(slots, tiles.Large(i), from, 0, new Winograd<V, S>.Pixels(memory.Pixels, g.Y.SampleCount), whole, memory.Work, next);
            else
                MapOutputs(slots, tiles.Large(i), from, 0, new Winograd<V, S>.FinishedPixels(memory.Pixels, g.Y.SampleCount, 0, ~0UL, epilogue, memory.Biases), whole, memory.Work, next);
            if (whole == columns)
                continue;
            MapOutputs(slots, tiles.Large(i), from, whole, new Winograd<V, S>.FinishedPixels(memory.Tails, 0, 0, ~0UL, epilogue, memory.Biases + whole), Width, memory.Work);
            memory.GiveTails(slots, tiles.Large(i).Rows ? slots - 1 : 3, tiles.Large(i).Columns ? slots - 1 : 3, whole, columns - whole);
        }
    }

    /// <summary>
    /// What comes back to the pixels of one panel. Neighbouring tiles have an edge of them in common, and add to it one after another, row by row; the
    /// last one finishes it.
    /// </summary>
    private static void WinogradReturns(
        ConvShape g, in WinogradProducts sizes, in WinogradBlock tiles, WinogradGrid grid, int panel, in Epilogue<V, S> epilogue, float* x, in WinogradMemory memory)
    {
        int slots = sizes.Slots, width = sizes.Vectors(panel) * Width;
        (int phase, int column) = sizes[panel];
        int columns = Math.Min(width, g.C - column), whole = columns / Width * Width;
        epilogue.FillBias(column, g.C, width, memory.Biases);
        for (int t = 0; t < tiles.Count; t++)
        {
            int i = tiles.InOrder(t);
            WinogradTile tile = tiles[i];
            PlacePixels(
                x + column, new(g.H, g.W, g.C), tile.N, 2 * tile.Y - 1 + phase / 2, 2 * tile.X - 1 + phase % 2, 2, slots, slots, memory.Outside, memory.Pixels);
            (int rows, int across) = (tiles.Large(i).Rows ? slots : 4, tiles.Large(i).Columns ? slots : 4);
            (ulong added, ulong unfinished) = (0, 0);
            for (int j = 0; j < rows * across && grid.TilesOfImage > 1; j++)
            {
                (int r, int s) = (j / across, j % across);
                if ((r == 0 && tile.Row > 0) || (s == 0 && tile.Column > 0))
                    added |= 1UL << (r * slots + s);
                if ((r == rows - 1 && tile.Row < grid.TileRows - 1) || (s == across - 1 && tile.Column < grid.TileColumns - 1))
                    unfinished |= 1UL << (r * slots + s);
            }

            Winograd<V, S>.Rows from = new(memory.Products + i * width, sizes.ProductStep);
            Runs next = NextTiles(memory.Products, sizes.ProductStep, slots, i, 0, width / Width);
            if (epilogue.IsPlain)
                MapReturns(slots, tiles.Large(i), from, 0, new Winograd<V, S>.AddedPixels(memory.Pixels, g.X.SampleCount, added), whole, memory.Work, next);
            else
                MapReturns(slots, tiles.Large(i), from, 0, new Winograd<V, S>.FinishedPixels(memory.Pixels, g.X.SampleCount, added, ~unfinished, epilogue, memory.Biases), whole, memory.Work, next);
            if (whole == columns)
                continue;
            memory.TakeTails(slots, slots, whole, columns - whole);
            MapReturns(slots, tiles.Large(i), from, whole, new Winograd<V, S>.FinishedPixels(memory.Tails, 0, added, ~unfinished, epilogue, memory.Biases + whole), Width, memory.Work);
            memory.GiveTails(slots, rows, across, whole, columns - whole);
        }
    }
}
