namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Products that are summed in float before the sum goes on in double.</summary>
    private const int DotChunk = 16384;

    /// <summary>Σ a · b, of which each worker sums some chunks and then all get the result. Takes the scratch memory.</summary>
    private double TeamDot(int count, float* a, float* b)
    {
        int chunks = (count + DotChunk - 1) / DotChunk;
        double* sums = (double*)team.Scratch((long)chunks * sizeof(double));
        (int first, int last) = Share(chunks);
        for (int chunk = first; chunk < last; chunk++)
        {
            int from = chunk * DotChunk;
            sums[chunk] = Dot(Math.Min(DotChunk, count - from), a + from, b + from);
        }

        team.Sync();
        double sum = 0;
        for (int chunk = 0; chunk < chunks; chunk++)
            sum += sums[chunk];
        return sum;
    }

    /// <summary>Σ a · b, by this worker alone.</summary>
    private static double Dot(int count, float* a, float* b)
    {
        double sum = 0;
        for (int from = 0; from < count; from += DotChunk)
        {
            int to = Math.Min(from + DotChunk, count), whole = to - (to - from) % Width;
            sum += (double)Dot(from, whole, a, b) + CpuWorker<float, Simd1>.Dot(whole, to, a, b);
        }

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
