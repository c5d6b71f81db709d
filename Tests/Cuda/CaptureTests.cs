using FastGan.Cuda.Api;
using Params = FastGan.Tests.Cuda.PlantedDevice.Params;

namespace FastGan.Tests.Cuda;

/// <summary>The rules of stream capture, as measured on cards, and what a graph replays.</summary>
[TestClass]
public sealed class CaptureTests
{
    private const int IllegalState = 401, Unsupported = 900, Invalidated = 901;

    private static void Invalidates(Action<PlantedDevice> call, int status = Unsupported)
    {
        using PlantedDevice gpu = new();
        Params parameters = new(gpu.Allocate(256), 0, 256, 1);
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        gpu.Launch("planted_scale", parameters);
        PlantedDevice.Refuses(status, () => call(gpu));
        PlantedDevice.Refuses(Invalidated, () => gpu.Launch("planted_scale", parameters));
        PlantedDevice.Refuses(Invalidated, () => gpu.Driver.StreamEndCapture(gpu.Stream));
        PlantedDevice.Refuses(IllegalState, () => gpu.Driver.StreamEndCapture(gpu.Stream), "doesn't capture");
    }

    [TestMethod]
    public void AnAllocationInvalidates() => Invalidates(gpu => gpu.Driver.MemAlloc(4));

    [TestMethod]
    public void APinnedAllocationInvalidates() => Invalidates(gpu => gpu.Pin(4));

    [TestMethod]
    public void WaitingForTheStreamInvalidates() => Invalidates(gpu => gpu.Driver.StreamSynchronize(gpu.Stream));

    [TestMethod]
    public void WaitingForAnEventInvalidates() => Invalidates(gpu =>
    {
        nint waited = gpu.Driver.EventCreate(EventKind.DisableTiming);
        try
        {
            gpu.Driver.EventSynchronize(waited);
        }
        finally
        {
            gpu.Driver.EventDestroy(waited);
        }
    });

    [TestMethod]
    public void FreeingMemoryInvalidates() => Invalidates(gpu => gpu.Driver.MemFree(1));

    [TestMethod]
    public void ACaptureInACaptureIsRefusedAndTheCaptureGoesOn()
    {
        using PlantedDevice gpu = new();
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        PlantedDevice.Refuses(IllegalState, () => gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global));
        gpu.Driver.GraphDestroy(gpu.Driver.StreamEndCapture(gpu.Stream));
        PlantedDevice.Refuses(IllegalState, () => gpu.Driver.StreamEndCapture(gpu.Stream));
    }

    [TestMethod]
    public void TheLegacyStreamCantBeCaptured()
    {
        using PlantedDevice gpu = new();
        PlantedDevice.Refuses(Unsupported, () => gpu.Driver.StreamBeginCapture(0, CaptureMode.Global));
    }

    [TestMethod]
    public void AnotherThreadCantEndACapture()
    {
        using PlantedDevice gpu = new();
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        Thread thread = new(() =>
        {
            gpu.Driver.CtxSetCurrent(gpu.Context);
            PlantedDevice.Refuses(908, () => gpu.Driver.StreamEndCapture(gpu.Stream));
        });
        thread.Start();
        thread.Join();
        PlantedDevice.Refuses(Invalidated, () => gpu.Driver.StreamEndCapture(gpu.Stream));
    }

    /// <summary>What is captured doesn't run; a graph is one launch, and runs when something waits for it.</summary>
    [TestMethod]
    public void AGraphRepeatsWhatWasCaptured()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Upload<float>([1, 1]), copy = gpu.Allocate(2);
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        gpu.Launch("planted_scale", new Params(memory, 0, 2, 3));
        gpu.Driver.MemcpyDtoDAsync(copy, memory, 8, gpu.Stream);
        gpu.Driver.MemsetD8Async(memory + 4, 0, 4, gpu.Stream);
        nint graph = gpu.Driver.StreamEndCapture(gpu.Stream);
        Assert.AreEqual(3, gpu.Driver.GraphGetNodes(graph));
        CollectionAssert.AreEqual((float[])[1, 1], gpu.Download<float>(memory, 2));

        nint exec = gpu.Driver.GraphInstantiateWithFlags(graph, 0);
        gpu.Driver.GraphDestroy(graph);
        gpu.Driver.GraphUpload(exec, gpu.Stream);
        long launches = VirtualGpu.Launches;
        gpu.Driver.GraphLaunch(exec, gpu.Stream);
        gpu.Driver.GraphLaunch(exec, gpu.Stream);
        Assert.AreEqual(2, VirtualGpu.Launches - launches);
        CollectionAssert.AreEqual((float[])[9, 0], gpu.Download<float>(memory, 2));
        CollectionAssert.AreEqual((float[])[9, 0], gpu.Download<float>(copy, 2));
        gpu.Driver.GraphExecDestroy(exec);
    }

    /// <summary>The trap that the learning rate must not be in: what is given by value stays what it was at the capture.</summary>
    [TestMethod]
    public void AValueGivenAtCaptureIsFrozen()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Upload<float>([1]);
        Params parameters = new(memory, 0, 1, 2);
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        gpu.Launch("planted_scale", parameters);
        nint graph = gpu.Driver.StreamEndCapture(gpu.Stream), exec = gpu.Driver.GraphInstantiateWithFlags(graph, 0);
        parameters.Scale = 100;
        gpu.Driver.GraphLaunch(exec, gpu.Stream);
        Assert.AreEqual(2, gpu.Download<float>(memory, 1)[0]);
        gpu.Driver.GraphExecDestroy(exec);
        gpu.Driver.GraphDestroy(graph);
    }

    [TestMethod]
    public void AGraphCantBeLaunchedIntoACapture()
    {
        using PlantedDevice gpu = new();
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        nint graph = gpu.Driver.StreamEndCapture(gpu.Stream), exec = gpu.Driver.GraphInstantiateWithFlags(graph, 0);
        gpu.Driver.StreamBeginCapture(gpu.Stream, CaptureMode.Global);
        PlantedDevice.Refuses(Unsupported, () => gpu.Driver.GraphLaunch(exec, gpu.Stream));
        PlantedDevice.Refuses(Invalidated, () => gpu.Driver.StreamEndCapture(gpu.Stream));
        gpu.Driver.GraphExecDestroy(exec);
        gpu.Driver.GraphDestroy(graph);
    }
}
