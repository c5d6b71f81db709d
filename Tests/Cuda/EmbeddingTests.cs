using FastGan.Cuda;
using FastGan.Cuda.Api;
using FastGan.Programs;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Cuda;

/// <summary>A program with a CUDA context, a stream and device memory of its own, as one that uses another binding has.</summary>
[TestClass]
public sealed unsafe class EmbeddingTests
{
    [TestMethod]
    public void TakesTheCallersContextStreamAndMemory()
    {
        VirtualGpu.Require();
        string live = VirtualGpu.Live;
        Driver driver = CudaLibraries.Open(VirtualGpu.Path).Driver;
        int ordinal = driver.DeviceGet(0);
        nint context = driver.DevicePrimaryCtxRetain(ordinal);
        driver.CtxSetCurrent(context);
        nint stream = driver.StreamCreateWithPriority(StreamKind.NonBlocking, 0);
        float[] expected, taken;
        using (CudaDevice device = new(Gpu.Options(Precision.Fp32) with { Context = context, Stream = stream }))
        using (Trainer trainer = new(Small.Config("dcgan", ema: null), Small.Data, device))
        {
            Sampler sampler = trainer.Sampler;
            float[] z = new float[sampler.Latents.Count];
            for (int i = 0; i < z.Length; i++)
                z[i] = MathF.Sin(i);
            expected = sampler.Generate(z);
            taken = Through(driver, device, sampler, z, stream);
        }

        CollectionAssert.AreEqual(expected, taken);

        // The context is the caller's still, and current: without one this fails.
        driver.StreamSynchronize(stream);
        driver.StreamDestroy(stream);
        driver.DevicePrimaryCtxRelease(ordinal);
        Assert.AreEqual(live, VirtualGpu.Live);
    }

    /// <summary>Latents from, and images to, memory of the caller's, with no copy through the host.</summary>
    private static float[] Through(Driver driver, CudaDevice device, Sampler sampler, float[] z, nint stream)
    {
        (nuint latents, nuint images) = ((nuint)z.Length * sizeof(float), (nuint)sampler.Images.Count * sizeof(float));
        nint pinned = driver.MemHostAlloc(Math.Max(latents, images), HostAllocation.None);
        ulong input = driver.MemAlloc(latents), output = driver.MemAlloc(images);
        z.CopyTo(new Span<float>((void*)pinned, z.Length));
        driver.MemcpyHtoDAsync(input, (void*)pinned, latents, stream);
        driver.StreamSynchronize(stream);

        device.CopyFrom((nint)input, sampler.Latents);
        sampler.Run();
        device.CopyTo(sampler.Images, (nint)output);

        driver.MemcpyDtoHAsync((void*)pinned, output, images, stream);
        driver.StreamSynchronize(stream);
        float[] result = new Span<float>((void*)pinned, sampler.Images.Count).ToArray();
        driver.MemFree(input);
        driver.MemFree(output);
        driver.MemFreeHost(pinned);
        return result;
    }
}
