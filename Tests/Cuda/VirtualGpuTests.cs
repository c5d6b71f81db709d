using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using FastGan.Cuda;
using FastGan.Cuda.Api;
using Params = FastGan.Tests.Cuda.PlantedDevice.Params;

namespace FastGan.Tests.Cuda;

/// <summary>Mistakes of the host that the virtual GPU must find.</summary>
[TestClass]
public sealed unsafe class VirtualGpuTests
{
    [TestMethod]
    public void ItSaysWhatItIs()
    {
        using PlantedDevice gpu = new();
        Assert.AreEqual(CudaLibraries.VirtualDevice, gpu.Driver.DeviceGetName(0));
        Assert.AreEqual(12080, gpu.Driver.DriverGetVersion());
        Assert.AreEqual(8, gpu.Driver.DeviceGetAttribute(DeviceAttribute.ComputeCapabilityMajor, 0));
        Assert.AreEqual("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", gpu.Driver.GetErrorName(901));
        Assert.AreEqual((nuint)16 << 30, gpu.Driver.DeviceTotalMem(0));
        PlantedDevice.Refuses(101, () => gpu.Driver.DevicePrimaryCtxRetain(1));
        PlantedDevice.Refuses(2, () => gpu.Driver.MemAlloc((nuint)17 << 30));
    }

    [TestMethod]
    public void NothingRunsUntilSomethingWaits()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Upload<float>([1, 2, 3, 4]);
        float* result = (float*)gpu.Pin(16);
        new Span<float>(result, 4).Fill(5);
        gpu.Launch("planted_scale", new Params(memory, 0, 4, 10));
        gpu.Driver.MemcpyDtoHAsync(result, memory, 16, gpu.Stream);
        for (int i = 0; i < 4; i++)
            Assert.IsTrue(float.IsNaN(result[i]), "read before the stream was waited for");
        gpu.Driver.StreamSynchronize(gpu.Stream);
        Assert.AreEqual(40, result[3]);
    }

    [TestMethod]
    public void AnEventWaitsForWhatCameBeforeItAlone()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Upload<float>([1]);
        float* results = (float*)gpu.Pin(8);
        nint recorded = gpu.Driver.EventCreate(EventKind.Default);
        gpu.Driver.MemcpyDtoHAsync(results, memory, 4, gpu.Stream);
        gpu.Driver.EventRecord(recorded, gpu.Stream);
        gpu.Driver.MemcpyDtoHAsync(results + 1, memory, 4, gpu.Stream);
        gpu.Driver.EventSynchronize(recorded);
        Assert.AreEqual(1, results[0]);
        Assert.IsTrue(float.IsNaN(results[1]));
        Assert.AreEqual(0, gpu.Driver.EventElapsedTime(recorded, recorded), "no speed is ever reported");
        gpu.Driver.EventDestroy(recorded);
    }

    [TestMethod]
    public void ASourceOverwrittenTooEarlyShows()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(1);
        float* staging = (float*)gpu.Pin(4);
        *staging = 1;
        gpu.Driver.MemcpyHtoDAsync(memory, staging, 4, gpu.Stream);
        *staging = 2;
        Assert.AreEqual(2, gpu.Download<float>(memory, 1)[0]);
    }

    [TestMethod]
    public void CopiesWantPinnedMemory()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(8);
        float* pageable = stackalloc float[4];
        PlantedDevice.Refuses(1, () => gpu.Driver.MemcpyHtoDAsync(memory, pageable, 16, gpu.Stream), "isn't pinned memory");
        PlantedDevice.Refuses(1, () => gpu.Driver.MemcpyDtoHAsync(pageable, memory, 16, gpu.Stream), "isn't pinned memory");
        nint pinned = gpu.Pin(16);
        PlantedDevice.Refuses(1, () => gpu.Driver.MemcpyHtoDAsync(memory, (void*)pinned, 20, gpu.Stream), "isn't pinned memory");
        PlantedDevice.Refuses(1, () => gpu.Driver.MemcpyDtoDAsync(memory + 4, memory, 12, gpu.Stream), "overlap");
        PlantedDevice.Refuses(1, () => gpu.Driver.MemsetD8Async(memory, 0, 33, gpu.Stream), "33 bytes", "allocation of 32");
    }

    [TestMethod]
    public void FreshMemoryIsNaN()
    {
        using PlantedDevice gpu = new();
        foreach (float value in gpu.Download<float>(gpu.Allocate(100), 100))
            Assert.IsTrue(float.IsNaN(value));
        foreach (Half value in gpu.Download<Half>(gpu.Allocate(100), 200))
            Assert.IsTrue(Half.IsNaN(value));
    }

    private const string ReadsDeviceMemory = "FASTGAN_TEST_READS_DEVICE_MEMORY";

    /// <summary>In a child process, which must die of it.</summary>
    [TestMethod]
    public void AHostReadOfDeviceMemoryEndsTheProcess()
    {
        if (Environment.GetEnvironmentVariable(ReadsDeviceMemory) == "1")
        {
            using PlantedDevice gpu = new();
            ulong memory = gpu.Upload<float>([1]);
            Console.WriteLine("reading");
            Console.Out.Flush();
            Marshal.ReadInt32((nint)memory);
            return;
        }

        VirtualGpu.Require();
        string program = Environment.ProcessPath!;
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (string argument in (string[])["--filter", $"FullyQualifiedName~{nameof(AHostReadOfDeviceMemoryEndsTheProcess)}", "--no-progress", "--no-ansi"])
            start.ArgumentList.Add(argument);
        start.Environment[ReadsDeviceMemory] = "1";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd() + errors.Result;
        child.WaitForExit();
        Assert.Contains("AccessViolationException", output);
        Assert.IsGreaterThanOrEqualTo(128, child.ExitCode, $"exit {child.ExitCode}: {output}");
    }

    [TestMethod]
    public void AllCallsCanBeMadeToFail()
    {
        using PlantedDevice gpu = new();
        VirtualGpu.FailCall(VirtualGpu.Calls + 2);
        ulong first = gpu.Allocate(1);
        PlantedDevice.Refuses(2, () => gpu.Driver.MemAlloc(4), "as a test asked");
        Assert.AreEqual("cuMemAlloc_v2", VirtualGpu.FailedCall);
        gpu.Allocate(1);
        // What is given back is gone even where the call reports a failure.
        VirtualGpu.FailCall(VirtualGpu.Calls + 1);
        PlantedDevice.Refuses(1, () => gpu.FreeMemory(first));
        PlantedDevice.Refuses(1, () => gpu.Driver.MemFree(first), "was freed");
        VirtualGpu.FailCall(0);
    }

    [TestMethod]
    public void WhatIsNotGivenBackIsCounted()
    {
        using PlantedDevice gpu = new();
        nint recorded = gpu.Driver.EventCreate(EventKind.DisableTiming);
        Assert.AreEqual("1 context, 1 event, 1 module, 1 stream", VirtualGpu.Live);
        gpu.Driver.EventDestroy(recorded);
    }

    [TestMethod]
    public void AThreadWithoutAContextIsRefused()
    {
        using PlantedDevice gpu = new();
        Thread thread = new(() => PlantedDevice.Refuses(201, () => gpu.Driver.MemAlloc(4), "no current context"));
        thread.Start();
        thread.Join();
    }
}
