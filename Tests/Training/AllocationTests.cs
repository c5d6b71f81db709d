using FastGan.Cpu;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>Everything is planned before the first step: a step allocates nothing, on any thread.</summary>
[TestClass]
[DoNotParallelize]
public sealed class AllocationTests
{
    [TestMethod]
    [DataRow("gan")]
    [DataRow("dcgan")]
    [DataRow("wgan")]
    [DataRow("cgan")]
    [DataRow("sgan")]
    [DataRow("acgan")]
    [DataRow("infogan")]
    [DataRow("wgan-gp")]
    [DataRow(Small.SpectralGan)]
    [DataRow(Small.PenalisedSgan)]
    public void AHundredStepsAllocateNothing(string preset)
    {
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config(preset), Small.Data, device);
        Steps(trainer, 50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Steps(trainer, 100);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The other threads' allocations show in the process's alone, where the test host's own mix in: so the best of many short tries counts.</summary>
    [TestMethod]
    public void NorDoTheOtherThreads()
    {
        using CpuDevice device = new(threads: 3);
        using Trainer trainer = new(Small.Config("dcgan"), Small.Data, device);
        Steps(trainer, 50);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 50 && least > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Steps(trainer, 2);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.AreEqual(0, least);
    }

    private static void Steps(Trainer trainer, int count)
    {
        for (int i = 0; i < count; i++)
            trainer.Step();
    }
}
