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
        return new CudaDevice(new CudaOptions { Precision = precision, Libraries = VirtualGpu.Path });
    }
}
