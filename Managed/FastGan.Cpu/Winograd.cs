using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <summary>
/// A linear map of up to eight numbers to up to eight, lane by lane. Which of the slots it reads and writes is in two sets of bits.
/// </summary>
internal interface IMap<V>
    where V : struct
{
    /// <summary>Slots along an axis: of the points, and no fewer than those of pixels.</summary>
    static abstract int Slots { get; }

    static abstract int Reads { get; }

    static abstract int Writes { get; }

    static abstract void Apply(
        V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
        out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7);
}

/// <summary>Where a map's numbers are: a pointer for each slot.</summary>
internal unsafe interface IPlaces<V, TSelf>
    where V : struct
    where TSelf : struct
{
    /// <summary>The same places, counted from a slot on.</summary>
    TSelf From(int slot);

    V Load(int slot, nint column);

    /// <summary>Stores what the map made for a slot, <paramref name="column"/> numbers behind its pointer.</summary>
    void Put(V value, int slot, nint column);
}

/// <summary>
/// Winograd's minimal filtering F(m, 2) (Winograd, 1980; Lavin and Gray, 2016): m outputs of a filter of 2 taps take m + 1
/// multiplications instead of 2m; in two dimensions (m + 1)² instead of 4m². With data s and filter w,
/// y = Output(Evaluate(w) · Data(s)). It comes from multiplying polynomials by their values at points (Toom and Cook). The gradients take the
/// transposes: ds = Return(Evaluate(w) · Spread(dy)) and dw = Collect(Σ_tiles Data(s) · Spread(dy)).
/// Tiles of four outputs have the points 0, 1, −1, 2, ∞, in slots 0 to 4; three outputs do without the point 2, so that one transformed filter
/// serves both. Their denominators are kept in the filter's map, the sixth of the points −1 and 2, the half of 1: so the data's has whole numbers and
/// halves alone. Tiles of seven have 0, 1, −1, 2, −2, ½, −½, ∞; the values at p and −p share their even and odd parts.
/// </summary>
internal static unsafe partial class Winograd<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>Most slots along an axis, and products of a tile of two dimensions: a slot for each pair.</summary>
    public const int MostSlots = 8, MostPoints = MostSlots * MostSlots;

    /// <summary>The slot of the point 2, which three outputs do without.</summary>
    public const int FourOnly = 3;

    /// <summary>The map along both axes, on vector after vector: to[slots · i + j] from from[slots · k + l].</summary>
    /// <param name="offset">Added to the pointers; likewise <paramref name="toOffset"/>.</param>
    /// <param name="count">How many numbers each points to, a multiple of the vector width.</param>
    /// <param name="work">A vector for each point.</param>
    /// <param name="ahead">Asked for while columns are read; likewise <paramref name="aheadTo"/> while rows are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<Down, Across, F, T>(F from, nint offset, T to, nint toOffset, int count, float* work, Runs ahead = default, Runs aheadTo = default)
        where Down : struct, IMap<V>
        where Across : struct, IMap<V>
        where F : struct, IPlaces<V, F>
        where T : struct, IPlaces<V, T>
    {
        for (int v = 0; v < count; v += S.Width, offset += S.Width, toOffset += S.Width)
        {
            for (int j = 0; j < Down.Slots; j++)
            {
                if ((Across.Reads >> j & 1) == 0)
                    continue;
                ahead.Ask(v / S.Width, j);
                F column = from.From(j);
                V x0 = S.Zero, x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0;
                if ((Down.Reads & 1) != 0)
                    x0 = column.Load(0, offset);
                if ((Down.Reads & 2) != 0)
                    x1 = column.Load(Down.Slots, offset);
                if ((Down.Reads & 4) != 0)
                    x2 = column.Load(2 * Down.Slots, offset);
                if ((Down.Reads & 8) != 0)
                    x3 = column.Load(3 * Down.Slots, offset);
                if ((Down.Reads & 16) != 0)
                    x4 = column.Load(4 * Down.Slots, offset);
                if ((Down.Reads & 32) != 0)
                    x5 = column.Load(5 * Down.Slots, offset);
                if ((Down.Reads & 64) != 0)
                    x6 = column.Load(6 * Down.Slots, offset);
                if ((Down.Reads & 128) != 0)
                    x7 = column.Load(7 * Down.Slots, offset);
                Down.Apply(x0, x1, x2, x3, x4, x5, x6, x7, out x0, out x1, out x2, out x3, out x4, out x5, out x6, out x7);
                float* at = work + j * S.Width;
                if ((Down.Writes & 1) != 0)
                    S.Store(x0, at);
                if ((Down.Writes & 2) != 0)
                    S.Store(x1, at + Down.Slots * S.Width);
                if ((Down.Writes & 4) != 0)
                    S.Store(x2, at + 2 * Down.Slots * S.Width);
                if ((Down.Writes & 8) != 0)
                    S.Store(x3, at + 3 * Down.Slots * S.Width);
                if ((Down.Writes & 16) != 0)
                    S.Store(x4, at + 4 * Down.Slots * S.Width);
                if ((Down.Writes & 32) != 0)
                    S.Store(x5, at + 5 * Down.Slots * S.Width);
                if ((Down.Writes & 64) != 0)
                    S.Store(x6, at + 6 * Down.Slots * S.Width);
                if ((Down.Writes & 128) != 0)
                    S.Store(x7, at + 7 * Down.Slots * S.Width);
            }

            for (int i = 0; i < Down.Slots; i++)
            {
                if ((Down.Writes >> i & 1) == 0)
                    continue;
                aheadTo.Ask(v / S.Width, i);
                float* row = work + i * Down.Slots * S.Width;
                T results = to.From(i * Down.Slots);
                V x0 = S.Zero, x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0;
                if ((Across.Reads & 1) != 0)
                    x0 = S.Load(row);
                if ((Across.Reads & 2) != 0)
                    x1 = S.Load(row + S.Width);
                if ((Across.Reads & 4) != 0)
                    x2 = S.Load(row + 2 * S.Width);
                if ((Across.Reads & 8) != 0)
                    x3 = S.Load(row + 3 * S.Width);
                if ((Across.Reads & 16) != 0)
                    x4 = S.Load(row + 4 * S.Width);
                if ((Across.Reads & 32) != 0)
                    x5 = S.Load(row + 5 * S.Width);
                if ((Across.Reads & 64) != 0)
                    x6 = S.Load(row + 6 * S.Width);
                if ((Across.Reads & 128) != 0)
                    x7 = S.Load(row + 7 * S.Width);
                Across.Apply(x0, x1, x2, x3, x4, x5, x6, x7, out x0, out x1, out x2, out x3, out x4, out x5, out x6, out x7);
                if ((Across.Writes & 1) != 0)
                    results.Put(x0, 0, toOffset);
                if ((Across.Writes & 2) != 0)
                    results.Put(x1, 1, toOffset);
                if ((Across.Writes & 4) != 0)
                    results.Put(x2, 2, toOffset);
                if ((Across.Writes & 8) != 0)
                    results.Put(x3, 3, toOffset);
                if ((Across.Writes & 16) != 0)
                    results.Put(x4, 4, toOffset);
                if ((Across.Writes & 32) != 0)
                    results.Put(x5, 5, toOffset);
                if ((Across.Writes & 64) != 0)
                    results.Put(x6, 6, toOffset);
                if ((Across.Writes & 128) != 0)
                    results.Put(x7, 7, toOffset);
            }
        }
    }

    /// <summary>
    /// Points or taps: slot i is at i · step. A store asks for the line after it, which the next vector goes to: as many lines as there are points, each in a page of its own, are more
    /// than the processor follows.
    /// </summary>
    public readonly struct Rows(float* first, nint step) : IPlaces<V, Rows>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Rows From(int slot) => new(first + slot * step, step);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(first + slot * step + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column)
        {
            Prefetch.Near(first + slot * step + column + S.Width);
            S.Store(value, first + slot * step + column);
        }
    }

    /// <summary>As <see cref="Rows"/>, stored past the caches: another worker will read it.</summary>
    public readonly struct SharedRows(float* first, nint step) : IPlaces<V, SharedRows>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public SharedRows From(int slot) => new(first + slot * step, step);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(first + slot * step + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column) => S.StorePast(value, first + slot * step + column);
    }

    /// <summary>
    /// Pixels, wherever they are. A load asks for the line after it; a store for the same of the next image, since a line has to come before it can be written to, and
    /// its tiles come soon.
    /// </summary>
    /// <param name="next">Numbers from an image to the next one.</param>
    public readonly struct Pixels(float** at, nint next) : IPlaces<V, Pixels>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Pixels From(int slot) => new(at + slot, next);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column)
        {
            Prefetch.Near(at[slot] + column + S.Width);
            return S.Load(at[slot] + column);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column)
        {
            Prefetch.Far(at[slot] + column + next);
            S.Store(value, at[slot] + column);
        }
    }

    /// <summary>Pixels to which is added, where a set of slots says so.</summary>
    public readonly struct AddedPixels(float** at, nint next, ulong added) : IPlaces<V, AddedPixels>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public AddedPixels From(int slot) => new(at + slot, next, added >> slot);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(at[slot] + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column)
        {
            float* pixel = at[slot] + column;
            Prefetch.Far(pixel + next);
            S.Store((added >> slot & 1) != 0 ? S.Add(value, S.Load(pixel)) : value, pixel);
        }
    }

    /// <summary>Pixels that get act(value + bias), after what is there has been added, each where its set of slots says so.</summary>
    public readonly struct FinishedPixels(float** at, nint next, ulong added, ulong finished, Epilogue<V, S> epilogue, float* biases) : IPlaces<V, FinishedPixels>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public FinishedPixels From(int slot) => new(at + slot, next, added >> slot, finished >> slot, epilogue, biases);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(at[slot] + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column)
        {
            float* pixel = at[slot] + column;
            Prefetch.Far(pixel + next);
            if ((added >> slot & 1) != 0)
                value = S.Add(value, S.Load(pixel));
            if ((finished >> slot & 1) != 0)
                value = epilogue.Apply(S.Add(value, S.Load(biases + column)));
            S.Store(value, pixel);
        }
    }
}
