using FastGan.Cuda;
using FastGan.Programs;

namespace FastGan.Tests.Cuda;

/// <summary>Devices on the virtual GPU.</summary>
internal static class Gpu
{
    private static readonly Dictionary<Precision, CudaDevice> Devices = [];

    /// <summary>A device that lives as long as the tests, for those that leave nothing on it.</summary>
    public static CudaDevice Shared(Precision precision)
    {
        VirtualGpu.Require();
        if (!Devices.TryGetValue(precision, out CudaDevice? device))
            Devices.Add(precision, device = Open(precision));
        return device;
    }

    /// <summary>Ends the shared devices, for tests that need the one context for themselves: a fault in it ends it for all.</summary>
    public static void CloseShared()
    {
        foreach (CudaDevice device in Devices.Values)
            device.Dispose();
        Devices.Clear();
    }

    /// <summary>A new device, the caller's.</summary>
    public static CudaDevice Open(Precision precision)
    {
        VirtualGpu.Require();
        return new CudaDevice(Options(precision));
    }

    /// <summary>Runs a program call by call.</summary>
    /// <returns>Each matrix product as it shows in a trace, and the leading dimensions of its matrices.</returns>
    public static IEnumerable<(string Call, int[] Leading)> Products(CudaDevice device, Program program) =>
        from i in Enumerable.Range(0, program.Instructions.Length)
        from call in device.CallsOf(program, i)
        where call.StartsWith("cublas", StringComparison.Ordinal)
        select ($"{program.Instructions[i].Text}: {call}", call[(call.IndexOf("leading", StringComparison.Ordinal) + 8)..^1].Split(' ').Select(int.Parse).ToArray());

    public static CudaOptions Options(Precision precision) => new() { Precision = precision, Libraries = VirtualGpu.Path };
}
