namespace FastGan.Data;

/// <summary>
/// The images whose labels a semi-supervised model may use: a pure function of the seed, as many of each class (Salimans et al., 2016); and which of them
/// make up a minibatch, a pure function of the minibatch's number. Unlike <see cref="BatchOrder"/> it goes round as often as it must, since they may be
/// fewer than a batch.
/// </summary>
public sealed class LabelledSubset
{
    private readonly ulong _seed;
    private readonly int[] _order;
    private long _round = -1;

    /// <param name="count">Labels in all; null for all that there are.</param>
    /// <exception cref="FastGanException">Not as many of each class, or a class hasn't so many images.</exception>
    public LabelledSubset(ulong seed, Dataset data, int? count)
    {
        int classes = data.Classes;
        if (count % classes is > 0 || count is < 1)
            throw new FastGanException($"--labels {count} can't be shared evenly by the {classes} classes of {data.Name}: give a multiple of {classes}");
        int[] order = new int[data.Count], left = new int[classes];
        RandomNumbers.Shuffle(seed, RandomNumbers.LabelledEpoch, order);
        Array.Fill(left, count is null ? data.Count : count.Value / classes);
        Images = [.. order.Where(i => left[data.Labels![i]]-- > 0)];
        if (count is not null && Images.Count < count)
            throw new FastGanException($"--labels {count} are {count / classes} of each class, and {data.Name} hasn't so many of every class: give fewer");
        (_seed, _order) = (seed, new int[Images.Count]);
    }

    /// <summary>Indices into the data, in no particular order.</summary>
    public IReadOnlyList<int> Images { get; }

    /// <summary>The images of minibatch <paramref name="batch"/>; indices is overwritten. Allocates nothing.</summary>
    public void Indices(long batch, Span<int> indices)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            (long round, long at) = Math.DivRem(batch * indices.Length + i, Images.Count);
            if (round != _round)
            {
                RandomNumbers.Shuffle(_seed, (ulong)round, _order);
                _round = round;
            }

            indices[i] = Images[_order[at]];
        }
    }
}
