using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace FastGan.Cuda.Api;

/// <summary>
/// The CUDA driver API, libcuda. Methods have the functions' names without cu; contexts, streams, events, graphs, modules and kernels are
/// nint, addresses in device memory ulong. A call allocates nothing (names of things excepted), and throws if it fails.
/// </summary>
internal sealed unsafe partial class Driver(LoadedLibrary library)
{
    private const int LogBytes = 8192;

    // ---- start, devices

    private readonly NativeFunction _init = library.Function("cuInit");
    public void Init() => Check(_init, ((delegate* unmanaged[Cdecl]<uint, int>)_init.Address)(0));

    private readonly NativeFunction _driverGetVersion = library.Function("cuDriverGetVersion");

    /// <summary>The newest CUDA that the driver knows: 12060 is 12.6. Works before <see cref="Init"/>.</summary>
    public int DriverGetVersion()
    {
        int version;
        Check(_driverGetVersion, ((delegate* unmanaged[Cdecl]<int*, int>)_driverGetVersion.Address)(&version));
        return version;
    }

    private readonly NativeFunction _deviceGet = library.Function("cuDeviceGet");
    public int DeviceGet(int ordinal)
    {
        int device;
        Check(_deviceGet, ((delegate* unmanaged[Cdecl]<int*, int, int>)_deviceGet.Address)(&device, ordinal));
        return device;
    }

    private readonly NativeFunction _deviceGetCount = library.Function("cuDeviceGetCount");
    public int DeviceGetCount()
    {
        int count;
        Check(_deviceGetCount, ((delegate* unmanaged[Cdecl]<int*, int>)_deviceGetCount.Address)(&count));
        return count;
    }

    private readonly NativeFunction _deviceGetName = library.Function("cuDeviceGetName");
    public string DeviceGetName(int device)
    {
        const int length = 256;
        byte* name = stackalloc byte[length];
        Check(_deviceGetName, ((delegate* unmanaged[Cdecl]<byte*, int, int, int>)_deviceGetName.Address)(name, length, device));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    private readonly NativeFunction _deviceTotalMem = library.Function("cuDeviceTotalMem_v2");
    public nuint DeviceTotalMem(int device)
    {
        nuint bytes;
        Check(_deviceTotalMem, ((delegate* unmanaged[Cdecl]<nuint*, int, int>)_deviceTotalMem.Address)(&bytes, device));
        return bytes;
    }

    private readonly NativeFunction _deviceGetAttribute = library.Function("cuDeviceGetAttribute");
    public int DeviceGetAttribute(DeviceAttribute attribute, int device)
    {
        int value;
        Check(_deviceGetAttribute,
            ((delegate* unmanaged[Cdecl]<int*, DeviceAttribute, int, int>)_deviceGetAttribute.Address)(&value, attribute, device));
        return value;
    }

    // ---- contexts

    private readonly NativeFunction _devicePrimaryCtxRetain = library.Function("cuDevicePrimaryCtxRetain");
    public nint DevicePrimaryCtxRetain(int device)
    {
        nint context;
        Check(_devicePrimaryCtxRetain, ((delegate* unmanaged[Cdecl]<nint*, int, int>)_devicePrimaryCtxRetain.Address)(&context, device));
        return context;
    }

    private readonly NativeFunction _devicePrimaryCtxRelease = library.Function("cuDevicePrimaryCtxRelease_v2");
    public void DevicePrimaryCtxRelease(int device) =>
        Check(_devicePrimaryCtxRelease, ((delegate* unmanaged[Cdecl]<int, int>)_devicePrimaryCtxRelease.Address)(device));

    private readonly NativeFunction _ctxSetCurrent = library.Function("cuCtxSetCurrent");
    public void CtxSetCurrent(nint context) =>
        Check(_ctxSetCurrent, ((delegate* unmanaged[Cdecl]<nint, int>)_ctxSetCurrent.Address)(context));

    // ---- modules and kernels

    private readonly NativeFunction _moduleLoadDataEx = library.Function("cuModuleLoadDataEx");

    /// <param name="image">PTX, which ends with a zero, or a cubin.</param>
    /// <exception cref="CudaException">The image can't be loaded; the message has the driver's log.</exception>
    public nint ModuleLoadDataEx(ReadOnlySpan<byte> image)
    {
        byte* log = stackalloc byte[LogBytes];
        log[0] = 0;
        JitOption* options = stackalloc[] { JitOption.ErrorLogBuffer, JitOption.ErrorLogBufferBytes };
        void** values = stackalloc void*[] { log, (void*)LogBytes };
        nint module;
        int status;
        fixed (byte* data = image)
        {
            status = ((delegate* unmanaged[Cdecl]<nint*, byte*, uint, JitOption*, void**, int>)_moduleLoadDataEx.Address)(
                &module, data, 2, options, values);
        }

        if (status != 0)
            Fail(_moduleLoadDataEx, status, Marshal.PtrToStringUTF8((nint)log));
        return module;
    }

    private readonly NativeFunction _moduleUnload = library.Function("cuModuleUnload");
    public void ModuleUnload(nint module) => Check(_moduleUnload, ((delegate* unmanaged[Cdecl]<nint, int>)_moduleUnload.Address)(module));

    private readonly NativeFunction _moduleGetFunction = library.Function("cuModuleGetFunction");
    public nint ModuleGetFunction(nint module, string kernel)
    {
        nint function;
        int status;
        fixed (byte* name = Encoding.UTF8.GetBytes(kernel + '\0'))
            status = ((delegate* unmanaged[Cdecl]<nint*, nint, byte*, int>)_moduleGetFunction.Address)(&function, module, name);
        if (status != 0)
            Fail(_moduleGetFunction, status, $"kernel {kernel}");
        return function;
    }

    private readonly NativeFunction _launchKernel = library.Function("cuLaunchKernel");

    /// <param name="parameters">The address of each of the kernel's parameters; they are read before the call returns.</param>
    public void LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, void** parameters) =>
        Check(_launchKernel, ((delegate* unmanaged[Cdecl]<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)_launchKernel.Address)(
            function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, parameters, null));

    // ---- errors

    private readonly NativeFunction _getErrorName = library.Function("cuGetErrorName");

    /// <summary>"CUDA_ERROR_OUT_OF_MEMORY"; never throws.</summary>
    public string GetErrorName(int status) => ErrorText(_getErrorName, status) ?? "an unknown status";

    private readonly NativeFunction _getErrorString = library.Function("cuGetErrorString");

    /// <summary>A description; never throws.</summary>
    public string? GetErrorString(int status) => ErrorText(_getErrorString, status);

    private static string? ErrorText(NativeFunction function, int status)
    {
        byte* text = null;
        int answer = ((delegate* unmanaged[Cdecl]<int, byte**, int>)function.Address)(status, &text);
        return answer == 0 ? Marshal.PtrToStringUTF8((nint)text) : null;
    }

    private void Check(in NativeFunction function, int status)
    {
        if (status != 0)
            Fail(function, status, null);
    }

    [DoesNotReturn]
    private void Fail(NativeFunction function, int status, string? detail) => throw new CudaException(
        CudaLibrary.Driver, function.Name, status, GetErrorName(status), string.IsNullOrEmpty(detail) ? GetErrorString(status) : detail);
}
