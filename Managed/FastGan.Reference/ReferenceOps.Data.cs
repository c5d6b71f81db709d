using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void GatherImages(Tensor dataset, Tensor indices, Tensor images)
    {
        int size = images.Shape.SampleCount;
        for (int n = 0; n < images.Shape.N; n++)
        {
            byte* image = Bytes(dataset) + (long)Ints(indices)[n] * size;
            for (int i = 0; i < size; i++)
                Reals(images)[n * size + i] = image[i] / 127.5 - 1;
        }
    }

    public void GatherLabels(Tensor labels, Tensor indices, Tensor batch)
    {
        for (int n = 0; n < batch.Count; n++)
            Ints(batch)[n] = Ints(labels)[Ints(indices)[n]];
    }

    public void Noise(Distribution distribution, uint stream, Tensor key, Tensor z)
    {
        Span<uint> lanes = stackalloc uint[4];
        for (int i = 0; i < z.Count; i++)
        {
            Lanes(key, stream, i, lanes);
            Reals(z)[i] = distribution switch
            {
                Distribution.Uniform => Philox.Uniform(lanes[i % 4]),
                Distribution.Normal => Philox.Normal(lanes, i % 4),
                _ => throw new ArgumentOutOfRangeException(nameof(distribution)),
            };
        }
    }

    public void RandomLabels(int classes, uint stream, Tensor key, Tensor labels)
    {
        Span<uint> lanes = stackalloc uint[4];
        for (int i = 0; i < labels.Count; i++)
        {
            Lanes(key, stream, i, lanes);
            Ints(labels)[i] = (int)((ulong)lanes[i % 4] * (ulong)classes >> 32);
        }
    }

    /// <summary>The block that element i is taken from. The key is seed low and high, step low and high.</summary>
    private static void Lanes(Tensor key, uint stream, int i, Span<uint> lanes)
    {
        int* k = Ints(key);
        (lanes[0], lanes[1], lanes[2], lanes[3]) = ((uint)(i / 4), stream, (uint)k[2], (uint)k[3]);
        Philox.Block(lanes, [(uint)k[0], (uint)k[1]]);
    }
}
