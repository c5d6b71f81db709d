namespace FastGan.Cuda.Api;

/// <summary>
/// Convolutions, in three directions. Descriptors come in the order of each function's own operands, the output's after the convolution's;
/// workspaces are device memory.
/// </summary>
internal sealed unsafe partial class Dnn
{
    private readonly NativeFunction _createConvolutionDescriptor = library.Function("cudnnCreateConvolutionDescriptor");
    public nint CreateConvolutionDescriptor() => New(_createConvolutionDescriptor);

    private readonly NativeFunction _destroyConvolutionDescriptor = library.Function("cudnnDestroyConvolutionDescriptor");
    public void DestroyConvolutionDescriptor(nint descriptor) => Delete(_destroyConvolutionDescriptor, descriptor);

    private readonly NativeFunction _setConvolutionNdDescriptor = library.Function("cudnnSetConvolutionNdDescriptor");

    /// <param name="pad">Of height and width, as stride and dilation.</param>
    public void SetConvolutionNdDescriptor(
        nint descriptor, ReadOnlySpan<int> pad, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation, CudnnConvolutionMode mode, CudnnDataType compute)
    {
        fixed (int* pads = pad, strides = stride, dilations = dilation)
        {
            Check(_setConvolutionNdDescriptor,
                ((delegate* unmanaged[Cdecl]<nint, int, int*, int*, int*, CudnnConvolutionMode, CudnnDataType, int>)_setConvolutionNdDescriptor.Address)(
                    descriptor, pad.Length, pads, strides, dilations, mode, compute));
        }
    }

    private readonly NativeFunction _setConvolutionMathType = library.Function("cudnnSetConvolutionMathType");
    public void SetConvolutionMathType(nint descriptor, CudnnMath math) =>
        Check(_setConvolutionMathType, ((delegate* unmanaged[Cdecl]<nint, CudnnMath, int>)_setConvolutionMathType.Address)(descriptor, math));

    // ---- forward

