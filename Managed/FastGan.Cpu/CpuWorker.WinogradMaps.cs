namespace FastGan.Cpu;

/// <content>Winograd's maps on the pixels of tiles.</content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>What is made of a tile's pixels.</summary>
    private enum WinogradMap
    {
        /// <summary>Data for the products: of four or five pixels along an axis.</summary>
        Data,

        /// <summary>Outputs' gradients: of three or four.</summary>
        Spread,
    }

    /// <summary>
    /// Pointers to a square of pixels, in the order of <see cref="Winograd{V,S}"/>'s slots; those outside the image to
    /// <paramref name="outside"/>.
    /// </summary>
    private static void PlacePixels(float* image, Image size, int n, int y, int x, int step, int slots, float* outside, float** pixels)
    {
        for (int i = 0; i < slots; i++, y += step, pixels += Winograd<V, S>.Slots)
        {
            bool rowWithin = (uint)y < (uint)size.H;
            float* row = image + (((nint)n * size.H + y) * size.W + x) * size.C;
            for (int j = 0; j < slots; j++)
                pixels[j] = rowWithin && (uint)(x + j * step) < (uint)size.W ? row + (nint)j * step * size.C : outside;
        }
    }

    /// <summary>
    /// Channels [channel, end) of the pixels at memory.From, mapped to memory.To + offset, the last vector filled up with zeros.
    /// </summary>
    private static void MapPixels(
        WinogradMap map, (bool Rows, bool Columns) fours, in WinogradMemory memory, int channel, int end, nint offset)
    {
        int whole = (end - channel) / Width * Width, left = end - channel - whole;
        MapPixels(map, fours, memory.From, channel, memory.To, offset, whole, memory.Work);
        if (left == 0)
            return;
        int slots = map == WinogradMap.Data ? Winograd<V, S>.Slots : Winograd<V, S>.Slots - 1;
        for (int i = 0; i < slots * slots; i++)
        {
            int slot = i / slots * Winograd<V, S>.Slots + i % slots;
            Copy(memory.From[slot] + channel + whole, memory.Tails[slot], left);
            new Span<float>(memory.Tails[slot] + left, Width - left).Clear();
        }

        MapPixels(map, fours, memory.Tails, 0, memory.To, offset + whole, Width, memory.Work);
    }

    private static void MapPixels(
        WinogradMap map, (bool Rows, bool Columns) fours, float** from, nint offset, float** to, nint toOffset, int count, float* work)
    {
        Winograd<V, S>.Plain plain = default;
        if (map == WinogradMap.Data)
            Map<Winograd<V, S>.Data4, Winograd<V, S>.Data3, Winograd<V, S>.Plain>(fours, from, offset, to, toOffset, count, plain, work);
        else
            Map<Winograd<V, S>.Spread4, Winograd<V, S>.Spread3, Winograd<V, S>.Plain>(fours, from, offset, to, toOffset, count, plain, work);
    }

    /// <summary>The map for the tile's kind.</summary>
    private static void Map<Four, Three, F>(
        (bool Rows, bool Columns) fours, float** from, nint offset, float** to, nint toOffset, int count, F finish, float* work)
        where Four : struct, IMap<V>
        where Three : struct, IMap<V>
        where F : struct, IFinish<V>
    {
        if (fours.Rows && fours.Columns)
            Winograd<V, S>.Apply<Four, Four, F>(from, offset, to, toOffset, count, finish, work);
        else if (fours.Rows)
            Winograd<V, S>.Apply<Four, Three, F>(from, offset, to, toOffset, count, finish, work);
        else if (fours.Columns)
            Winograd<V, S>.Apply<Three, Four, F>(from, offset, to, toOffset, count, finish, work);
        else
            Winograd<V, S>.Apply<Three, Three, F>(from, offset, to, toOffset, count, finish, work);
    }

    /// <summary>One worker's memory for the maps of a block of tiles.</summary>
    private readonly struct WinogradMemory
    {
        private const int Line = 16;

        /// <param name="memory">On a cache line; null to learn how much it takes.</param>
        /// <param name="tiles">Most tiles of a block.</param>
        /// <param name="channels">Most channels of an image.</param>
        public WinogradMemory(float* memory, int tiles, int channels)
        {
            const int Points = Winograd<V, S>.Points;
            float* next = memory;
            float* Take(long floats)
            {
                float* taken = next;
                next += (floats + Line - 1) / Line * Line;
                return taken;
            }

            Zeros = Take(channels);
            Outside = Take(channels);
            Biases = Take(WidestColumns);
            Work = Take(Points * Width);
            float* tails = Take(Points * Width);
            From = (float**)Take(2 * Points);
            To = (float**)Take(2 * Points);
            Tails = (float**)Take(2 * Points);
            Tiles = (WinogradTile*)Take((long)tiles * sizeof(WinogradTile) / sizeof(float));
            Floats = next - memory;
            if (memory == null)
                return;
            new Span<float>(Zeros, channels).Clear();
            for (int i = 0; i < Points; i++)
                Tails[i] = tails + i * Width;
        }

        public long Floats { get; }

        /// <summary>What pixels outside an image read, and where they write to.</summary>
        public float* Zeros { get; }

        public float* Outside { get; }

        public float* Biases { get; }

        public float* Work { get; }

        /// <summary>The pointers of a map.</summary>
        public float** From { get; }

        public float** To { get; }

        /// <summary>A vector for each slot, for channels that don't fill one.</summary>
        public float** Tails { get; }

        public WinogradTile* Tiles { get; }
    }
}
