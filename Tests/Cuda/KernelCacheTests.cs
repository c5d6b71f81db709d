using FastGan.Cuda;
using FastGan.Programs;

namespace FastGan.Tests.Cuda;

[TestClass]
public sealed class KernelCacheTests
{
    [TestMethod]
    public void KernelsAreCompiledOnce()
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        long first = CallsToOpen(folder.Path), second = CallsToOpen(folder.Path);
        Assert.HasCount(1, Directory.GetFiles(folder["kernels"]));

        // nvrtcCreateProgram, CompileProgram, GetCUBINSize, GetCUBIN, DestroyProgram.
        Assert.AreEqual(5, first - second, "the second device must not compile");
        CallsToOpen(folder.Path, Precision.Bf16);
        Assert.HasCount(2, Directory.GetFiles(folder["kernels"]));
    }

    [TestMethod]
    public void ADamagedFileIsReplaced()
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        long whole = CallsToOpen(folder.Path);
        string file = Directory.GetFiles(folder["kernels"])[0];
        byte[] code = File.ReadAllBytes(file);
        File.WriteAllBytes(file, [1, 2, 3]);
        Assert.IsGreaterThan(whole, CallsToOpen(folder.Path), "it is tried, and then compiled as the first time");
        CollectionAssert.AreEqual(code, File.ReadAllBytes(file));
    }

    /// <summary>A machine where nothing can be kept still trains.</summary>
    [TestMethod]
    public void ACacheThatCantBeWrittenIsDoneWithout()
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["kernels"], "a file where the folder should be");
        Assert.AreEqual(CallsToOpen(folder.Path), CallsToOpen(folder.Path));
    }

    private static long CallsToOpen(string cache, Precision precision = Precision.Fp32)
    {
        long before = VirtualGpu.Calls;
        using (new CudaDevice(Gpu.Options(precision) with { Cache = cache }))
            return VirtualGpu.Calls - before;
    }
}