    private readonly NativeFunction _getConvolutionForwardWorkspaceSize = library.Function("cudnnGetConvolutionForwardWorkspaceSize");
    public nuint GetConvolutionForwardWorkspaceSize(nint handle, nint xDesc, nint wDesc, nint conv, nint yDesc, CudnnForwardAlgorithm algorithm)
    {
        nuint bytes;
        Check(_getConvolutionForwardWorkspaceSize,
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, CudnnForwardAlgorithm, nuint*, int>)_getConvolutionForwardWorkspaceSize.Address)(
                handle, xDesc, wDesc, conv, yDesc, algorithm, &bytes));
        return bytes;
    }

    private readonly NativeFunction _getConvolutionForwardAlgorithm = library.Function("cudnnGetConvolutionForwardAlgorithm_v7");

    /// <summary>What the heuristics propose, best first; nothing is run.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int GetConvolutionForwardAlgorithm(nint handle, nint xDesc, nint wDesc, nint conv, nint yDesc, Span<CudnnPerformance> found)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_getConvolutionForwardAlgorithm,
                ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int, int*, CudnnPerformance*, int>)_getConvolutionForwardAlgorithm.Address)(
                    handle, xDesc, wDesc, conv, yDesc, found.Length, &count, results));
        }

        return count;
    }

    private readonly NativeFunction _findConvolutionForwardAlgorithmEx = library.Function("cudnnFindConvolutionForwardAlgorithmEx");

    /// <summary>Runs each algorithm that fits the workspace, fastest first in the result. Allocates and synchronises, and overwrites y.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int FindConvolutionForwardAlgorithmEx(
        nint handle, nint xDesc, ulong x, nint wDesc, ulong w, nint conv, nint yDesc, ulong y,
        Span<CudnnPerformance> found, ulong workspace, nuint bytes)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_findConvolutionForwardAlgorithmEx,
                ((delegate* unmanaged[Cdecl]<nint, nint, ulong, nint, ulong, nint, nint, ulong, int, int*, CudnnPerformance*, ulong, nuint, int>)
                    _findConvolutionForwardAlgorithmEx.Address)(
                    handle, xDesc, x, wDesc, w, conv, yDesc, y, found.Length, &count, results, workspace, bytes));
        }

        return count;
    }

    private readonly NativeFunction _convolutionForward = library.Function("cudnnConvolutionForward");

    /// <summary>y = α · conv(x, w) + β · y.</summary>
    public void ConvolutionForward(
        nint handle, float* alpha, nint xDesc, ulong x, nint wDesc, ulong w, nint conv, CudnnForwardAlgorithm algorithm,
        ulong workspace, nuint bytes, float* beta, nint yDesc, ulong y) =>
        Check(_convolutionForward,
            ((delegate* unmanaged[Cdecl]<nint, float*, nint, ulong, nint, ulong, nint, CudnnForwardAlgorithm, ulong, nuint, float*, nint, ulong, int>)
                _convolutionForward.Address)(
                handle, alpha, xDesc, x, wDesc, w, conv, algorithm, workspace, bytes, beta, yDesc, y));

    // ---- backward, data

    private readonly NativeFunction _getConvolutionBackwardDataWorkspaceSize = library.Function("cudnnGetConvolutionBackwardDataWorkspaceSize");
    public nuint GetConvolutionBackwardDataWorkspaceSize(nint handle, nint wDesc, nint dyDesc, nint conv, nint dxDesc, CudnnBackwardDataAlgorithm algorithm)
    {
        nuint bytes;
        Check(_getConvolutionBackwardDataWorkspaceSize,
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, CudnnBackwardDataAlgorithm, nuint*, int>)_getConvolutionBackwardDataWorkspaceSize.Address)(
                handle, wDesc, dyDesc, conv, dxDesc, algorithm, &bytes));
        return bytes;
    }

    private readonly NativeFunction _getConvolutionBackwardDataAlgorithm = library.Function("cudnnGetConvolutionBackwardDataAlgorithm_v7");

    /// <summary>What the heuristics propose, best first; nothing is run.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int GetConvolutionBackwardDataAlgorithm(nint handle, nint wDesc, nint dyDesc, nint conv, nint dxDesc, Span<CudnnPerformance> found)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_getConvolutionBackwardDataAlgorithm,
                ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int, int*, CudnnPerformance*, int>)_getConvolutionBackwardDataAlgorithm.Address)(
                    handle, wDesc, dyDesc, conv, dxDesc, found.Length, &count, results));
        }

        return count;
    }

    private readonly NativeFunction _findConvolutionBackwardDataAlgorithmEx = library.Function("cudnnFindConvolutionBackwardDataAlgorithmEx");

    /// <summary>Runs each algorithm that fits the workspace, fastest first in the result. Allocates and synchronises, and overwrites dx.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int FindConvolutionBackwardDataAlgorithmEx(
        nint handle, nint wDesc, ulong w, nint dyDesc, ulong dy, nint conv, nint dxDesc, ulong dx,
        Span<CudnnPerformance> found, ulong workspace, nuint bytes)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_findConvolutionBackwardDataAlgorithmEx,
                ((delegate* unmanaged[Cdecl]<nint, nint, ulong, nint, ulong, nint, nint, ulong, int, int*, CudnnPerformance*, ulong, nuint, int>)
                    _findConvolutionBackwardDataAlgorithmEx.Address)(
                    handle, wDesc, w, dyDesc, dy, conv, dxDesc, dx, found.Length, &count, results, workspace, bytes));
        }

        return count;
    }

    private readonly NativeFunction _convolutionBackwardData = library.Function("cudnnConvolutionBackwardData");

    /// <summary>dx = α · convᵀ(dy, w) + β · dx.</summary>
    public void ConvolutionBackwardData(
        nint handle, float* alpha, nint wDesc, ulong w, nint dyDesc, ulong dy, nint conv, CudnnBackwardDataAlgorithm algorithm,
        ulong workspace, nuint bytes, float* beta, nint dxDesc, ulong dx) =>
        Check(_convolutionBackwardData,
            ((delegate* unmanaged[Cdecl]<nint, float*, nint, ulong, nint, ulong, nint, CudnnBackwardDataAlgorithm, ulong, nuint, float*, nint, ulong, int>)
                _convolutionBackwardData.Address)(
                handle, alpha, wDesc, w, dyDesc, dy, conv, algorithm, workspace, bytes, beta, dxDesc, dx));

    // ---- backward, filter

    private readonly NativeFunction _getConvolutionBackwardFilterWorkspaceSize = library.Function("cudnnGetConvolutionBackwardFilterWorkspaceSize");
    public nuint GetConvolutionBackwardFilterWorkspaceSize(nint handle, nint xDesc, nint dyDesc, nint conv, nint dwDesc, CudnnBackwardFilterAlgorithm algorithm)
    {
        nuint bytes;
        Check(_getConvolutionBackwardFilterWorkspaceSize,
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, CudnnBackwardFilterAlgorithm, nuint*, int>)_getConvolutionBackwardFilterWorkspaceSize.Address)(
                handle, xDesc, dyDesc, conv, dwDesc, algorithm, &bytes));
        return bytes;
    }

    private readonly NativeFunction _getConvolutionBackwardFilterAlgorithm = library.Function("cudnnGetConvolutionBackwardFilterAlgorithm_v7");

    /// <summary>What the heuristics propose, best first; nothing is run.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int GetConvolutionBackwardFilterAlgorithm(nint handle, nint xDesc, nint dyDesc, nint conv, nint dwDesc, Span<CudnnPerformance> found)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_getConvolutionBackwardFilterAlgorithm,
                ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int, int*, CudnnPerformance*, int>)_getConvolutionBackwardFilterAlgorithm.Address)(
                    handle, xDesc, dyDesc, conv, dwDesc, found.Length, &count, results));
        }

        return count;
    }

    private readonly NativeFunction _findConvolutionBackwardFilterAlgorithmEx = library.Function("cudnnFindConvolutionBackwardFilterAlgorithmEx");

    /// <summary>Runs each algorithm that fits the workspace, fastest first in the result. Allocates and synchronises, and overwrites dw.</summary>
    /// <returns>How many there are in <paramref name="found"/>.</returns>
    public int FindConvolutionBackwardFilterAlgorithmEx(
        nint handle, nint xDesc, ulong x, nint dyDesc, ulong dy, nint conv, nint dwDesc, ulong dw,
        Span<CudnnPerformance> found, ulong workspace, nuint bytes)
    {
        int count;
        fixed (CudnnPerformance* results = found)
        {
            Check(_findConvolutionBackwardFilterAlgorithmEx,
                ((delegate* unmanaged[Cdecl]<nint, nint, ulong, nint, ulong, nint, nint, ulong, int, int*, CudnnPerformance*, ulong, nuint, int>)
                    _findConvolutionBackwardFilterAlgorithmEx.Address)(
                    handle, xDesc, x, dyDesc, dy, conv, dwDesc, dw, found.Length, &count, results, workspace, bytes));
        }

        return count;
    }

    private readonly NativeFunction _convolutionBackwardFilter = library.Function("cudnnConvolutionBackwardFilter");

    /// <summary>dw = α · (the gradient by w, of x and dy) + β · dw.</summary>
    public void ConvolutionBackwardFilter(
        nint handle, float* alpha, nint xDesc, ulong x, nint dyDesc, ulong dy, nint conv, CudnnBackwardFilterAlgorithm algorithm,
        ulong workspace, nuint bytes, float* beta, nint dwDesc, ulong dw) =>
        Check(_convolutionBackwardFilter,
            ((delegate* unmanaged[Cdecl]<nint, float*, nint, ulong, nint, ulong, nint, CudnnBackwardFilterAlgorithm, ulong, nuint, float*, nint, ulong, int>)
                _convolutionBackwardFilter.Address)(
                handle, alpha, xDesc, x, dyDesc, dy, conv, algorithm, workspace, bytes, beta, dwDesc, dw));
}
