using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <summary>A tile's number of vectors or of rows, as a type, so that the JIT leaves out what a smaller tile lacks.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal readonly struct One : ICount
{
    public static int Value => 1;
}

internal readonly struct Two : ICount
{
    public static int Value => 2;
}

internal readonly struct Three : ICount
{
    public static int Value => 3;
}

internal readonly struct Four : ICount
{
    public static int Value => 4;
}

internal readonly struct Six : ICount
{
    public static int Value => 6;
}

/// <summary>A stretch of the reduction: six rows of a, each by a pointer, and where their rows of b start.</summary>
internal unsafe struct Segment
{
    public float* A0, A1, A2, A3, A4, A5;
    public nint Row, Depth;

    /// <summary>Six rows of a that start side by side.</summary>
    public static Segment Side(float* a, nint row, nint depth) => new()
    {
        A0 = a,
        A1 = a + 1,
        A2 = a + 2,
        A3 = a + 3,
        A4 = a + 4,
        A5 = a + 5,
        Row = row,
        Depth = depth,
    };
}

/// <summary>
/// The inner loop of every matrix product: a tile of 6 rows by 1 to 4 vectors, held in registers while the reduction runs; the last rows make one of 4 or 2.
/// With 32 vector registers the widest tile takes 24 of them for sums and 4 for a row of b; with 16, the tile of 2 takes 12 and 2.
/// </summary>
internal static unsafe class MicroKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Numbers in a row of the widest tile of any vector width.</summary>
    public const int WidestTileFloats = 64;

    /// <summary>Vectors of the widest tile: as many as leave every sum in a register.</summary>
    public static int WidestTile => S.Width == 16 ? 4 : 2;

    /// <summary>Vectors of the next tile where <paramref name="columns"/> are left.</summary>
    public static int TileVectors(int columns) => Math.Min(WidestTile, (columns + S.Width - 1) / S.Width);

    /// <summary>As <see cref="Tile{C, R}"/>, with the sizes as numbers.</summary>
    public static void Tile(int vectors, int rows, Segment* segments, int count, nint offset, nint step, float* b, nint bStep, float* tile, nint tileStep, bool accumulate, Lines ahead = default)
    {
        if (vectors == 4)
            Tile<Four>(rows, segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
        else if (vectors == 3)
            Tile<Three>(rows, segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
        else if (vectors == 2)
            Tile<Two>(rows, segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
        else
            Tile<One>(rows, segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
    }

    private static void Tile<C>(int rows, Segment* segments, int count, nint offset, nint step, float* b, nint bStep, float* tile, nint tileStep, bool accumulate, Lines ahead)
        where C : struct, ICount
    {
        // The last of 64 or 256 rows are four, of 128 or 512 two.
        if (rows > 4)
            Tile<C, Six>(segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
        else if (rows > 2)
            Tile<C, Four>(segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
        else
            Tile<C, Two>(segments, count, offset, step, b, bStep, tile, tileStep, accumulate, ahead);
    }

    /// <summary>
    /// tile[i][j] = Σ_segments Σ_d a_i[d · step] · b[(row + d) · bStep + j] for j below the tile's vectors · S.Width, plus what the tile
    /// holds where <paramref name="accumulate"/> says so.
    /// </summary>
    /// <typeparam name="C">Vectors of a row.</typeparam>
    /// <typeparam name="R">Rows: six, four or two.</typeparam>
    /// <param name="offset">Bytes from the segments' pointers to the rows of a.</param>
    /// <param name="step">Bytes from one element of a row of a to the next.</param>
    /// <param name="b">Rows of the tile's width, <paramref name="bStep"/> numbers from one to the next.</param>
    /// <param name="tile">Rows of the tile's width, <paramref name="tileStep"/> numbers from one to the next.</param>
    /// <param name="ahead">A line for each step is asked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<C, R>(Segment* segments, int count, nint offset, nint step, float* b, nint bStep, float* tile, nint tileStep, bool accumulate, Lines ahead)
        where C : struct, ICount
        where R : struct, ICount
    {
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero, c03 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero, c12 = S.Zero, c13 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero, c22 = S.Zero, c23 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero, c32 = S.Zero, c33 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero, c42 = S.Zero, c43 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero, c52 = S.Zero, c53 = S.Zero;
        // Where nothing is to come, asking for what is there costs nothing.
        byte* asked = (byte*)(ahead.First == null ? b : ahead.First);
        nint askedStep = ahead.Step * sizeof(float);
        for (Segment* end = segments + count; segments != end; segments++)
        {
            byte* a0 = (byte*)segments->A0 + offset, a1 = (byte*)segments->A1 + offset, a2 = (byte*)segments->A2 + offset;
            byte* a3 = (byte*)segments->A3 + offset, a4 = (byte*)segments->A4 + offset, a5 = (byte*)segments->A5 + offset;
            float* row = b + segments->Row * bStep;
            nint bytes = segments->Depth * step;
            for (nint d = 0; d != bytes; d += step)
            {
                Prefetch.Far(asked);
                asked += askedStep;
                V b0 = S.Load(row), b1 = b0, b2 = b0, b3 = b0;
                if (C.Value > 1)
                    b1 = S.Load(row + S.Width);
                if (C.Value > 2)
                    b2 = S.Load(row + 2 * S.Width);
                if (C.Value > 3)
                    b3 = S.Load(row + 3 * S.Width);

                row += bStep;

                V x = S.Broadcast(*(float*)(a0 + d));
                c00 = S.MultiplyAdd(x, b0, c00);
                if (C.Value > 1)
                    c01 = S.MultiplyAdd(x, b1, c01);
                if (C.Value > 2)
                    c02 = S.MultiplyAdd(x, b2, c02);
                if (C.Value > 3)
                    c03 = S.MultiplyAdd(x, b3, c03);

                x = S.Broadcast(*(float*)(a1 + d));
                c10 = S.MultiplyAdd(x, b0, c10);
                if (C.Value > 1)
                    c11 = S.MultiplyAdd(x, b1, c11);
                if (C.Value > 2)
                    c12 = S.MultiplyAdd(x, b2, c12);
                if (C.Value > 3)
                    c13 = S.MultiplyAdd(x, b3, c13);

                if (R.Value < 4)
                    continue;

                x = S.Broadcast(*(float*)(a2 + d));
                c20 = S.MultiplyAdd(x, b0, c20);
                if (C.Value > 1)
                    c21 = S.MultiplyAdd(x, b1, c21);
                if (C.Value > 2)
                    c22 = S.MultiplyAdd(x, b2, c22);
                if (C.Value > 3)
                    c23 = S.MultiplyAdd(x, b3, c23);

                x = S.Broadcast(*(float*)(a3 + d));
                c30 = S.MultiplyAdd(x, b0, c30);
                if (C.Value > 1)
                    c31 = S.MultiplyAdd(x, b1, c31);
                if (C.Value > 2)
                    c32 = S.MultiplyAdd(x, b2, c32);
                if (C.Value > 3)
                    c33 = S.MultiplyAdd(x, b3, c33);

                if (R.Value < 6)
                    continue;

                x = S.Broadcast(*(float*)(a4 + d));
                c40 = S.MultiplyAdd(x, b0, c40);
                if (C.Value > 1)
                    c41 = S.MultiplyAdd(x, b1, c41);
                if (C.Value > 2)
                    c42 = S.MultiplyAdd(x, b2, c42);
                if (C.Value > 3)
                    c43 = S.MultiplyAdd(x, b3, c43);

                x = S.Broadcast(*(float*)(a5 + d));
                c50 = S.MultiplyAdd(x, b0, c50);
                if (C.Value > 1)
                    c51 = S.MultiplyAdd(x, b1, c51);
                if (C.Value > 2)
                    c52 = S.MultiplyAdd(x, b2, c52);
                if (C.Value > 3)
                    c53 = S.MultiplyAdd(x, b3, c53);
            }
        }

        Row<C>(tile, accumulate, c00, c01, c02, c03);
        Row<C>(tile + tileStep, accumulate, c10, c11, c12, c13);
        if (R.Value < 4)
            return;
        Row<C>(tile + 2 * tileStep, accumulate, c20, c21, c22, c23);
        Row<C>(tile + 3 * tileStep, accumulate, c30, c31, c32, c33);
        if (R.Value < 6)
            return;
        Row<C>(tile + 4 * tileStep, accumulate, c40, c41, c42, c43);
        Row<C>(tile + 5 * tileStep, accumulate, c50, c51, c52, c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<C>(float* row, bool accumulate, V c0, V c1, V c2, V c3)
        where C : struct, ICount
    {
        Put(row, accumulate, c0);
        if (C.Value > 1)
            Put(row + S.Width, accumulate, c1);
        if (C.Value > 2)
            Put(row + 2 * S.Width, accumulate, c2);
        if (C.Value > 3)
            Put(row + 3 * S.Width, accumulate, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, bool accumulate, V sum) => S.Store(accumulate ? S.Add(S.Load(at), sum) : sum, at);
}
