using FastGan.Data;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class BatchOrderTests
{
    private static int[] Batch(BatchOrder order, long batch, int size)
    {
        int[] indices = new int[size];
        order.Indices(batch, indices);
        return indices;
    }

    [TestMethod]
    public void AnEpochTakesEachImageAtMostOnceAndLeavesOutTheRest()
    {
        BatchOrder order = new(7, 103, 10);
        Assert.AreEqual(10, order.BatchesPerEpoch);
        int[][] epochs = [.. Enumerable.Range(0, 3).Select(e => Enumerable.Range(0, 10).SelectMany(b => Batch(order, e * 10 + b, 10)).ToArray())];
        foreach (int[] epoch in epochs)
        {
            Assert.AreEqual(100, epoch.Distinct().Count());
            Assert.IsTrue(epoch.All(i => i is >= 0 and < 103));
        }

        CollectionAssert.AreNotEqual(epochs[0], epochs[1]);
        CollectionAssert.AreNotEqual(epochs[1], epochs[2]);
    }

    [TestMethod]
    public void ABatchDependsOnSeedAndNumberAlone()
    {
        BatchOrder forward = new(7, 103, 10);
        int[][] batches = [.. Enumerable.Range(0, 35).Select(b => Batch(forward, b, 10))];
        BatchOrder backward = new(7, 103, 10);
        for (int b = 34; b >= 0; b--)
            CollectionAssert.AreEqual(batches[b], Batch(backward, b, 10));
        CollectionAssert.AreNotEqual(batches[0], Batch(new(8, 103, 10), 0, 10));
    }

    [TestMethod]
    public void NothingIsAllocatedOverManyEpochs()
    {
        BatchOrder order = new(7, 64, 16);
        int[] indices = new int[16];
        order.Indices(0, indices);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int b = 0; b < 100; b++)
            order.Indices(b, indices);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void ABatchLargerThanTheDataIsRefused()
    {
        string line = Assert.ThrowsExactly<FastGanException>(() => new BatchOrder(1, 50, 64)).Message;
        Assert.AreEqual("a batch of 64 is larger than the data, which has 50 images: give --batch 50 or less, or more data", line);
    }
}
