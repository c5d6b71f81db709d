using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <content>Maps of tiles of four outputs, and of three, with the points 0, 1, −1, 2, ∞.</content>
internal static partial class Winograd<V, S>
{
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
}
