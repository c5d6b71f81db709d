using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastGan.Evaluation.Distances;

/// <summary>Euclidean distances of all pairs of two sets.</summary>
/// <remarks>
/// In double, as differences and not through |x|² + |y|² − 2xy, which would leave of two equal samples a distance other than 0.
/// A distance depends on its two samples alone, not on the block or the thread that it is computed in.
/// </remarks>
public static class Euclidean
{
    /// <summary>Rows of a block: each sample of the other set is read from memory once for all of them.</summary>
    private const int Block = 16;

    public static double Between(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ReadOnlySpan<Vector256<float>> xs = MemoryMarshal.Cast<float, Vector256<float>>(x), ys = MemoryMarshal.Cast<float, Vector256<float>>(y);
        (Vector256<double> sums, Vector256<double> others) = (default, default);
        for (int i = 0; i < xs.Length; i++)
        {
            (Vector256<double> x0, Vector256<double> x1) = Vector256.Widen(xs[i]);
            (Vector256<double> y0, Vector256<double> y1) = Vector256.Widen(ys[i]);
            (Vector256<double> d0, Vector256<double> d1) = (x0 - y0, x1 - y1);
            sums += d0 * d0;
            others += d1 * d1;
        }

        double sum = Vector256.Sum(sums + others);
        for (int i = xs.Length * Vector256<float>.Count; i < x.Length; i++)
        {
            double d = (double)x[i] - y[i];
            sum += d * d;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>
    /// Hands each sample of a, by number, its distances to all of b. The calls come from several threads, in any order.
    /// </summary>
    public static void ForEachRow(Samples a, Samples b, Action<int, ReadOnlySpan<double>> use)
    {
        Samples.RequireSameWidth(a, b);
        Parallel.For(0, (a.Count + Block - 1) / Block, block =>
        {
            int first = block * Block, rows = Math.Min(Block, a.Count - first);
            double[] distances = new double[rows * b.Count];
            for (int j = 0; j < b.Count; j++)
            {
                ReadOnlySpan<float> y = b[j];
                for (int i = 0; i < rows; i++)
                    distances[i * b.Count + j] = Between(a[first + i], y);
            }

            for (int i = 0; i < rows; i++)
                use(first + i, distances.AsSpan(i * b.Count, b.Count));
        });
    }

    /// <summary>(a.Count, b.Count).</summary>
    public static double[] Matrix(Samples a, Samples b)
    {
        double[] matrix = new double[(long)a.Count * b.Count];
        ForEachRow(a, b, (i, row) => row.CopyTo(matrix.AsSpan(i * b.Count)));
        return matrix;
    }
}
