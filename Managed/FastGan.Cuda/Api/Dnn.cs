using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace FastGan.Cuda.Api;

/// <summary>
/// cuDNN 9, the operation API. Methods have the functions' names without cudnn; handles and descriptors are nint, addresses in device memory
/// ulong. alpha and beta are addresses of floats in host memory, read before a call returns.
/// </summary>
internal sealed unsafe partial class Dnn(LoadedLibrary library)
{
    // ---- versions

    private readonly NativeFunction _getVersion = library.Function("cudnnGetVersion");

    /// <summary>90600 is 9.6.0.</summary>
    public nuint GetVersion() => ((delegate* unmanaged[Cdecl]<nuint>)_getVersion.Address)();

    private readonly NativeFunction _getCudartVersion = library.Function("cudnnGetCudartVersion");

    /// <summary>The CUDA that it was built for: 12060 is 12.6.</summary>
    public nuint GetCudartVersion() => ((delegate* unmanaged[Cdecl]<nuint>)_getCudartVersion.Address)();

    private readonly NativeFunction _graphVersionCheck = library.Function("cudnnGraphVersionCheck");
    private readonly NativeFunction _opsVersionCheck = library.Function("cudnnOpsVersionCheck");
    private readonly NativeFunction _cnnVersionCheck = library.Function("cudnnCnnVersionCheck");

    /// <summary>Throws where the sub-libraries are of different versions.</summary>
    public void VersionCheck()
    {
        Check(_graphVersionCheck, ((delegate* unmanaged[Cdecl]<int>)_graphVersionCheck.Address)());
        Check(_opsVersionCheck, ((delegate* unmanaged[Cdecl]<int>)_opsVersionCheck.Address)());
        Check(_cnnVersionCheck, ((delegate* unmanaged[Cdecl]<int>)_cnnVersionCheck.Address)());
    }

    // ---- handle

    private readonly NativeFunction _create = library.Function("cudnnCreate");

    /// <summary>A handle for the current context.</summary>
    public nint Create() => New(_create);

    private readonly NativeFunction _destroy = library.Function("cudnnDestroy");
    public void Destroy(nint handle) => Delete(_destroy, handle);

    private readonly NativeFunction _setStream = library.Function("cudnnSetStream");
    public void SetStream(nint handle, nint stream) =>
        Check(_setStream, ((delegate* unmanaged[Cdecl]<nint, nint, int>)_setStream.Address)(handle, stream));

    // ---- descriptors

    private readonly NativeFunction _createTensorDescriptor = library.Function("cudnnCreateTensorDescriptor");
    public nint CreateTensorDescriptor() => New(_createTensorDescriptor);

    private readonly NativeFunction _destroyTensorDescriptor = library.Function("cudnnDestroyTensorDescriptor");
    public void DestroyTensorDescriptor(nint descriptor) => Delete(_destroyTensorDescriptor, descriptor);

    private readonly NativeFunction _setTensorNdDescriptorEx = library.Function("cudnnSetTensorNdDescriptorEx");

    /// <summary>Packed.</summary>
    /// <param name="dimensions">N, C, H, W for either format.</param>
    public void SetTensorNdDescriptorEx(nint descriptor, CudnnTensorFormat format, CudnnDataType type, ReadOnlySpan<int> dimensions)
    {
        fixed (int* sizes = dimensions)
        {
            Check(_setTensorNdDescriptorEx,
                ((delegate* unmanaged[Cdecl]<nint, CudnnTensorFormat, CudnnDataType, int, int*, int>)_setTensorNdDescriptorEx.Address)(
                    descriptor, format, type, dimensions.Length, sizes));
        }
    }

    private readonly NativeFunction _createFilterDescriptor = library.Function("cudnnCreateFilterDescriptor");
    public nint CreateFilterDescriptor() => New(_createFilterDescriptor);

    private readonly NativeFunction _destroyFilterDescriptor = library.Function("cudnnDestroyFilterDescriptor");
    public void DestroyFilterDescriptor(nint descriptor) => Delete(_destroyFilterDescriptor, descriptor);

    private readonly NativeFunction _setFilterNdDescriptor = library.Function("cudnnSetFilterNdDescriptor");

    /// <summary>Packed. Type and format stand the other way round than for tensors.</summary>
    /// <param name="dimensions">K, C, R, S for either format.</param>
    public void SetFilterNdDescriptor(nint descriptor, CudnnDataType type, CudnnTensorFormat format, ReadOnlySpan<int> dimensions)
    {
        fixed (int* sizes = dimensions)
        {
            Check(_setFilterNdDescriptor,
                ((delegate* unmanaged[Cdecl]<nint, CudnnDataType, CudnnTensorFormat, int, int*, int>)_setFilterNdDescriptor.Address)(
                    descriptor, type, format, dimensions.Length, sizes));
        }
    }

    private readonly NativeFunction _createActivationDescriptor = library.Function("cudnnCreateActivationDescriptor");
    public nint CreateActivationDescriptor() => New(_createActivationDescriptor);

    private readonly NativeFunction _destroyActivationDescriptor = library.Function("cudnnDestroyActivationDescriptor");
    public void DestroyActivationDescriptor(nint descriptor) => Delete(_destroyActivationDescriptor, descriptor);

    private readonly NativeFunction _setActivationDescriptor = library.Function("cudnnSetActivationDescriptor");

    /// <param name="coefficient">Of clipped ReLU, ELU and swish; nothing to the others.</param>
    public void SetActivationDescriptor(nint descriptor, CudnnActivationMode mode, CudnnNan nan, double coefficient) =>
        Check(_setActivationDescriptor,
            ((delegate* unmanaged[Cdecl]<nint, CudnnActivationMode, CudnnNan, double, int>)_setActivationDescriptor.Address)(
                descriptor, mode, nan, coefficient));

    // ---- errors

    private readonly NativeFunction _getErrorString = library.Function("cudnnGetErrorString");

    /// <summary>"CUDNN_STATUS_BAD_PARAM"; never throws.</summary>
    public string GetErrorString(int status) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<int, nint>)_getErrorString.Address)(status)) ?? "an unknown status";

    private readonly NativeFunction _getLastErrorString = library.Function("cudnnGetLastErrorString");

    /// <summary>What this thread's last failed call has to say; empty for nothing. Never throws.</summary>
    public string GetLastErrorString()
    {
        const int length = 1024;
        byte* text = stackalloc byte[length];
        text[0] = 0;
        ((delegate* unmanaged[Cdecl]<byte*, nuint, void>)_getLastErrorString.Address)(text, length);
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    private nint New(in NativeFunction function)
    {
        nint created;
        Check(function, ((delegate* unmanaged[Cdecl]<nint*, int>)function.Address)(&created));
        return created;
    }

    private void Delete(in NativeFunction function, nint deleted) =>
        Check(function, ((delegate* unmanaged[Cdecl]<nint, int>)function.Address)(deleted));

    private void Check(in NativeFunction function, int status)
    {
        if (status != 0)
            Fail(function, status);
    }

    [DoesNotReturn]
    private void Fail(NativeFunction function, int status) => throw new CudaException(
        CudaLibrary.Dnn, function.Name, status, GetErrorString(status), GetLastErrorString() is { Length: > 0 } detail ? detail : null);
}
