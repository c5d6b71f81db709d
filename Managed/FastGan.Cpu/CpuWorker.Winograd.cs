using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Convolutions of 4 × 4 filters and stride 2 with fewer multiplications. Pixels of even and of odd rows and columns make four images
/// of half the size, on each of which the filter has 2 × 2 taps and stride 1; these take <see cref="Winograd{V,S}"/>. The image's backward
/// pass is one such convolution for each of its four kinds of pixels.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Tiles of a block: two of the micro-kernel's. Their data and products stay in the second-level cache.</summary>
    private const int WinogradTiles = 12;

    /// <summary>Floats of transformed filters at a time: what the cores keep in their last-level cache.</summary>
    private const int WinogradFilterFloats = 1 << 22;

    private const int WinogradPoints = Winograd<V, S>.Points;

    /// <summary>Columns of the widest tile.</summary>
    private static int WidestColumns => MicroKernel<V, S>.WidestTile * Width;

    /// <summary>
    /// Where Winograd's convolution of one kind of pixels reads and writes: outputs (OutStep · row + OutY, ...), from inputs
    /// (Phases · row + InY + phase, ...), for phases of each axis.
    /// </summary>
    private readonly record struct WinogradPass(int Phases, int InY, int InX, int OutStep, int OutY, int OutX)
    {
        public static WinogradPass Forward => new(2, -1, -1, 1, 0, 0);

        /// <summary>Pixels of x that taps a, a + 2 of rows and b, b + 2 of columns hit.</summary>
        public static WinogradPass Backward(int a, int b) => new(1, -a, -b, 2, 1 - a, 1 - b);
    }

    private void WinogradForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y) =>
        RunWinograd(g, [WinogradPass.Forward], x, new(g.H, g.W, g.C), w, epilogue, y, new(g.OutH, g.OutW, g.K));

    private void WinogradBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        ReadOnlySpan<WinogradPass> passes =
            [WinogradPass.Backward(0, 0), WinogradPass.Backward(0, 1), WinogradPass.Backward(1, 0), WinogradPass.Backward(1, 1)];
        RunWinograd(g, passes, y, new(g.OutH, g.OutW, g.K), w, epilogue, x, new(g.H, g.W, g.C));
    }

    private void RunWinograd(
        ConvShape g, ReadOnlySpan<WinogradPass> passes, float* input, Image from, float* w, in Epilogue<V, S> epilogue, float* output,
        Image to)
    {
        int phases = passes[0].Phases * passes[0].Phases, depth = phases * Padded(from.C), mostChannels = Math.Max(from.C, to.C);
        WinogradGrid grid = new(g, WinogradTiles);
        int panels = (to.C + WidestColumns - 1) / WidestColumns, all = passes.Length * panels;
        long panelFloats = (long)WinogradPoints * depth * WidestColumns;
        int group = (int)Math.Clamp(WinogradFilterFloats / panelFloats, 1, all);
        WinogradSums sums = new(null, grid.MostTiles, depth);
        WinogradMemory memory = new(null, grid.MostTiles, mostChannels);
        float* packed = Scratch(group * panelFloats, memory.Floats + sums.Floats, out float* own);
        memory = new(own, grid.MostTiles, mostChannels);
        sums = new(own + memory.Floats, grid.MostTiles, depth);
        for (int first = 0, end; first < all; first = end)
        {
            // The filters before may be in use still.
            if (first > 0)
                team.Sync();
            end = Math.Min(first + group, all);
            (int unit, int unitEnd) = Share((end - first) * phases);
            for (; unit < unitEnd; unit++)
            {
                (int panel, int phase) = Math.DivRem(unit, phases);
                float* at = packed + panel * panelFloats;
                panel += first;
                PackWinograd(g, passes[panel / panels], phase, w, panel % panels * WidestColumns, depth, from.C, memory, sums.Taps, at);
            }

            team.Sync();
            for (int panel = first, next; panel < end; panel = next)
            {
                int pass = panel / panels;
                next = Math.Min(end, (pass + 1) * panels);
                (int, int) columns = (panel % panels, next - pass * panels);
                float* filters = packed + (panel - first) * panelFloats;
                RunWinograd(passes[pass], grid, input, from, filters, columns, epilogue, output, to, memory, sums);
            }
        }
    }

    /// <summary>This worker's share of some panels of one pass.</summary>
    private void RunWinograd(
        WinogradPass pass, WinogradGrid grid, float* input, Image from, float* filters, (int From, int To) panels,
        in Epilogue<V, S> epilogue, float* output, Image to, in WinogradMemory memory, in WinogradSums sums)
    {
        int count = panels.To - panels.From, filled = -1;
        WinogradBlock tiles = new(memory.Tiles);
        (int unit, int end) = Share(grid.Blocks * count);
        for (; unit < end; unit++)
        {
            (int block, int panel) = Math.DivRem(unit, count);
            if (block != filled)
            {
                grid.Fill(block, ref tiles);
                for (int i = 0; i < tiles.Count; i++)
                    WinogradData(pass, tiles, i, input, from, memory, sums);
                filled = block;
            }

            int column = (panels.From + panel) * WidestColumns, vectors = MicroKernel<V, S>.TileVectors(to.C - column);
            float* b = filters + (long)panel * WinogradPoints * sums.Depth * WidestColumns;
            (long at, long atEnd) = unit + count < end ? grid.Rows(block + 1, from.H) : (0, 0);
            (at, atEnd) = (at * from.W * from.C, atEnd * from.W * from.C);
            for (int point = 0; point < WinogradPoints; point++, b += (nint)sums.Depth * vectors * Width)
            {
                // While the processor multiplies, what it reads for the next block and writes for this one arrives in its cache.
                long part = (long)panel * WinogradPoints + point, parts = (long)count * WinogradPoints;
                long now = (atEnd - at) * part / parts, then = (atEnd - at) * (part + 1) / parts;
                Packing<V, S>.Prefetch(input + at + now, (int)(then - now));
                for (int i = tiles.Count * point / WinogradPoints; i < tiles.Count * (point + 1) / WinogradPoints; i++)
                    PrefetchOutput(pass, tiles, i, vectors, column, output, to, memory);
                WinogradProducts(tiles, point, vectors, b, sums);
            }

            epilogue.FillBias(column, to.C, vectors * Width, memory.Biases);
            for (int i = 0; i < tiles.Count; i++)
                WinogradOutput(pass, tiles, i, vectors, column, epilogue, output, to, memory, sums);
        }
    }

    /// <summary>The transformed filter of one phase for the panel that starts at a column.</summary>
    private static void PackWinograd(
        ConvShape g, WinogradPass pass, int phase, float* w, int column, int depth, int channels, in WinogradMemory memory, float* taps,
        float* packed)
    {
        int size = g.C * g.R * g.R, rows = depth / (pass.Phases * pass.Phases);
        int width = MicroKernel<V, S>.TileVectors((pass.Phases == 2 ? g.K : g.C) - column) * Width;
        for (int j = 0; j < 4; j++, taps += (nint)rows * width)
        {
            memory.From[j / 2 * Winograd<V, S>.Slots + j % 2] = taps;
            if (pass.Phases == 2)
            {
                int r = phase / 2 + 2 * (j / 2), s = phase % 2 + 2 * (j % 2);
                Packing<V, S>.Transpose(w + (nint)column * size + (r * g.R + s) * g.C, size, g.K - column, channels, taps, width);
            }
            else
            {
                // The gradient of an input is a sum over taps in reverse order.
                int r = 3 - pass.OutY - 2 * (j / 2), s = 3 - pass.OutX - 2 * (j % 2);
                Packing<V, S>.Copy(w + (r * g.R + s) * g.C + column, size, g.C - column, channels, taps, width);
            }

            new Span<float>(taps + (nint)channels * width, (rows - channels) * width).Clear();
        }

        for (int point = 0; point < WinogradPoints; point++)
            memory.To[point] = packed + ((nint)point * depth + phase * rows) * width;
        Winograd<V, S>.Apply<Winograd<V, S>.Evaluate, Winograd<V, S>.Evaluate, Winograd<V, S>.Plain>(
            memory.From, 0, memory.To, 0, rows * width, default, memory.Work);
    }

    /// <summary>The transformed data of tile i.</summary>
    private static void WinogradData(
        WinogradPass pass, in WinogradBlock tiles, int i, float* input, Image from, in WinogradMemory memory, in WinogradSums sums)
    {
        int phases = pass.Phases, channels = sums.Depth / (phases * phases), y = tiles[i].Y * phases, x = tiles[i].X * phases;
        for (int point = 0; point < WinogradPoints; point++)
            memory.To[point] = sums.Data + point * sums.DataStep + (nint)i * sums.Depth;
        for (int phase = 0; phase < phases * phases; phase++)
        {
            (int a, int b) = (pass.InY + phase / phases, pass.InX + phase % phases);
            PlacePixels(input, from, tiles[i].N, y + a, x + b, phases, Winograd<V, S>.Slots, memory.Zeros, memory.From);
            MapPixels(WinogradMap.Data, tiles.Fours(i), memory, 0, from.C, phase * channels);
        }
    }

    /// <summary>The products of all tiles that have a point with one panel of filters.</summary>
    private static void WinogradProducts(in WinogradBlock tiles, int point, int vectors, float* filters, in WinogradSums sums)
    {
        Segment rows = new() { Depth = sums.Depth };
        (int row, int end) = tiles.WithPoint(point, Winograd<V, S>.Slots, Winograd<V, S>.FourOnly);
        for (; row < end; row += TileRows)
        {
            for (int i = 0; i < TileRows; i++)
                ((float**)&rows)[i] = sums.Data + point * sums.DataStep + (nint)Math.Min(row + i, end - 1) * sums.Depth;
            float* tile = sums.Products + point * sums.ProductsStep + row * vectors * Width;
            MicroKernel<V, S>.Tile(vectors, &rows, 1, 0, sizeof(float), filters, tile, false);
        }
    }

    private static void PrefetchOutput(
        WinogradPass pass, in WinogradBlock tiles, int i, int vectors, int column, float* output, Image to, in WinogradMemory memory)
    {
        int y = tiles[i].Y * pass.OutStep + pass.OutY, x = tiles[i].X * pass.OutStep + pass.OutX;
        PlacePixels(output, to, tiles[i].N, y, x, pass.OutStep, Winograd<V, S>.Slots - 1, memory.Outside, memory.To);
        for (int pixel = 0; pixel < 16; pixel++)
            Packing<V, S>.Prefetch(memory.To[pixel / 4 * Winograd<V, S>.Slots + pixel % 4] + column, vectors * Width);
    }

    /// <summary>The outputs of tile i, one panel of their columns.</summary>
    private static void WinogradOutput(
        WinogradPass pass, in WinogradBlock tiles, int i, int vectors, int column, in Epilogue<V, S> epilogue, float* output, Image to,
        in WinogradMemory memory, in WinogradSums sums)
    {
        int y = tiles[i].Y * pass.OutStep + pass.OutY, x = tiles[i].X * pass.OutStep + pass.OutX;
        PlacePixels(output, to, tiles[i].N, y, x, pass.OutStep, Winograd<V, S>.Slots - 1, memory.Outside, memory.To);
        for (int point = 0; point < WinogradPoints; point++)
            memory.From[point] = sums.Products + point * sums.ProductsStep + i * vectors * Width;
        int columns = Math.Min(vectors * Width, to.C - column), whole = columns / Width * Width, left = columns - whole;
        Map<Winograd<V, S>.Output4, Winograd<V, S>.Output3, Winograd<V, S>.Finished>(
            tiles.Fours(i), memory.From, 0, memory.To, column, whole, new(epilogue, memory.Biases), memory.Work);
        if (left == 0)
            return;
        Map<Winograd<V, S>.Output4, Winograd<V, S>.Output3, Winograd<V, S>.Finished>(
            tiles.Fours(i), memory.From, whole, memory.Tails, 0, Width, new(epilogue, memory.Biases + whole), memory.Work);
        int tileRows = tiles.Fours(i).Rows ? 4 : 3, tileColumns = tiles.Fours(i).Columns ? 4 : 3;
        for (int pixel = 0; pixel < tileRows * tileColumns; pixel++)
        {
            int slot = pixel / tileColumns * Winograd<V, S>.Slots + pixel % tileColumns;
            Copy(memory.Tails[slot], memory.To[slot] + column + whole, left);
        }
    }

    /// <summary>One worker's transformed data of a block of tiles, and their products with a panel of filters.</summary>
    private readonly struct WinogradSums
    {
        /// <summary>Between the points of a tile, so that they don't all fall into the same set of the cache.</summary>
        private const int Line = 16;

        /// <param name="memory">Null to learn how much it takes.</param>
        public WinogradSums(float* memory, int tiles, int depth)
        {
            Depth = depth;
            DataStep = (nint)tiles * depth + Line;
            ProductsStep = (nint)(tiles + TileRows) * WidestColumns + Line;
            Data = memory;
            Products = Data + WinogradPoints * DataStep;
            Taps = Products + WinogradPoints * ProductsStep;
            Floats = Taps + 4L * depth * WidestColumns - memory;
        }

        public long Floats { get; }

        public int Depth { get; }

        /// <summary>From a point's numbers to the next one's.</summary>
        public nint DataStep { get; }

        public nint ProductsStep { get; }

        /// <summary>For each point a row for each tile.</summary>
        public float* Data { get; }

        public float* Products { get; }

        /// <summary>The four taps of one phase.</summary>
        public float* Taps { get; }
    }
}
