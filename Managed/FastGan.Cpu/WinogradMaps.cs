using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <summary>
/// A linear map of up to five numbers to up to five, lane by lane. Which of the five slots it reads and writes is in two sets of bits.
/// </summary>
internal interface IMap<V>
    where V : struct
{
    static abstract int Reads { get; }

    static abstract int Writes { get; }

    static abstract void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4);
}

/// <summary>What happens to a number before it is stored.</summary>
internal interface IFinish<V>
    where V : struct
{
    V Apply(V value, int column);
}

/// <summary>
/// Winograd's minimal filtering F(4, 2) and F(3, 2) (Winograd, 1980; Lavin and Gray, 2016): 4 outputs of a filter of 2 taps take 5
/// multiplications instead of 8, and 3 take 4 instead of 6; in two dimensions 25 instead of 64. With data s and filter w,
/// y = <see cref="Output4"/>(<see cref="Evaluate"/>(w) · <see cref="Data4"/>(s)). Both come from multiplying polynomials by their values at
/// points (Toom and Cook): the filter's at 0, 1, −1, 2, ∞, in slots 0 to 4; three outputs do without the point 2, so that one
/// transformed filter serves both. Denominators are kept in the filter's map, the sixth of the points −1 and 2, the half of 1: so the
/// data's has whole numbers and halves alone. The filter's gradient takes the transposes: dw = <see cref="Collect"/>(Σ_tiles
/// <see cref="Data4"/>(s) · <see cref="Spread4"/>(dy)).
/// </summary>
internal static unsafe class Winograd<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>Slots along an axis.</summary>
    public const int Slots = 5;

    /// <summary>Products of a tile of two dimensions: a slot for each pair.</summary>
    public const int Points = Slots * Slots;

    /// <summary>The slot of the point 2, which three outputs do without.</summary>
    public const int FourOnly = 3;

    private const int All = 0b11111, NoTwo = 0b10111;

    /// <summary>The map along both axes, on vector after vector: to[5i + j] from from[5k + l].</summary>
    /// <param name="from">25 pointers, of which those are used that the maps read.</param>
    /// <param name="offset">Added to all of them; likewise <paramref name="toOffset"/>.</param>
    /// <param name="count">How many numbers each points to, a multiple of the vector width.</param>
    /// <param name="work">25 vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<Down, Across, F>(float** from, nint offset, float** to, nint toOffset, int count, F finish, float* work)
        where Down : struct, IMap<V>
        where Across : struct, IMap<V>
        where F : struct, IFinish<V>
    {
        for (int v = 0; v < count; v += S.Width, offset += S.Width, toOffset += S.Width)
        {
            for (int j = 0; j < Slots; j++)
            {
                if ((Across.Reads >> j & 1) == 0)
                    continue;
                float** column = from + j;
                V x0 = S.Zero, x1 = x0, x2 = x0, x3 = x0, x4 = x0;
                if ((Down.Reads & 1) != 0)
                    x0 = S.Load(column[0] + offset);
                if ((Down.Reads & 2) != 0)
                    x1 = S.Load(column[Slots] + offset);
                if ((Down.Reads & 4) != 0)
                    x2 = S.Load(column[2 * Slots] + offset);
                if ((Down.Reads & 8) != 0)
                    x3 = S.Load(column[3 * Slots] + offset);
                if ((Down.Reads & 16) != 0)
                    x4 = S.Load(column[4 * Slots] + offset);
                Down.Apply(x0, x1, x2, x3, x4, out x0, out x1, out x2, out x3, out x4);
                float* at = work + j * S.Width;
                if ((Down.Writes & 1) != 0)
                    S.Store(x0, at);
                if ((Down.Writes & 2) != 0)
                    S.Store(x1, at + Slots * S.Width);
                if ((Down.Writes & 4) != 0)
                    S.Store(x2, at + 2 * Slots * S.Width);
                if ((Down.Writes & 8) != 0)
                    S.Store(x3, at + 3 * Slots * S.Width);
                if ((Down.Writes & 16) != 0)
                    S.Store(x4, at + 4 * Slots * S.Width);
            }

            for (int i = 0; i < Slots; i++)
            {
                if ((Down.Writes >> i & 1) == 0)
                    continue;
                float* row = work + i * Slots * S.Width;
                float** results = to + i * Slots;
                V x0 = S.Zero, x1 = x0, x2 = x0, x3 = x0, x4 = x0;
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
                Across.Apply(x0, x1, x2, x3, x4, out x0, out x1, out x2, out x3, out x4);
                if ((Across.Writes & 1) != 0)
                    S.Store(finish.Apply(x0, v), results[0] + toOffset);
                if ((Across.Writes & 2) != 0)
                    S.Store(finish.Apply(x1, v), results[1] + toOffset);
                if ((Across.Writes & 4) != 0)
                    S.Store(finish.Apply(x2, v), results[2] + toOffset);
                if ((Across.Writes & 8) != 0)
                    S.Store(finish.Apply(x3, v), results[3] + toOffset);
                if ((Across.Writes & 16) != 0)
                    S.Store(finish.Apply(x4, v), results[4] + toOffset);
            }
        }
    }

    /// <summary>Stored as it is.</summary>
    public readonly struct Plain : IFinish<V>
    {
        public V Apply(V value, int column) => value;
    }

    /// <summary>y = act(value + bias).</summary>
    public readonly struct Finished(Epilogue<V, S> epilogue, float* biases) : IFinish<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply(V value, int column) => epilogue.Apply(S.Add(value, S.Load(biases + column)));
    }

    /// <summary>Five numbers of the image for four outputs.</summary>
    public readonly struct Data4 : IMap<V>
    {
        public static int Reads => All;

        public static int Writes => All;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V t = S.Subtract(x3, x1);
            y0 = S.MultiplyAdd(S.Broadcast(0.5f), t, S.Subtract(x0, x2));
            y1 = S.Subtract(S.Add(x1, x2), t);
            y2 = S.Subtract(S.Multiply(S.Broadcast(3), S.Subtract(x2, x1)), t);
            y3 = t;
            y4 = S.MultiplyAdd(S.Broadcast(-2), t, S.Subtract(x4, x2));
        }
    }

    /// <summary>Four numbers of the image for three outputs.</summary>
    public readonly struct Data3 : IMap<V>
    {
        public static int Reads => 0b01111;

        public static int Writes => NoTwo;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            y0 = S.Subtract(x0, x2);
            y1 = S.Add(x1, x2);
            y2 = S.Multiply(S.Broadcast(3), S.Subtract(x2, x1));
            y3 = S.Zero;
            y4 = S.Subtract(x3, x1);
        }
    }

    /// <summary>Products to four outputs.</summary>
    public readonly struct Output4 : IMap<V>
    {
        public static int Reads => All;

        public static int Writes => 0b01111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V sum = S.Add(x1, x2), difference = S.Subtract(x1, x2);
            y0 = S.Add(S.Add(x0, x3), sum);
            y1 = S.MultiplyAdd(S.Broadcast(2), x3, difference);
            y2 = S.MultiplyAdd(S.Broadcast(4), x3, sum);
            y3 = S.Add(S.MultiplyAdd(S.Broadcast(8), x3, difference), x4);
            y4 = S.Zero;
        }
    }

    /// <summary>Products to three outputs.</summary>
    public readonly struct Output3 : IMap<V>
    {
        public static int Reads => NoTwo;

        public static int Writes => 0b00111;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V sum = S.Add(x1, x2);
            y0 = S.Add(x0, sum);
            y1 = S.Subtract(x1, x2);
            y2 = S.Add(sum, x4);
            y3 = y4 = S.Zero;
        }
    }

    /// <summary>The transpose of <see cref="Output4"/>.</summary>
    public readonly struct Spread4 : IMap<V>
    {
        public static int Reads => 0b01111;

        public static int Writes => All;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V even = S.Add(x0, x2), odd = S.Add(x1, x3);
            y0 = x0;
            y1 = S.Add(even, odd);
            y2 = S.Subtract(even, odd);
            // The values of a polynomial at 2 (Horner).
            y3 = S.MultiplyAdd(S.Broadcast(2), S.MultiplyAdd(S.Broadcast(2), S.MultiplyAdd(S.Broadcast(2), x3, x2), x1), x0);
            y4 = x3;
        }
    }

    /// <summary>The transpose of <see cref="Output3"/>.</summary>
    public readonly struct Spread3 : IMap<V>
    {
        public static int Reads => 0b00111;

        public static int Writes => NoTwo;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V even = S.Add(x0, x2);
            y0 = x0;
            y1 = S.Add(even, x1);
            y2 = S.Subtract(even, x1);
            y3 = S.Zero;
            y4 = x2;
        }
    }

    /// <summary>The filter's two taps.</summary>
    public readonly struct Evaluate : IMap<V>
    {
        public static int Reads => 0b00011;

        public static int Writes => All;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V sixth = S.Broadcast(1f / 6);
            y0 = x0;
            y1 = S.Multiply(S.Broadcast(0.5f), S.Add(x0, x1));
            y2 = S.Multiply(sixth, S.Subtract(x0, x1));
            y3 = S.Multiply(sixth, S.MultiplyAdd(S.Broadcast(2), x1, x0));
            y4 = x1;
        }
    }

    /// <summary>The transpose of <see cref="Evaluate"/>.</summary>
    public readonly struct Collect : IMap<V>
    {
        public static int Reads => All;

        public static int Writes => 0b00011;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(V x0, V x1, V x2, V x3, V x4, out V y0, out V y1, out V y2, out V y3, out V y4)
        {
            V sixth = S.Broadcast(1f / 6), half = S.Multiply(S.Broadcast(0.5f), x1);
            y0 = S.Add(S.Add(x0, half), S.Multiply(sixth, S.Add(x2, x3)));
            y1 = S.Add(S.Add(x4, half), S.Multiply(sixth, S.Subtract(S.Add(x3, x3), x2)));
            y2 = y3 = y4 = S.Zero;
        }
    }
}
