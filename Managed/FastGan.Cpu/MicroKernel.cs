using System.Runtime.CompilerServices;

namespace FastGan.Cpu;

/// <summary>How many vectors a tile is wide, as a type, so that the JIT leaves out the columns that a narrower tile lacks.</summary>
internal interface IColumns
{
    static abstract int Vectors { get; }
}

internal readonly struct Columns1 : IColumns
{
    public static int Vectors => 1;
}

internal readonly struct Columns2 : IColumns
{
    public static int Vectors => 2;
}

internal readonly struct Columns3 : IColumns
{
    public static int Vectors => 3;
}

internal readonly struct Columns4 : IColumns
{
    public static int Vectors => 4;
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
/// The inner loop of every matrix product: a tile of 6 rows by 1 to 4 vectors, held in registers while the reduction runs.
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

    /// <summary>As <see cref="Tile{P}"/>, with the width as a number.</summary>
    public static void Tile(int vectors, Segment* segments, int count, nint offset, nint step, float* b, float* tile, bool accumulate)
    {
        if (vectors == 4)
            Tile<Columns4>(segments, count, offset, step, b, tile, accumulate);
        else if (vectors == 3)
            Tile<Columns3>(segments, count, offset, step, b, tile, accumulate);
        else if (vectors == 2)
            Tile<Columns2>(segments, count, offset, step, b, tile, accumulate);
        else
            Tile<Columns1>(segments, count, offset, step, b, tile, accumulate);
    }

    /// <summary>
    /// tile[i][j] = Σ_segments Σ_d a_i[d · step] · b[(row + d) · width + j], width = the tile's vectors · S.Width, plus what the tile
    /// holds where <paramref name="accumulate"/> says so.
    /// </summary>
    /// <param name="offset">Bytes from the segments' pointers to the rows of a.</param>
    /// <param name="step">Bytes from one element of a row of a to the next.</param>
    /// <param name="b">Rows of the tile's width, one after another.</param>
    /// <param name="tile">6 rows of the tile's width.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<P>(Segment* segments, int count, nint offset, nint step, float* b, float* tile, bool accumulate)
        where P : struct, IColumns
    {
        V c00 = S.Zero, c01 = S.Zero, c02 = S.Zero, c03 = S.Zero;
        V c10 = S.Zero, c11 = S.Zero, c12 = S.Zero, c13 = S.Zero;
        V c20 = S.Zero, c21 = S.Zero, c22 = S.Zero, c23 = S.Zero;
        V c30 = S.Zero, c31 = S.Zero, c32 = S.Zero, c33 = S.Zero;
        V c40 = S.Zero, c41 = S.Zero, c42 = S.Zero, c43 = S.Zero;
        V c50 = S.Zero, c51 = S.Zero, c52 = S.Zero, c53 = S.Zero;
        for (Segment* end = segments + count; segments != end; segments++)
        {
            byte* a0 = (byte*)segments->A0 + offset, a1 = (byte*)segments->A1 + offset, a2 = (byte*)segments->A2 + offset;
            byte* a3 = (byte*)segments->A3 + offset, a4 = (byte*)segments->A4 + offset, a5 = (byte*)segments->A5 + offset;
            float* row = b + segments->Row * (P.Vectors * S.Width);
            nint bytes = segments->Depth * step;
            for (nint d = 0; d != bytes; d += step)
            {
                V b0 = S.Load(row), b1 = b0, b2 = b0, b3 = b0;
                if (P.Vectors > 1)
                    b1 = S.Load(row + S.Width);
                if (P.Vectors > 2)
                    b2 = S.Load(row + 2 * S.Width);
                if (P.Vectors > 3)
                    b3 = S.Load(row + 3 * S.Width);

                row += P.Vectors * S.Width;

                V x = S.Broadcast(*(float*)(a0 + d));
                c00 = S.MultiplyAdd(x, b0, c00);
                if (P.Vectors > 1)
                    c01 = S.MultiplyAdd(x, b1, c01);
                if (P.Vectors > 2)
                    c02 = S.MultiplyAdd(x, b2, c02);
                if (P.Vectors > 3)
                    c03 = S.MultiplyAdd(x, b3, c03);

                x = S.Broadcast(*(float*)(a1 + d));
                c10 = S.MultiplyAdd(x, b0, c10);
                if (P.Vectors > 1)
                    c11 = S.MultiplyAdd(x, b1, c11);
                if (P.Vectors > 2)
                    c12 = S.MultiplyAdd(x, b2, c12);
                if (P.Vectors > 3)
                    c13 = S.MultiplyAdd(x, b3, c13);

                x = S.Broadcast(*(float*)(a2 + d));
                c20 = S.MultiplyAdd(x, b0, c20);
                if (P.Vectors > 1)
                    c21 = S.MultiplyAdd(x, b1, c21);
                if (P.Vectors > 2)
                    c22 = S.MultiplyAdd(x, b2, c22);
                if (P.Vectors > 3)
                    c23 = S.MultiplyAdd(x, b3, c23);

                x = S.Broadcast(*(float*)(a3 + d));
                c30 = S.MultiplyAdd(x, b0, c30);
                if (P.Vectors > 1)
                    c31 = S.MultiplyAdd(x, b1, c31);
                if (P.Vectors > 2)
                    c32 = S.MultiplyAdd(x, b2, c32);
                if (P.Vectors > 3)
                    c33 = S.MultiplyAdd(x, b3, c33);

                x = S.Broadcast(*(float*)(a4 + d));
                c40 = S.MultiplyAdd(x, b0, c40);
                if (P.Vectors > 1)
                    c41 = S.MultiplyAdd(x, b1, c41);
                if (P.Vectors > 2)
                    c42 = S.MultiplyAdd(x, b2, c42);
                if (P.Vectors > 3)
                    c43 = S.MultiplyAdd(x, b3, c43);

                x = S.Broadcast(*(float*)(a5 + d));
                c50 = S.MultiplyAdd(x, b0, c50);
                if (P.Vectors > 1)
                    c51 = S.MultiplyAdd(x, b1, c51);
                if (P.Vectors > 2)
                    c52 = S.MultiplyAdd(x, b2, c52);
                if (P.Vectors > 3)
                    c53 = S.MultiplyAdd(x, b3, c53);
            }
        }

        Row<P>(tile, accumulate, c00, c01, c02, c03);
        Row<P>(tile + P.Vectors * S.Width, accumulate, c10, c11, c12, c13);
        Row<P>(tile + 2 * P.Vectors * S.Width, accumulate, c20, c21, c22, c23);
        Row<P>(tile + 3 * P.Vectors * S.Width, accumulate, c30, c31, c32, c33);
        Row<P>(tile + 4 * P.Vectors * S.Width, accumulate, c40, c41, c42, c43);
        Row<P>(tile + 5 * P.Vectors * S.Width, accumulate, c50, c51, c52, c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<P>(float* row, bool accumulate, V c0, V c1, V c2, V c3)
        where P : struct, IColumns
    {
        Put(row, accumulate, c0);
        if (P.Vectors > 1)
            Put(row + S.Width, accumulate, c1);
        if (P.Vectors > 2)
            Put(row + 2 * S.Width, accumulate, c2);
        if (P.Vectors > 3)
            Put(row + 3 * S.Width, accumulate, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, bool accumulate, V sum) => S.Store(accumulate ? S.Add(S.Load(at), sum) : sum, at);
}
