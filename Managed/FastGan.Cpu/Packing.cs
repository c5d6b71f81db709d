using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastGan.Cpu;

/// <summary>
/// Copies of matrices in the order in which <see cref="MicroKernel{V,S}"/> reads them. A packed matrix of some depth is cut into panels of
/// columns, each as wide as its tile; the panel that starts at column j lies at j · depth. Columns beyond the matrix are zeros.
/// </summary>
internal static unsafe class Packing<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int RowsAhead = 12;

    private const int TransposeDepth = 64;

    /// <summary>panel[d][j] = source[j · stride + d] for d in [0, depth), j in [0, columns); zero for j in [columns, width).</summary>
    public static void Transpose(float* source, nint stride, int columns, int depth, float* panel, int width)
    {
        columns = Math.Min(columns, width);
        TransposeTo(source, stride, columns, depth, panel, width);
        for (int d = 0; d < depth && columns < width; d++, panel += width)
            new Span<float>(panel + columns, width - columns).Clear();
    }

    /// <summary>to[d · toStride + j] = source[j · stride + d] for d in [0, depth), j in [0, columns).</summary>
    public static void TransposeTo(float* source, nint stride, int columns, int depth, float* to, nint toStride)
    {
        // Part by part of the depth, so that a line of the result is still close when its next four columns come.
        for (int from = 0; from < depth; from += TransposeDepth)
        {
            int end = Math.Min(from + TransposeDepth, depth);
            for (int j = 0, width; j < columns; j += width)
            {
                width = S.Width == 16 && j + 16 <= columns ? 16 : 4;
                float* column = source + j * stride, place = to + j;
                int d = from;
                if (width == 16)
                    d += Transpose16(column + d, stride, end - d, place + d * toStride, toStride);
                for (int i = 0; i < width && j + i < columns; i += 4)
                    Transpose4(column + i * stride, stride, columns - j - i, d, end, place + i, toStride);
            }
        }
    }

    /// <summary>
    /// panel[d][j] = source[d · stride + j] for d in [0, depth), j in [0, columns); zero for j in [columns, width). Rows may lie a page apart, where
    /// the processor doesn't see what comes next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint stride, int columns, int depth, float* panel, int width)
    {
        columns = Math.Min(columns, width);
        for (int d = 0; d < depth; d++, source += stride, panel += width)
        {
            if (d + RowsAhead < depth)
                Prefetch.Near(source + RowsAhead * stride, columns);
            int j = 0;
            for (; j + S.Width <= columns; j += S.Width)
                S.Store(S.Load(source + j), panel + j);
            for (; j < columns; j++)
                panel[j] = source[j];
            for (; j < width; j++)
                panel[j] = 0;
        }
    }

    /// <summary>Sixteen columns, in 16 × 16 blocks; returns how deep it came.</summary>
    private static int Transpose16(float* source, nint stride, int depth, float* to, nint toStride)
    {
        int d = 0;
        for (; d + 16 <= depth; d += 16, source += 16, to += 16 * toStride)
        {
            Quads(source, stride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
            Quads(source + 4 * stride, stride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
            Quads(source + 8 * stride, stride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
            Quads(source + 12 * stride, stride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
            Lanes(a0, b0, c0, d0, to, toStride);
            Lanes(a1, b1, c1, d1, to + toStride, toStride);
            Lanes(a2, b2, c2, d2, to + 2 * toStride, toStride);
            Lanes(a3, b3, c3, d3, to + 3 * toStride, toStride);
        }

        return d;
    }

    /// <summary>Of four columns four depths a vector: depth 4i + j of all of them is the i-th quarter of vector j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quads(float* source, nint stride, out Vector512<float> q0, out Vector512<float> q1, out Vector512<float> q2, out Vector512<float> q3)
    {
        Vector512<float> r0 = Vector512.Load(source), r1 = Vector512.Load(source + stride);
        Vector512<float> r2 = Vector512.Load(source + 2 * stride), r3 = Vector512.Load(source + 3 * stride);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> high01 = Avx512F.UnpackHigh(r0, r1).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        q0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        q1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        q2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        q3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Stores the first quarters of four vectors as a row, the second quarters as the fourth row after it, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint toStride)
    {
        const byte Even = 0x88, Odd = 0xDD;
        Vector512<float> evenAb = Avx512F.Shuffle4x128(a, b, Even), oddAb = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> evenCd = Avx512F.Shuffle4x128(c, d, Even), oddCd = Avx512F.Shuffle4x128(c, d, Odd);
        Avx512F.Shuffle4x128(evenAb, evenCd, Even).Store(to);
        Avx512F.Shuffle4x128(oddAb, oddCd, Even).Store(to + 4 * toStride);
        Avx512F.Shuffle4x128(evenAb, evenCd, Odd).Store(to + 8 * toStride);
        Avx512F.Shuffle4x128(oddAb, oddCd, Odd).Store(to + 12 * toStride);
    }

    /// <summary>Up to four columns, from depth <paramref name="d"/> to the end, in 4 × 4 blocks where there are as many.</summary>
    private static void Transpose4(float* source, nint stride, int columns, int d, int end, float* to, nint toStride)
    {
        for (; Sse.IsSupported && columns >= 4 && d + 4 <= end; d += 4)
        {
            float* column = source + d, place = to + d * toStride;
            Vector128<float> r0 = Vector128.Load(column), r1 = Vector128.Load(column + stride);
            Vector128<float> r2 = Vector128.Load(column + 2 * stride), r3 = Vector128.Load(column + 3 * stride);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1), low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1), high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(place);
            Sse.MoveHighToLow(low23, low01).Store(place + toStride);
            Sse.MoveLowToHigh(high01, high23).Store(place + 2 * toStride);
            Sse.MoveHighToLow(high23, high01).Store(place + 3 * toStride);
        }

        for (; d < end; d++)
        {
            for (int i = 0; i < Math.Min(4, columns); i++)
                to[d * toStride + i] = source[i * stride + d];
        }
    }
}
