namespace FastGan.Cuda.Api;

/// <summary>
/// The forward pass of batch norm with the activation fused. Scale, bias and all statistics are float, of the shape that
/// <see cref="DeriveBNTensorDescriptor"/> gives. Descriptors that an operation does not use (z, without an addition) are 0.
/// </summary>
internal sealed unsafe partial class Dnn
{
    private readonly NativeFunction _deriveBNTensorDescriptor = library.Function("cudnnDeriveBNTensorDescriptor");

    /// <summary>Sets <paramref name="derived"/> to the shape and type of scale, bias and statistics for x.</summary>
    public void DeriveBNTensorDescriptor(nint derived, nint xDesc, CudnnBatchNormMode mode) =>
        Check(_deriveBNTensorDescriptor,
            ((delegate* unmanaged[Cdecl]<nint, nint, CudnnBatchNormMode, int>)_deriveBNTensorDescriptor.Address)(derived, xDesc, mode));

    private readonly NativeFunction _getBatchNormalizationForwardTrainingExWorkspaceSize =
        library.Function("cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize");
    public nuint GetBatchNormalizationForwardTrainingExWorkspaceSize(
        nint handle, CudnnBatchNormMode mode, CudnnBatchNormOps ops, nint xDesc, nint zDesc, nint yDesc, nint bnDesc, nint activation)
    {
        nuint bytes;
        Check(_getBatchNormalizationForwardTrainingExWorkspaceSize,
            ((delegate* unmanaged[Cdecl]<nint, CudnnBatchNormMode, CudnnBatchNormOps, nint, nint, nint, nint, nint, nuint*, int>)
                _getBatchNormalizationForwardTrainingExWorkspaceSize.Address)(
                handle, mode, ops, xDesc, zDesc, yDesc, bnDesc, activation, &bytes));
        return bytes;
    }

    private readonly NativeFunction _getBatchNormalizationTrainingExReserveSpaceSize =
        library.Function("cudnnGetBatchNormalizationTrainingExReserveSpaceSize");

    /// <summary>Bytes that the forward pass leaves for the backward pass.</summary>
    public nuint GetBatchNormalizationTrainingExReserveSpaceSize(
        nint handle, CudnnBatchNormMode mode, CudnnBatchNormOps ops, nint activation, nint xDesc)
    {
        nuint bytes;
        Check(_getBatchNormalizationTrainingExReserveSpaceSize,
            ((delegate* unmanaged[Cdecl]<nint, CudnnBatchNormMode, CudnnBatchNormOps, nint, nint, nuint*, int>)
                _getBatchNormalizationTrainingExReserveSpaceSize.Address)(
                handle, mode, ops, activation, xDesc, &bytes));
        return bytes;
    }

    private readonly NativeFunction _batchNormalizationForwardTrainingEx = library.Function("cudnnBatchNormalizationForwardTrainingEx");

    /// <summary>y = act(scale · (x − mean) · invStd + bias [+ z]); running ← (1 − factor) · running + factor · batch.</summary>
    public void BatchNormalizationForwardTrainingEx(
        nint handle, CudnnBatchNormMode mode, CudnnBatchNormOps ops, float* alpha, float* beta,
        nint xDesc, ulong x, nint zDesc, ulong z, nint yDesc, ulong y, nint bnDesc, ulong scale, ulong bias,
        double factor, ulong runningMean, ulong runningVar, double epsilon, ulong savedMean, ulong savedInvStd,
        nint activation, ulong workspace, nuint bytes, ulong reserve, nuint reserveBytes) =>
        Check(_batchNormalizationForwardTrainingEx,
            ((delegate* unmanaged[Cdecl]<nint, CudnnBatchNormMode, CudnnBatchNormOps, float*, float*,
                nint, ulong, nint, ulong, nint, ulong, nint, ulong, ulong,
                double, ulong, ulong, double, ulong, ulong, nint, ulong, nuint, ulong, nuint, int>)_batchNormalizationForwardTrainingEx.Address)(
                handle, mode, ops, alpha, beta, xDesc, x, zDesc, z, yDesc, y, bnDesc, scale, bias,
                factor, runningMean, runningVar, epsilon, savedMean, savedInvStd, activation, workspace, bytes, reserve, reserveBytes));
}
