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
            for (int j = 0; j < columns; j += 4)
            {
                int d = from;
                if (Sse.IsSupported && j + 4 <= columns)
                    d += Transpose4(source + j * stride + d, stride, end - d, to + d * toStride + j, toStride);
                for (; d < end; d++)
                {
                    for (int i = j; i < Math.Min(j + 4, columns); i++)
                        to[d * toStride + i] = source[i * stride + d];
                }
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

    /// <summary>Four columns, in 4 × 4 blocks; returns how deep it came.</summary>
    private static int Transpose4(float* source, nint stride, int depth, float* panel, nint width)
    {
        int d = 0;
        for (; d + 4 <= depth; d += 4, panel += 4 * width)
        {
            Vector128<float> r0 = Vector128.Load(source + d), r1 = Vector128.Load(source + stride + d);
            Vector128<float> r2 = Vector128.Load(source + 2 * stride + d), r3 = Vector128.Load(source + 3 * stride + d);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1), low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1), high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store(panel);
            Sse.MoveHighToLow(low23, low01).Store(panel + width);
            Sse.MoveLowToHigh(high01, high23).Store(panel + 2 * width);
            Sse.MoveHighToLow(high23, high01).Store(panel + 3 * width);
        }

        return d;
    }
}
