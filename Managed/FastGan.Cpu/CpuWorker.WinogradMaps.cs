using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>Winograd's maps on the pixels of tiles, and on the taps of filters.</content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Pointers to a square of pixels, slot by slot; those outside the image to <paramref name="outside"/>.
    /// </summary>
    private static void PlacePixels(float* image, Image size, int n, int y, int x, int step, int count, int slots, float* outside, float** pixels)
    {
        for (int i = 0; i < count; i++, y += step, pixels += slots)
        {
            bool rowWithin = (uint)y < (uint)size.H;
            float* pixel = image + (((nint)n * size.H + y) * size.W + x) * size.C;
            for (int j = 0, at = x; j < count; j++, at += step, pixel += (nint)step * size.C)
                pixels[j] = rowWithin && (uint)at < (uint)size.W ? pixel : outside;
        }
    }

    /// <summary>The next image, in the order in which it lies, spread over what is mapped of this one.</summary>
    /// <param name="vector">Of the <paramref name="vectors"/> that are mapped of the tile.</param>
    private static Runs NextPixels(float* images, nint image, int slots, WinogradTile tile, in WinogradGrid grid, int vector, int vectors)
    {
        nint part = image / grid.TilesOfImage, step = part / vectors;
        int lines = (int)(step + slots * Prefetch.LineFloats - 1) / (slots * Prefetch.LineFloats);
        return new(images + (tile.N + 1) * image + (tile.Row * grid.TileColumns + tile.Column) * part + vector * step, step, lines);
    }

    /// <summary>
    /// The rows of the next few tiles: with each vector half of those of one point, point after point. The processor brings the other half.
    /// </summary>
    /// <param name="vector">Of the <paramref name="vectors"/> of tile i's row.</param>
    private static Runs NextTiles(float* data, nint step, int slots, int i, int vector, int vectors)
    {
        int group = (slots * slots + vectors - 1) / vectors, floats = group * vectors * Width;
        int lines = (floats + 2 * slots * Prefetch.LineFloats - 1) / (2 * slots * Prefetch.LineFloats);
        return new(data + (i / group + 1) * (nint)floats + (i % group * vectors + vector) * step, step, lines);
    }

    /// <summary>
    /// Channels [channel, end) of the pixels of one phase that a tile's outputs read, at its points, the last vector filled up with zeros.
    /// </summary>
    private static void MapData(
        ConvShape g, int slots, WinogradTile tile, (bool Rows, bool Columns) large, int phase, float* x, int channel, int end, in WinogradMemory memory, Winograd<V, S>.Rows to, Runs ahead, Runs aheadTo)
    {
        PlacePixels(x, new(g.H, g.W, g.C), tile.N, 2 * tile.Y - 1 + phase / 2, 2 * tile.X - 1 + phase % 2, 2, slots, slots, memory.Zeros, memory.Pixels);
        int whole = (end - channel) / Width * Width, left = end - channel - whole;
        Put(memory.Pixels, channel, 0, whole, memory.Work);
        if (left == 0)
            return;
        memory.TakeTails(slots, slots, channel + whole, left);
        Put(memory.Tails, 0, whole, Width, memory.Work);

        void Put(float** pixels, int from, int at, int count, float* work)
        {
            if (slots == 8)
                Map<Winograd<V, S>.Data7, Winograd<V, S>.Data7, Winograd<V, S>.Pixels, Winograd<V, S>.Rows>(large, new(pixels, 0), from, to, at, count, work, ahead, aheadTo);
            else
                Map<Winograd<V, S>.Data4, Winograd<V, S>.Data3, Winograd<V, S>.Pixels, Winograd<V, S>.Rows>(large, new(pixels, 0), from, to, at, count, work, ahead, aheadTo);
        }
    }

    /// <summary>A tile's dy at its points, the last vector filled up with zeros.</summary>
    private static void MapSpread(ConvShape g, int slots, WinogradTile tile, (bool Rows, bool Columns) large, float* dy, in WinogradMemory memory, Winograd<V, S>.Rows to, Runs ahead, Runs aheadTo)
    {
        PlacePixels(dy, new(g.OutH, g.OutW, g.K), tile.N, tile.Y, tile.X, 1, slots - 1, slots, memory.Zeros, memory.Pixels);
        int whole = g.K / Width * Width, left = g.K - whole;
        Put(memory.Pixels, 0, whole, memory.Work);
        if (left == 0)
            return;
        memory.TakeTails(slots, slots - 1, whole, left);
        Put(memory.Tails, whole, Width, memory.Work);

        void Put(float** pixels, int at, int count, float* work)
        {
            if (slots == 8)
                Map<Winograd<V, S>.Spread7, Winograd<V, S>.Spread7, Winograd<V, S>.Pixels, Winograd<V, S>.Rows>(large, new(pixels, 0), 0, to, at, count, work, ahead, aheadTo);
            else
                Map<Winograd<V, S>.Spread4, Winograd<V, S>.Spread3, Winograd<V, S>.Pixels, Winograd<V, S>.Rows>(large, new(pixels, 0), 0, to, at, count, work, ahead, aheadTo);
        }
    }

    /// <summary>The map for the tile's kind.</summary>
    private static void Map<Large, Small, F, T>((bool Rows, bool Columns) large, F from, nint offset, T to, nint toOffset, int count, float* work, Runs ahead = default, Runs aheadTo = default)
        where Large : struct, IMap<V>
        where Small : struct, IMap<V>
        where F : struct, IPlaces<V, F>
        where T : struct, IPlaces<V, T>
    {
        if (large.Rows && large.Columns)
            Winograd<V, S>.Apply<Large, Large, F, T>(from, offset, to, toOffset, count, work, ahead, aheadTo);
        else if (large.Rows)
            Winograd<V, S>.Apply<Large, Small, F, T>(from, offset, to, toOffset, count, work, ahead, aheadTo);
        else if (large.Columns)
            Winograd<V, S>.Apply<Small, Large, F, T>(from, offset, to, toOffset, count, work, ahead, aheadTo);
        else
            Winograd<V, S>.Apply<Small, Small, F, T>(from, offset, to, toOffset, count, work, ahead, aheadTo);
    }

    private static void MapOutputs<T>(int slots, (bool, bool) large, Winograd<V, S>.Rows from, int offset, T to, int count, float* work, Runs ahead = default)
        where T : struct, IPlaces<V, T>
    {
        if (slots == 8)
            Map<Winograd<V, S>.Output7, Winograd<V, S>.Output7, Winograd<V, S>.Rows, T>(large, from, offset, to, 0, count, work, ahead);
        else
            Map<Winograd<V, S>.Output4, Winograd<V, S>.Output3, Winograd<V, S>.Rows, T>(large, from, offset, to, 0, count, work, ahead);
    }

    private static void MapReturns<T>(int slots, (bool, bool) large, Winograd<V, S>.Rows from, int offset, T to, int count, float* work, Runs ahead = default)
        where T : struct, IPlaces<V, T>
    {
        if (slots == 8)
            Map<Winograd<V, S>.Return7, Winograd<V, S>.Return7, Winograd<V, S>.Rows, T>(large, from, offset, to, 0, count, work, ahead);
        else
            Map<Winograd<V, S>.Return4, Winograd<V, S>.Return3, Winograd<V, S>.Rows, T>(large, from, offset, to, 0, count, work, ahead);
    }

    /// <summary>One worker's memory for the maps of a block of tiles.</summary>
    private readonly struct WinogradMemory
    {
        private readonly float* _next;

        /// <param name="memory">On a cache line; null to learn how much it takes.</param>
        /// <param name="channels">Most channels of an image.</param>
        /// <param name="tiles">Most tiles of a block.</param>
        public WinogradMemory(float* memory, int channels, int tiles)
        {
            const int Points = Winograd<V, S>.MostPoints;
            _next = memory;
            Zeros = Take(ref _next, channels);
            Outside = Take(ref _next, channels);
            Biases = Take(ref _next, WidestColumns);
            Work = Take(ref _next, Points * Width);
            float* tails = Take(ref _next, Points * Width);
            Pixels = (float**)Take(ref _next, 2 * Points);
            Tails = (float**)Take(ref _next, 2 * Points);
            Tiles = (WinogradTile*)Take(ref _next, (long)tiles * sizeof(WinogradTile) / sizeof(float));
            Floats = _next - memory;
            if (memory == null)
                return;
            new Span<float>(Zeros, channels).Clear();
            new Span<float>(Outside, channels).Clear();
            for (int i = 0; i < Points; i++)
                Tails[i] = tails + i * Width;
        }

        /// <summary>With room for a block's data and products, and for the taps of filters.</summary>
        public WinogradMemory(float* memory, ConvShape g, in WinogradProducts sizes)
            : this(memory, Math.Max(g.C, g.K), sizes.MostBlockTiles)
        {
            Taps = Take(ref _next, Phases * (long)sizes.Channels * WidestColumns);
            Data = Take(ref _next, sizes.Points * sizes.DataStep);
            Products = Take(ref _next, sizes.Points * sizes.ProductStep);
            Filters = Take(ref _next, sizes.ByPanels ? sizes.PanelFloats : 0);
            Floats = _next - memory;
        }

        public long Floats { get; }

        /// <summary>What pixels outside an image read, and where they write to.</summary>
        public float* Zeros { get; }

        public float* Outside { get; }

        public float* Biases { get; }

        public float* Work { get; }

        /// <summary>The pointers of a tile's pixels.</summary>
        public float** Pixels { get; }

        /// <summary>A vector for each slot, for channels that don't fill one.</summary>
        public float** Tails { get; }

        public WinogradTile* Tiles { get; }

        /// <summary>The four taps of one phase.</summary>
        public float* Taps { get; }

        /// <summary>For each point a row for each tile.</summary>
        public float* Data { get; }

        public float* Products { get; }

        /// <summary>A panel of transformed filters, where each worker has its own.</summary>
        public float* Filters { get; }

        /// <summary>Copies the channels that are left over, filled up with zeros.</summary>
        public void TakeTails(int slots, int count, int channel, int left)
        {
            for (int i = 0; i < count * count; i++)
            {
                int slot = i / count * slots + i % count;
                Copy(Pixels[slot] + channel, Tails[slot], left);
                new Span<float>(Tails[slot] + left, Width - left).Clear();
            }
        }

        /// <summary>Copies the channels that are left over to their pixels.</summary>
        public void GiveTails(int slots, int rows, int columns, int channel, int left)
        {
            for (int i = 0; i < rows * columns; i++)
            {
                int slot = i / columns * slots + i % columns;
                Copy(Tails[slot], Pixels[slot] + channel, left);
            }
        }

        private static float* Take(ref float* next, long floats)
        {
            float* taken = next;
            next += (floats + Line - 1) / Line * Line;
            return taken;
        }
    }
}
