using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>byte / 127.5 − 1, as (2 · byte − 255) / 255, which rounds once.</summary>
    private static readonly float[] PixelValues = [.. Enumerable.Range(0, 256).Select(b => (2 * b - 255) / 255f)];

    public void GatherImages(Tensor dataset, Tensor indices, Tensor images)
    {
        int N = images.Shape.N, count = images.Shape.SampleCount;
        (int from, int to) = Share(N);
        fixed (float* values = PixelValues)
        {
            for (int n = from; n < to; n++)
            {
                byte* pixels = Bytes(dataset) + (long)Ints(indices)[n] * count;
                float* image = Reals(images) + n * count;
                for (int i = 0; i < count; i++)
                    image[i] = values[pixels[i]];
            }
        }
    }

    public void GatherLabels(Tensor labels, Tensor indices, Tensor batch)
    {
        (int from, int to) = Share(batch.Count);
        for (int n = from; n < to; n++)
            Ints(batch)[n] = Ints(labels)[Ints(indices)[n]];
    }

    public void Noise(Distribution distribution, uint stream, Tensor key, Tensor z)
    {
        (ulong seed, ulong step) = Key(key);
        (int from, int to) = Share(z.Count, Philox.GroupCount);
        Philox.Fill(distribution, seed, stream, step, (uint)from / 4, new Span<float>(Reals(z) + from, to - from));
    }

    public void RandomLabels(int classes, uint stream, Tensor key, Tensor labels)
    {
        (ulong seed, ulong step) = Key(key);
        (int from, int to) = Share(labels.Count);
        for (int n = from; n < to; n++)
        {
            (uint x0, uint x1, uint x2, uint x3) = RandomNumbers.Block(seed, stream, step, (uint)n / 4);
            uint lane = (n % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
            Ints(labels)[n] = (int)((ulong)lane * (uint)classes >> 32);
        }
    }

    private static (ulong Seed, ulong Step) Key(Tensor key)
    {
        ulong* words = (ulong*)Ints(key);
        return (words[0], words[1]);
    }
}
