using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Gradients of filters. How the pixels are cut into blocks, the order of the blocks and the number of partial sums follow from the shape
/// alone; the threads share out tiles of the gradient, or, where those are few, partial sums.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Partial sums of a gradient that has too few tiles to share among threads.</summary>
    private const int FilterChunks = 16;

    private void FilterGradient(ConvShape g, float* x, float* dy, Write mode, float* dw)
    {
        FilterPass<V, S> pass = new(g);
        int size = g.Filter.Count, chunks = pass.RowTiles * pass.Units < 2 * FilterChunks ? Math.Min(FilterChunks, pass.Blocks) : 1;
        float* partial = Scratch(chunks > 1 ? (long)chunks * Padded(size) : 0, pass.ScratchFloats, out float* own);
        pass.Bind(x, dy, own);
        if (chunks == 1)
        {
            // Sharing units, each worker packs all of dy; sharing tiles, all of x under every tap, which is more.
            FilterPart part = pass.RowTiles > pass.Units && pass.Units < 4 * team.Size
                ? new(Share(pass.RowTiles), (0, pass.Units))
                : new((0, pass.RowTiles), Share(pass.Units));
            for (int block = 0; block < pass.Blocks && !part.IsEmpty; block++)
                pass.Add(block, part, block == 0 ? mode : Write.Accumulate, dw);
            return;
        }

        for (Pieces some = Deal(chunks, 1, chunks); some.Next(out int chunk, out int last);)
        {
            for (; chunk < last; chunk++)
            {
                int from = (int)((long)pass.Blocks * chunk / chunks), to = (int)((long)pass.Blocks * (chunk + 1) / chunks);
                FilterPart whole = new((0, pass.RowTiles), (0, pass.Units));
                for (int block = from; block < to; block++)
                    pass.Add(block, whole, block == from ? Write.Overwrite : Write.Accumulate, partial + (long)chunk * Padded(size));
            }
        }

        team.Sync();
        AddPartials(chunks, partial, size, mode, dw);
    }

    /// <summary>The gradient from its partial sums, each in whole vectors.</summary>
    private void AddPartials(int chunks, float* partial, int size, Write mode, float* dw)
    {
        (int first, int whole, int end) = ShareVectors(size);
        AddPartials(chunks, partial, Padded(size), first, whole, mode, dw);
        CpuWorker<float, Simd1>.AddPartials(chunks, partial, Padded(size), whole, end, mode, dw);
    }

    private static void AddPartials(int chunks, float* partial, int step, int from, int to, Write mode, float* dw)
    {
        for (int i = from; i < to; i += Width)
        {
            V sum = S.Load(partial + i);
            for (int chunk = 1; chunk < chunks; chunk++)
                sum = S.Add(sum, S.Load(partial + (long)chunk * step + i));
            S.Store(mode == Write.Accumulate ? S.Add(S.Load(dw + i), sum) : sum, dw + i);
        }
    }
}
