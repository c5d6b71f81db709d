using FastGan.Data;
using static TorchSharp.torch;

namespace FastGan.Rival;

/// <summary>
/// A data set in libtorch's memory, as bytes; minibatches of floats in [−1, 1], without replacement, channels last. Lives as long as the process.
/// </summary>
internal sealed class TorchImages(Dataset data, int batch)
{
    private readonly Tensor _images = tensor(data.Images, [data.Count, data.Height, data.Width, data.Channels], ScalarType.Byte);
    private readonly Tensor? _labels = data.Labels is null ? null : tensor(data.Labels.Select(label => (long)label).ToArray());
    private Tensor? _order;
    private long _next = data.Count;

    public int Batch { get; } = batch;

    public (Tensor Images, Tensor? Labels) Next()
    {
        if (_next + Batch > _images.shape[0])
        {
            _order?.Dispose();
            _order = randperm(_images.shape[0], ScalarType.Int64).DetachFromDisposeScope();
            _next = 0;
        }

        Tensor chosen = _order!.narrow(0, _next, Batch);
        _next += Batch;
        Tensor images = _images.index_select(0, chosen).to(ScalarType.Float32).div_(127.5).sub_(1);
        return (images.permute(0, 3, 1, 2), _labels?.index_select(0, chosen));
    }
}
