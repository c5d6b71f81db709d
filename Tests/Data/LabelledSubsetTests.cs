using FastGan.Data;
using FastGan.Tensors;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class LabelledSubsetTests
{
    private const int Images = 30, Batch = 4;

    /// <summary>Of three classes, 6, 12 and 12 images.</summary>
    private static readonly Dataset Data =
        new("random", new Shape(Images, 1, 1, 1), new byte[Images], [.. Enumerable.Range(0, Images).Select(i => new[] { 0, 1, 2, 1, 2 }[i % 5])], ["a", "b", "c"]);

    [TestMethod]
    [DataRow(3)]
    [DataRow(12)]
    [DataRow(18)]
    public void ItHasAsManyOfEachClass(int count)
    {
        LabelledSubset subset = new(1, Data, count);
        Assert.HasCount(count, subset.Images.Distinct());
        foreach (IGrouping<int, int> images in subset.Images.GroupBy(i => Data.Labels![i]))
            Assert.HasCount(count / 3, images);
    }

    [TestMethod]
    public void WithoutANumberItIsAllOfTheData() =>
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Images).ToArray(), new LabelledSubset(1, Data, null).Images.ToArray());

    [TestMethod]
    public void TheSeedDecides()
    {
        CollectionAssert.AreEqual(new LabelledSubset(1, Data, 12).Images.ToArray(), new LabelledSubset(1, Data, 12).Images.ToArray());
        CollectionAssert.AreNotEquivalent(new LabelledSubset(1, Data, 12).Images.ToArray(), new LabelledSubset(2, Data, 12).Images.ToArray());
    }

    /// <summary>Batches of 4 of 6 images: each round is a permutation of them, and a batch may hold the end of one and the start of the next.</summary>
    [TestMethod]
    public void ItGoesRound()
    {
        LabelledSubset subset = new(1, Data, 6);
        int[][] rounds = [.. Enumerable.Range(0, 30).SelectMany(b => Minibatch(subset, b)).Chunk(6)];
        foreach (int[] round in rounds)
            CollectionAssert.AreEquivalent(subset.Images.ToArray(), round);
        Assert.IsGreaterThan(10, rounds.Select(r => string.Join(' ', r)).Distinct().Count(), "each round has an order of its own");
    }

    /// <summary>Fewer labelled images than a minibatch has: it repeats them.</summary>
    [TestMethod]
    public void AMinibatchMayHoldMoreThanThereAre()
    {
        LabelledSubset subset = new(1, Data, 3);
        int[] batch = new int[9];
        subset.Indices(1, batch);
        foreach (IGrouping<int, int> times in batch.GroupBy(i => i))
            Assert.HasCount(3, times);
    }

    [TestMethod]
    public void AMinibatchIsAFunctionOfItsNumber()
    {
        LabelledSubset subset = new(1, Data, 6);
        int[][] inOrder = [.. Enumerable.Range(0, 12).Select(b => Minibatch(subset, b))];
        foreach (int b in new[] { 11, 0, 5, 5, 2, 10, 1 })
        {
            CollectionAssert.AreEqual(inOrder[b], Minibatch(subset, b));
            CollectionAssert.AreEqual(inOrder[b], Minibatch(new LabelledSubset(1, Data, 6), b));
        }
    }

    [TestMethod]
    public void NothingIsAllocatedOverManyRounds()
    {
        LabelledSubset subset = new(1, Data, 6);
        int[] indices = new int[Batch];
        subset.Indices(0, indices);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int b = 0; b < 100; b++)
            subset.Indices(b, indices);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(10, "can't be shared evenly by the 3 classes of random: give a multiple of 3")]
    [DataRow(0, "can't be shared evenly")]
    [DataRow(21, "are 7 of each class, and random hasn't so many of every class: give fewer")]
    public void ANumberThatCannotBeIsRefused(int count, string why) =>
        StringAssert.Contains(Assert.ThrowsExactly<FastGanException>(() => new LabelledSubset(1, Data, count)).Message, why);

    private static int[] Minibatch(LabelledSubset subset, long number)
    {
        int[] indices = new int[Batch];
        subset.Indices(number, indices);
        return indices;
    }
}
