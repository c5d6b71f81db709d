using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;

namespace FastGan.Training;

/// <summary>A step's minibatches copied to a device that has no room for the whole data set.</summary>
internal sealed class StreamedBatches(Dataset data, Gan gan)
{
    private readonly int _sample = data.Height * data.Width * data.Channels;
    private readonly byte[] _images = new byte[gan.Images.Count];
    private readonly int[] _labels = new int[gan.Labels?.Count ?? 0];

    /// <summary>Gathers on the host and writes. Allocates nothing.</summary>
    public void Write(ReadOnlySpan<int> indices, Device device)
    {
        for (int i = 0; i < indices.Length; i++)
            data.Images.AsSpan(indices[i] * _sample, _sample).CopyTo(_images.AsSpan(i * _sample));
        device.Write(gan.Images, _images);
        if (gan.Labels is null)
            return;
        for (int i = 0; i < indices.Length; i++)
            _labels[i] = data.Labels![indices[i]];
        device.Write(gan.Labels, _labels);
    }
}
