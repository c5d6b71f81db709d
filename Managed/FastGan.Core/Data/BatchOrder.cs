namespace FastGan.Data;

/// <summary>
/// Which images make up a minibatch: a pure function of the seed and of the batch's number since the start of training, so that a
/// resumed run takes the very batches that an uninterrupted one would. Each epoch is a new permutation; the images
/// left over when the data is no multiple of the batch sit that epoch out.
/// </summary>
public sealed class BatchOrder
{
    private readonly ulong _seed;
    private readonly int _batch;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <param name="count">Images of the data.</param>
    /// <param name="batch">Images of a minibatch.</param>
    public BatchOrder(ulong seed, int count, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (batch > count)
            throw new FastGanException(
                $"a batch of {batch} is larger than the data, which has {count} images: give --batch {count} or less, or more data");
        (_seed, _batch, _order) = (seed, batch, new int[count]);
    }

    public int BatchesPerEpoch => _order.Length / _batch;

    /// <summary>
    /// The images of minibatch <paramref name="batch"/>, counted from 0 over all epochs; indices is overwritten. Allocates nothing.
    /// </summary>
    public void Indices(long batch, Span<int> indices)
    {
        (long epoch, long first) = Math.DivRem(batch, BatchesPerEpoch);
        if (epoch != _epoch)
        {
            RandomNumbers.Shuffle(_seed, (ulong)epoch, _order);
            _epoch = epoch;
        }

        _order.AsSpan((int)first * _batch, _batch).CopyTo(indices);
    }
}
