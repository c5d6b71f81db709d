using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace FastGan.Cuda.Api;

/// <summary>cuBLAS. Methods have the functions' names without cublas. Matrices are column-major.</summary>
internal sealed unsafe class Blas(LoadedLibrary library)
{
    private readonly NativeFunction _create = library.Function("cublasCreate_v2");

    /// <summary>A handle for the current context.</summary>
    public nint Create()
    {
        nint handle;
        Check(_create, ((delegate* unmanaged[Cdecl]<nint*, int>)_create.Address)(&handle));
        return handle;
    }

    private readonly NativeFunction _destroy = library.Function("cublasDestroy_v2");
    public void Destroy(nint handle) => Check(_destroy, ((delegate* unmanaged[Cdecl]<nint, int>)_destroy.Address)(handle));

    private readonly NativeFunction _setStream = library.Function("cublasSetStream_v2");

    /// <summary>Takes the workspace away: <see cref="SetWorkspace"/> must follow.</summary>
    public void SetStream(nint handle, nint stream) =>
        Check(_setStream, ((delegate* unmanaged[Cdecl]<nint, nint, int>)_setStream.Address)(handle, stream));

    private readonly NativeFunction _setWorkspace = library.Function("cublasSetWorkspace_v2");

    /// <param name="workspace">Device memory, 256-byte aligned.</param>
    public void SetWorkspace(nint handle, ulong workspace, nuint bytes) =>
        Check(_setWorkspace, ((delegate* unmanaged[Cdecl]<nint, ulong, nuint, int>)_setWorkspace.Address)(handle, workspace, bytes));

    private readonly NativeFunction _setMathMode = library.Function("cublasSetMathMode");
    public void SetMathMode(nint handle, CublasMath mode) =>
        Check(_setMathMode, ((delegate* unmanaged[Cdecl]<nint, CublasMath, int>)_setMathMode.Address)(handle, mode));

    private readonly NativeFunction _getVersion = library.Function("cublasGetVersion_v2");

    /// <summary>120604 is 12.6.4.</summary>
    public int GetVersion(nint handle)
    {
        int version;
        Check(_getVersion, ((delegate* unmanaged[Cdecl]<nint, int*, int>)_getVersion.Address)(handle, &version));
        return version;
    }

    private readonly NativeFunction _gemmEx = library.Function("cublasGemmEx");

    /// <summary>C = α op(A) op(B) + β C, with op(A) m × k, op(B) k × n and C m × n.</summary>
    /// <param name="alpha">A number of the compute type in host memory, as is <paramref name="beta"/>; read before the call returns.</param>
    public void GemmEx(
        nint handle, CublasOperation opA, CublasOperation opB, int m, int n, int k,
        void* alpha, ulong a, CudaDataType typeA, int lda, ulong b, CudaDataType typeB, int ldb,
        void* beta, ulong c, CudaDataType typeC, int ldc, CublasComputeType compute, CublasGemmAlgorithm algorithm) =>
        Check(_gemmEx,
            ((delegate* unmanaged[Cdecl]<nint, CublasOperation, CublasOperation, int, int, int, void*, ulong, CudaDataType, int, ulong, CudaDataType,
                int, void*, ulong, CudaDataType, int, CublasComputeType, CublasGemmAlgorithm, int>)_gemmEx.Address)(
                handle, opA, opB, m, n, k, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc, compute, algorithm));

    private readonly NativeFunction _getStatusString = library.Function("cublasGetStatusString");

    /// <summary>Never throws.</summary>
    public string GetStatusString(int status) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<int, nint>)_getStatusString.Address)(status)) ?? "an unknown status";

    private void Check(in NativeFunction function, int status)
    {
        if (status != 0)
            Fail(function, status);
    }

    [DoesNotReturn]
    private void Fail(NativeFunction function, int status) =>
        throw new CudaException(CudaLibrary.Blas, function.Name, status, GetStatusString(status));
}
