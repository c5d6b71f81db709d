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
    public void AHundredStepsAllocateNothing(string preset)
    {
        using CpuDevice device = new(threads: 2);
        using Trainer trainer = new(Small.Config(preset), Small.Data, device);
        for (int i = 0; i < 50; i++)
            trainer.Step();

        // Another thread of the process (the test host's, the JIT's) may allocate meanwhile, so the best of some tries counts.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 100; i++)
                trainer.Step();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.AreEqual(0, least);
    }
}
