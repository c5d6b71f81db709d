using System.Runtime.InteropServices;
using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The virtual GPU that was built beside the tests, and what steers it.</summary>
internal static unsafe class VirtualGpu
{
    /// <summary>The folder of its libraries.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "virtual-gpu");

    /// <summary>Null where it can be used.</summary>
    public static string? Missing { get; } = File.Exists(System.IO.Path.Combine(Path, "libcuda.so.1"))
        ? null
        : "the virtual GPU was not built: cmake and a C++ compiler are needed when the tests are built, on Linux";

    private static readonly Lazy<LoadedLibrary> Library = new(() =>
        LoadedLibrary.TryLoad(CudaLibrary.Driver, System.IO.Path.Combine(Path, "libcuda.so.1"), out string why) ?? throw new DllNotFoundException(why));

    /// <summary>Skips the test that calls this, with the reason, where there is no virtual GPU.</summary>
    public static void Require()
    {
        if (Missing is not null)
            Assert.Inconclusive(Missing);
    }

    /// <summary>Chooses the order in which blocks and warps run.</summary>
    public static void Seed(ulong seed) => ((delegate* unmanaged[Cdecl]<ulong, void>)Function("vgpuSeed"))(seed);

    /// <summary>Native calls so far, to any of its libraries.</summary>
    public static long Calls => ((delegate* unmanaged[Cdecl]<long>)Function("vgpuCalls"))();

    /// <summary>Makes the call of this number, counted as by <see cref="Calls"/> from 1, fail; 0 for none.</summary>
    public static void FailCall(long number) => ((delegate* unmanaged[Cdecl]<long, void>)Function("vgpuFailCall"))(number);

    /// <summary>Makes cuDNN's functions of such names answer NOT_SUPPORTED; empty for none.</summary>
    public static void Refuse(string prefix)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(prefix);
        ((delegate* unmanaged[Cdecl]<nint, void>)Function("vgpuRefuse"))(text);
        Marshal.FreeCoTaskMem(text);
    }

    /// <summary>The function that was made to fail; empty for none.</summary>
    public static string FailedCall => Text("vgpuFailedCall");

    /// <summary>Why the last call was refused, or what the last fault was.</summary>
    public static string LastMessage => Text("vgpuLastMessage");

    /// <summary>What was not given back: "2 memory, 1 stream"; empty for nothing.</summary>
    public static string Live => Text("vgpuLive");

    /// <summary>Kernels, library calls, copies and graphs that the host launched so far; a graph counts once.</summary>
    public static long Launches => ((delegate* unmanaged[Cdecl]<long>)Function("vgpuLaunches"))();

    /// <summary>Times that the host waited for a stream or an event so far.</summary>
    public static long Waits => ((delegate* unmanaged[Cdecl]<long>)Function("vgpuWaits"))();

    /// <summary>sizeof of a kernel's Params; −1 for no such kernel.</summary>
    public static long ParamsSize(string kernel)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(kernel);
        long bytes = ((delegate* unmanaged[Cdecl]<nint, long>)Function("vgpuParamsSize"))(name);
        Marshal.FreeCoTaskMem(name);
        return bytes;
    }

    /// <summary>Whether accesses to device memory that nothing orders are looked for; slow.</summary>
    public static void CheckRaces(bool on) => ((delegate* unmanaged[Cdecl]<int, void>)Function("vgpuCheckRaces"))(on ? 1 : 0);

    /// <summary>An exported function of libcuda's stand-in.</summary>
    private static nint Function(string name) => Library.Value.Function(name).Address;

    private static string Text(string function) => Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)Function(function))())!;
}
