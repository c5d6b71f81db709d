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
internal static unsafe class Winograd<V, S>
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<Down, Across, F, T>(F from, nint offset, T to, nint toOffset, int count, float* work)
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

    /// <summary>Points or taps: slot i is at i · step.</summary>
    public readonly struct Rows(float* first, nint step) : IPlaces<V, Rows>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Rows From(int slot) => new(first + slot * step, step);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(first + slot * step + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column) => S.Store(value, first + slot * step + column);
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

    /// <summary>Pixels, wherever they are.</summary>
    public readonly struct Pixels(float** at) : IPlaces<V, Pixels>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Pixels From(int slot) => new(at + slot);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Load(int slot, nint column) => S.Load(at[slot] + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(V value, int slot, nint column) => S.Store(value, at[slot] + column);
    }

    /// <summary>Pixels that get act(value + bias), after what is there has been added, each where its set of slots says so.</summary>
    public readonly struct FinishedPixels(float** at, ulong added, ulong finished, Epilogue<V, S> epilogue, float* biases) : IPlaces<V, FinishedPixels>
    {
        public FinishedPixels From(int slot) => new(at + slot, added >> slot, finished >> slot, epilogue, biases);

        public V Load(int slot, nint column) => S.Load(at[slot] + column);

        public void Put(V value, int slot, nint column)
        {
            float* pixel = at[slot] + column;
            if ((added >> slot & 1) != 0)
                value = S.Add(value, S.Load(pixel));
            if ((finished >> slot & 1) != 0)
                value = epilogue.Apply(S.Add(value, S.Load(biases + column)));
            S.Store(value, pixel);
        }
    }

    /// <summary>Five numbers of the image for four outputs.</summary>
    public readonly struct Data4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00011111;

        public static int Writes => 0b00011111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V t = S.Subtract(x3, x1);
            y0 = S.MultiplyAdd(S.Broadcast(0.5f), t, S.Subtract(x0, x2));
            y1 = S.Subtract(S.Add(x1, x2), t);
            y2 = S.Subtract(S.Multiply(S.Broadcast(3), S.Subtract(x2, x1)), t);
            y3 = t;
            y4 = S.MultiplyAdd(S.Broadcast(-2), t, S.Subtract(x4, x2));
            y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>Four numbers of the image for three outputs.</summary>
    public readonly struct Data3 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00001111;

        public static int Writes => 0b00010111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            y0 = S.Subtract(x0, x2);
            y1 = S.Add(x1, x2);
            y2 = S.Multiply(S.Broadcast(3), S.Subtract(x2, x1));
            y4 = S.Subtract(x3, x1);
            y3 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Data4"/>.</summary>
    public readonly struct Return4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00011111;

        public static int Writes => 0b00011111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V t = S.MultiplyAdd(S.Broadcast(2), x4, S.Subtract(S.Add(x1, x2), S.MultiplyAdd(S.Broadcast(0.5f), x0, x3)));
            y0 = x0;
            y1 = S.Add(t, S.MultiplyAdd(S.Broadcast(-3), x2, x1));
            y2 = S.Subtract(S.MultiplyAdd(S.Broadcast(3), x2, x1), S.Add(x0, x4));
            y3 = S.Subtract(S.Zero, t);
            y4 = x4;
            y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Data3"/>.</summary>
    public readonly struct Return3 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00010111;

        public static int Writes => 0b00001111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            y0 = x0;
            y1 = S.Subtract(S.MultiplyAdd(S.Broadcast(-3), x2, x1), x4);
            y2 = S.Subtract(S.MultiplyAdd(S.Broadcast(3), x2, x1), x0);
            y3 = x4;
            y4 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>Products to four outputs.</summary>
    public readonly struct Output4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00011111;

        public static int Writes => 0b00001111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V sum = S.Add(x1, x2), difference = S.Subtract(x1, x2);
            y0 = S.Add(S.Add(x0, x3), sum);
            y1 = S.MultiplyAdd(S.Broadcast(2), x3, difference);
            y2 = S.MultiplyAdd(S.Broadcast(4), x3, sum);
            y3 = S.Add(S.MultiplyAdd(S.Broadcast(8), x3, difference), x4);
            y4 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>Products to three outputs.</summary>
    public readonly struct Output3 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00010111;

        public static int Writes => 0b00000111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V sum = S.Add(x1, x2);
            y0 = S.Add(x0, sum);
            y1 = S.Subtract(x1, x2);
            y2 = S.Add(sum, x4);
            y3 = y4 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Output4"/>.</summary>
    public readonly struct Spread4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00001111;

        public static int Writes => 0b00011111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even = S.Add(x0, x2), odd = S.Add(x1, x3);
            y0 = x0;
            y1 = S.Add(even, odd);
            y2 = S.Subtract(even, odd);

            // The values of a polynomial at 2 (Horner).
            y3 = S.MultiplyAdd(S.Broadcast(2), S.MultiplyAdd(S.Broadcast(2), S.MultiplyAdd(S.Broadcast(2), x3, x2), x1), x0);
            y4 = x3;
            y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Output3"/>.</summary>
    public readonly struct Spread3 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00000111;

        public static int Writes => 0b00010111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even = S.Add(x0, x2);
            y0 = x0;
            y1 = S.Add(even, x1);
            y2 = S.Subtract(even, x1);
            y4 = x2;
            y3 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The filter's two taps, for four outputs and three.</summary>
    public readonly struct Evaluate4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00000011;

        public static int Writes => 0b00011111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V sixth = S.Broadcast(1f / 6);
            y0 = x0;
            y1 = S.Multiply(S.Broadcast(0.5f), S.Add(x0, x1));
            y2 = S.Multiply(sixth, S.Subtract(x0, x1));
            y3 = S.Multiply(sixth, S.MultiplyAdd(S.Broadcast(2), x1, x0));
            y4 = x1;
            y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Evaluate4"/>.</summary>
    public readonly struct Collect4 : IMap<V>
    {
        public static int Slots => 5;

        public static int Reads => 0b00011111;

        public static int Writes => 0b00000011;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V sixth = S.Broadcast(1f / 6), half = S.Multiply(S.Broadcast(0.5f), x1);
            y0 = S.Add(S.Add(x0, half), S.Multiply(sixth, S.Add(x2, x3)));
            y1 = S.Add(S.Add(x4, half), S.Multiply(sixth, S.Subtract(S.Add(x3, x3), x2)));
            y2 = y3 = y4 = y5 = y6 = y7 = S.Zero;
        }
    }

    /// <summary>Eight numbers of the image for seven outputs.</summary>
    public readonly struct Data7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b11111111;

        public static int Writes => 0b11111111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even1 = S.MultiplyAdd(S.Broadcast(-4.25f), x4, S.Add(x2, x6)), odd1 = S.MultiplyAdd(S.Broadcast(-4.25f), x3, S.Add(x1, x5));
            V even2 = S.MultiplyAdd(S.Broadcast(-1.25f), x4, S.MultiplyAdd(S.Broadcast(0.25f), x2, x6)), odd2 = S.MultiplyAdd(S.Broadcast(-2.5f), x3, S.MultiplyAdd(S.Broadcast(0.5f), x1, S.Add(x5, x5)));
            V evenHalf = S.MultiplyAdd(S.Broadcast(-5), x4, S.MultiplyAdd(S.Broadcast(4), x2, x6)), oddHalf = S.MultiplyAdd(S.Broadcast(-2.5f), x3, S.MultiplyAdd(S.Broadcast(0.5f), x5, S.Add(x1, x1)));
            y0 = S.MultiplyAdd(S.Broadcast(5.25f), S.Subtract(x4, x2), S.Subtract(x0, x6));
            y1 = S.Add(even1, odd1);
            y2 = S.Subtract(even1, odd1);
            y3 = S.Add(even2, odd2);
            y4 = S.Subtract(even2, odd2);
            y5 = S.Add(evenHalf, oddHalf);
            y6 = S.Subtract(evenHalf, oddHalf);
            y7 = S.MultiplyAdd(S.Broadcast(5.25f), S.Subtract(x3, x5), S.Subtract(x7, x1));
        }
    }

    /// <summary>The transpose of <see cref="Data7"/>.</summary>
    public readonly struct Return7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b11111111;

        public static int Writes => 0b11111111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even1 = S.Add(x1, x2), odd1 = S.Subtract(x1, x2), even2 = S.Add(x3, x4), odd2 = S.Subtract(x3, x4);
            V evenHalf = S.Add(x5, x6), oddHalf = S.Subtract(x5, x6);
            y0 = x0;
            y1 = S.Subtract(S.MultiplyAdd(S.Broadcast(2), oddHalf, S.MultiplyAdd(S.Broadcast(0.5f), odd2, odd1)), x7);
            y2 = S.MultiplyAdd(S.Broadcast(-5.25f), x0, S.MultiplyAdd(S.Broadcast(4), evenHalf, S.MultiplyAdd(S.Broadcast(0.25f), even2, even1)));
            y3 = S.MultiplyAdd(S.Broadcast(5.25f), x7, S.MultiplyAdd(S.Broadcast(-4.25f), odd1, S.Multiply(S.Broadcast(-2.5f), S.Add(odd2, oddHalf))));
            y4 = S.MultiplyAdd(S.Broadcast(5.25f), x0, S.MultiplyAdd(S.Broadcast(-4.25f), even1, S.MultiplyAdd(S.Broadcast(-1.25f), even2, S.Multiply(S.Broadcast(-5), evenHalf))));
            y5 = S.MultiplyAdd(S.Broadcast(-5.25f), x7, S.MultiplyAdd(S.Broadcast(0.5f), oddHalf, S.MultiplyAdd(S.Broadcast(2), odd2, odd1)));
            y6 = S.Subtract(S.Add(even1, S.Add(even2, evenHalf)), x0);
            y7 = x7;
        }
    }

    /// <summary>Products to seven outputs.</summary>
    public readonly struct Output7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b11111111;

        public static int Writes => 0b01111111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even1 = S.Add(x1, x2), odd1 = S.Subtract(x1, x2), even2 = S.Add(x3, x4), odd2 = S.Subtract(x3, x4);
            V evenHalf = S.Add(x5, x6), oddHalf = S.Subtract(x5, x6);
            y0 = S.Add(S.Add(x0, even1), S.Add(even2, evenHalf));
            y1 = S.MultiplyAdd(S.Broadcast(0.5f), oddHalf, S.MultiplyAdd(S.Broadcast(2), odd2, odd1));
            y2 = S.MultiplyAdd(S.Broadcast(0.25f), evenHalf, S.MultiplyAdd(S.Broadcast(4), even2, even1));
            y3 = S.MultiplyAdd(S.Broadcast(0.125f), oddHalf, S.MultiplyAdd(S.Broadcast(8), odd2, odd1));
            y4 = S.MultiplyAdd(S.Broadcast(1f / 16), evenHalf, S.MultiplyAdd(S.Broadcast(16), even2, even1));
            y5 = S.MultiplyAdd(S.Broadcast(1f / 32), oddHalf, S.MultiplyAdd(S.Broadcast(32), odd2, odd1));
            y6 = S.Add(x7, S.MultiplyAdd(S.Broadcast(1f / 64), evenHalf, S.MultiplyAdd(S.Broadcast(64), even2, even1)));
            y7 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Output7"/>.</summary>
    public readonly struct Spread7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b01111111;

        public static int Writes => 0b11111111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V even1 = S.Add(S.Add(x0, x2), S.Add(x4, x6)), odd1 = S.Add(x1, S.Add(x3, x5));
            V even2 = S.MultiplyAdd(S.Broadcast(64), x6, S.MultiplyAdd(S.Broadcast(16), x4, S.MultiplyAdd(S.Broadcast(4), x2, x0))), odd2 = S.MultiplyAdd(S.Broadcast(32), x5, S.MultiplyAdd(S.Broadcast(8), x3, S.Add(x1, x1)));
            V evenHalf = S.MultiplyAdd(S.Broadcast(1f / 64), x6, S.MultiplyAdd(S.Broadcast(1f / 16), x4, S.MultiplyAdd(S.Broadcast(0.25f), x2, x0)));
            V oddHalf = S.MultiplyAdd(S.Broadcast(1f / 32), x5, S.MultiplyAdd(S.Broadcast(0.125f), x3, S.Multiply(S.Broadcast(0.5f), x1)));
            y0 = x0;
            y1 = S.Add(even1, odd1);
            y2 = S.Subtract(even1, odd1);
            y3 = S.Add(even2, odd2);
            y4 = S.Subtract(even2, odd2);
            y5 = S.Add(evenHalf, oddHalf);
            y6 = S.Subtract(evenHalf, oddHalf);
            y7 = x6;
        }
    }

    /// <summary>The filter's two taps, for seven outputs.</summary>
    public readonly struct Evaluate7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b00000011;

        public static int Writes => 0b11111111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V at1 = S.Broadcast(-2f / 9), at2 = S.Broadcast(1f / 90), atHalf = S.Broadcast(32f / 45), half = S.Multiply(S.Broadcast(0.5f), x1);
            y0 = x0;
            y1 = S.Multiply(at1, S.Add(x0, x1));
            y2 = S.Multiply(at1, S.Subtract(x0, x1));
            y3 = S.Multiply(at2, S.MultiplyAdd(S.Broadcast(2), x1, x0));
            y4 = S.Multiply(at2, S.MultiplyAdd(S.Broadcast(-2), x1, x0));
            y5 = S.Multiply(atHalf, S.Add(x0, half));
            y6 = S.Multiply(atHalf, S.Subtract(x0, half));
            y7 = x1;
        }
    }

    /// <summary>The transpose of <see cref="Evaluate7"/>.</summary>
    public readonly struct Collect7 : IMap<V>
    {
        public static int Slots => 8;

        public static int Reads => 0b11111111;

        public static int Writes => 0b00000011;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(
            V x0, V x1, V x2, V x3, V x4, V x5, V x6, V x7,
            out V y0, out V y1, out V y2, out V y3, out V y4, out V y5, out V y6, out V y7)
        {
            V at1 = S.Broadcast(-2f / 9), at2 = S.Broadcast(1f / 90), atHalf = S.Broadcast(32f / 45);
            y0 = S.MultiplyAdd(at1, S.Add(x1, x2), S.MultiplyAdd(at2, S.Add(x3, x4), S.MultiplyAdd(atHalf, S.Add(x5, x6), x0)));
            V ones = S.Multiply(at1, S.Subtract(x1, x2)), twos = S.Multiply(at2, S.Subtract(x3, x4)), halves = S.Multiply(atHalf, S.Subtract(x5, x6));
            y1 = S.Add(S.Add(ones, x7), S.MultiplyAdd(S.Broadcast(2), twos, S.Multiply(S.Broadcast(0.5f), halves)));
            y2 = y3 = y4 = y5 = y6 = y7 = S.Zero;
        }
    }
}
