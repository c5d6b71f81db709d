namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Products that are summed in float before the sum goes on in double.</summary>
    private const int ChunkCount = 16384;

    /// <summary>Σ a · b, of which each worker sums some chunks and then all get the result. Takes the scratch memory.</summary>
    private double TeamDot(int count, float* a, float* b) => Total(TeamDots(count, a, b));

    /// <summary>The sums of the chunks, once all are there.</summary>
    private Span<double> TeamDots(int count, float* a, float* b)
    {
        Span<double> sums = ChunkSums(count);
        (int first, int last) = Share(sums.Length);
        for (int chunk = first; chunk < last; chunk++)
            sums[chunk] = ChunkDot(chunk, count, a, b);
        team.Sync();
        return sums;
    }

    private static int Chunks(int count) => (count + ChunkCount - 1) / ChunkCount;

    /// <summary>[from, end) in chunks.</summary>
    internal static IEnumerable<(int From, int To)> Chunks(int from, int end)
    {
        for (int to; from < end; from = to)
        {
            to = Math.Min(end, from + ChunkCount);
            yield return (from, to);
        }
    }

    /// <summary>Where a chunk of <paramref name="count"/> numbers starts and ends.</summary>
    private static (int From, int To) Chunk(int chunk, int count) => (chunk * ChunkCount, Math.Min((chunk + 1) * ChunkCount, count));

    /// <summary>Scratch memory for a sum of each chunk.</summary>
    private Span<double> ChunkSums(int count) => new(team.Scratch((long)Chunks(count) * sizeof(double)), Chunks(count));

    private static double Total(ReadOnlySpan<double> sums)
    {
        double total = 0;
        foreach (double sum in sums)
            total += sum;
        return total;
    }

    private static double ChunkDot(int chunk, int count, float* a, float* b)
    {
        (int from, int to) = Chunk(chunk, count);
        int whole = to - (to - from) % Width;
        return (double)Dot(from, whole, a, b) + CpuWorker<float, Simd1>.Dot(whole, to, a, b);
    }

    /// <summary>Σ a · b, by this worker alone.</summary>
    private static double Dot(int count, float* a, float* b)
    {
        double sum = 0;
        for (int chunk = 0; chunk < Chunks(count); chunk++)
            sum += ChunkDot(chunk, count, a, b);
        return sum;
    }

    private static float Dot(int from, int to, float* a, float* b)
    {
        V sum = S.Zero;
        for (int i = from; i < to; i += Width)
            sum = S.MultiplyAdd(S.Load(a + i), S.Load(b + i), sum);
        return S.Sum(sum);
    }
}
