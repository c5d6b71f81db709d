using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The virtual GPU with a context, a stream and the module of planted kernels, through nothing but the bindings.</summary>
internal sealed unsafe class PlantedDevice : IDisposable
{
    private readonly string _live;
    private readonly nint _module;
    private readonly List<ulong> _memory = [];
    private readonly List<nint> _pinned = [];

    public PlantedDevice()
    {
        VirtualGpu.Require();
        Gpu.CloseShared();
        _live = VirtualGpu.Live;
        Driver = new CudaLibraries(LibrarySearch.Here(VirtualGpu.Path)).Driver;
        Driver.Init();
        Context = Driver.DevicePrimaryCtxRetain(0);
        Driver.CtxSetCurrent(Context);
        Stream = Driver.StreamCreateWithPriority(StreamKind.NonBlocking, 0);
        _module = Driver.ModuleLoadDataEx(Encoding.UTF8.GetBytes("FGVGPU planted\0"));
    }

    /// <summary>Of planted.cu: its parameters, laid out as there.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public record struct Params(ulong Values, ulong Counter, long Count, float Scale);

    public Driver Driver { get; }

    public nint Context { get; }

    public nint Stream { get; }

    public ulong Allocate(int floats)
    {
        ulong address = Driver.MemAlloc((nuint)floats * sizeof(float));
        _memory.Add(address);
        return address;
    }

    /// <summary>Device memory that holds these values.</summary>
    public ulong Upload<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        int bytes = values.Length * Unsafe.SizeOf<T>();
        ulong address = Allocate((bytes + 3) / 4);
        nint pinned = Pin(bytes);
        values.CopyTo(new Span<T>((void*)pinned, values.Length));
        Driver.MemcpyHtoDAsync(address, (void*)pinned, (nuint)bytes, Stream);
        Driver.StreamSynchronize(Stream);
        return address;
    }

    public T[] Download<T>(ulong address, int count) where T : unmanaged
    {
        int bytes = count * Unsafe.SizeOf<T>();
        nint pinned = Pin(bytes);
        Driver.MemcpyDtoHAsync((void*)pinned, address, (nuint)bytes, Stream);
        Driver.StreamSynchronize(Stream);
        return new Span<T>((void*)pinned, count).ToArray();
    }

    public nint Pin(int bytes)
    {
        nint pinned = Driver.MemHostAlloc((nuint)bytes, HostAllocation.None);
        _pinned.Add(pinned);
        return pinned;
    }

    public void Launch<T>(string kernel, T parameters, int blocks = 1, int threads = 256) where T : unmanaged
    {
        void* address = &parameters;
        Driver.LaunchKernel(Driver.ModuleGetFunction(_module, kernel), (uint)blocks, 1, 1, (uint)threads, 1, 1, 0, Stream, &address);
    }

    /// <summary>Launches, waits, and expects the fault that the virtual GPU finds.</summary>
    /// <param name="says">Parts of what it says about it.</param>
    public void Faults(int status, string kernel, Params parameters, int blocks, params string[] says)
    {
        Launch(kernel, parameters, blocks);
        Refuses(status, () => Driver.StreamSynchronize(Stream), [$"kernel '{kernel}'", .. says]);
        // No call works any more until the context has been released.
        Refuses(status, () => Driver.MemAlloc(4));
    }

    /// <summary>Expects a call to answer with a status, and the virtual GPU to say why.</summary>
    public static void Refuses(int status, Action call, params string[] says)
    {
        CudaException refused = Assert.ThrowsExactly<CudaException>(call);
        Assert.AreEqual(status, refused.Status, refused.Message);
        string message = VirtualGpu.LastMessage;
        foreach (string part in says)
            Assert.Contains(part, message);
    }

    public void FreeMemory(ulong address)
    {
        _memory.Remove(address);
        Driver.MemFree(address);
    }

    /// <summary>Gives everything back; after a fault the calls fail, but do so.</summary>
    public void Dispose()
    {
        IEnumerable<Action> releases =
        [
            () => Driver.ModuleUnload(_module),
            .. _memory.Select(address => (Action)(() => Driver.MemFree(address))),
            .. _pinned.Select(address => (Action)(() => Driver.MemFreeHost(address))),
            () => Driver.StreamDestroy(Stream),
            () => Driver.DevicePrimaryCtxRelease(0),
        ];
        foreach (Action release in releases)
        {
            try
            {
                release();
            }
            catch (CudaException e) when (e.Status is 700 or 716 or 719)
            {
            }
        }

        Assert.AreEqual(_live, VirtualGpu.Live, "what was not given back");
    }
}
