using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <content>Maps of tiles of seven outputs, with the points 0, 1, −1, 2, −2, ½, −½, ∞.</content>
internal static partial class Winograd<V, S>
{
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
