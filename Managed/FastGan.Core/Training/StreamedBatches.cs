using System.Numerics;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Training;

/// <summary>A step's minibatches copied to a device that has no room for the whole data set.</summary>
internal sealed class StreamedBatches(Dataset data, Gan gan)
{
    private readonly byte[] _images = new byte[data.Points is null ? gan.Images.Count : 0];
    private readonly float[] _points = new float[data.Points is null ? 0 : gan.Images.Count];
    private readonly int[] _labels = new int[gan.Labels?.Count ?? 0];

    /// <summary>Gathers on the host and writes. Allocates nothing.</summary>
    public void Write(ReadOnlySpan<int> indices, Device device)
    {
        if (data.Points is null)
            Write(data.Images, indices, _images, gan.Images, device);
        else
            Write(data.Points, indices, _points, gan.Images, device);
        if (gan.Labels is not null)
            Write(data.Labels!, indices, _labels, gan.Labels, device);
    }

    private static void Write<T>(T[] all, ReadOnlySpan<int> indices, T[] batch, Tensor tensor, Device device) where T : unmanaged, INumberBase<T>
    {
        int sample = batch.Length / indices.Length;
        for (int i = 0; i < indices.Length; i++)
            all.AsSpan(indices[i] * sample, sample).CopyTo(batch.AsSpan(i * sample));
        device.Write(tensor, batch);
    }
}
