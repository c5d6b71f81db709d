namespace FastGan.Evaluation;

/// <summary>Which images of a data set a classifier is trained on, and which it is tested on.</summary>
internal sealed record ClassifierSplit(IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut)
{
    /// <summary>Of the classifier and its split, which belong to the data and not to a run.</summary>
    public const ulong Seed = 1;

    private const ulong Epoch = RandomNumbers.LabelledEpoch - 1;
    private const int HeldOutOf = 10;

    /// <summary>Every tenth image, drawn at random, is held out: the same ones each time.</summary>
    public static ClassifierSplit Of(int count)
    {
        int[] order = new int[count];
        RandomNumbers.Shuffle(Seed, Epoch, order);
        int heldOut = count / HeldOutOf;
        return new ClassifierSplit(order[heldOut..], order[..heldOut]);
    }
}
