using FastGan.Cuda.Api;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

/// <summary>
/// The forward pass of batch norm with ReLU through cuDNN's semi-persistent kernels: one launch where our own are two. They want fp16, NHWC, channels in
/// fours. The backward pass is always ours: it works in place, which isn't documented of cuDNN's, and by the saved statistics, which both forward
/// passes leave.
/// </summary>
internal sealed unsafe class CudnnBatchNorm : IDisposable
{
    private const int ChannelsInOne = 4;
    private readonly Session _session;
    private readonly GiveBack _giveBack = new();
    private readonly CudnnBatchNormOps _ops;
    private readonly nint _x, _statistics, _activation;
    private readonly nuint _workspaceBytes, _reserveBytes;

    public CudnnBatchNorm(Session session, Shape shape, Activation act)
    {
        _session = session;
        Dnn dnn = session.Dnn;
        _ops = act.Kind == ActivationKind.Identity ? CudnnBatchNormOps.BatchNorm : CudnnBatchNormOps.Activation;
        try
        {
            _x = _giveBack.Keep(dnn.CreateTensorDescriptor(), dnn.DestroyTensorDescriptor);
            dnn.SetTensorNdDescriptorEx(_x, CudnnTensorFormat.Nhwc, CudnnDataType.Half, [shape.N, shape.C, shape.H, shape.W]);
            _statistics = _giveBack.Keep(dnn.CreateTensorDescriptor(), dnn.DestroyTensorDescriptor);
            dnn.DeriveBNTensorDescriptor(_statistics, _x, CudnnBatchNormMode.SpatialPersistent);
            if (_ops == CudnnBatchNormOps.Activation)
            {
                _activation = _giveBack.Keep(dnn.CreateActivationDescriptor(), dnn.DestroyActivationDescriptor);
                dnn.SetActivationDescriptor(_activation, CudnnActivationMode.Relu, CudnnNan.Propagated, 0);
            }

            _workspaceBytes = dnn.GetBatchNormalizationForwardTrainingExWorkspaceSize(
                session.DnnHandle, CudnnBatchNormMode.SpatialPersistent, _ops, _x, 0, _x, _statistics, _activation);
            _reserveBytes = dnn.GetBatchNormalizationTrainingExReserveSpaceSize(
                session.DnnHandle, CudnnBatchNormMode.SpatialPersistent, _ops, _activation, _x);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether cuDNN's rules allow it.</summary>
    public static bool Takes(Precision precision, Shape shape, Activation act) =>
        precision == Precision.Fp16 && shape.C % ChannelsInOne == 0 && (act.Kind == ActivationKind.Identity || act == Activation.Relu);

    /// <summary>As <see cref="IOps.BatchNorm"/>; x and y aligned to 16 bytes.</summary>
    public void Forward(ulong x, ulong scale, ulong bias, ulong runningMean, ulong runningVar, ulong mean, ulong invStd, double epsilon, double momentum, ulong y)
    {
        float alpha = 1, beta = 0;
        _session.Called?.Invoke("cudnnBatchNormalizationForwardTrainingEx");
        nuint reserveAt = (_workspaceBytes + 255) / 256 * 256;
        ulong workspace = _session.Scratch(reserveAt + Math.Max(_reserveBytes, 1));
        _session.Dnn.BatchNormalizationForwardTrainingEx(
            _session.DnnHandle, CudnnBatchNormMode.SpatialPersistent, _ops, &alpha, &beta, _x, x, 0, 0, _x, y, _statistics, scale, bias,
            momentum, runningMean, runningVar, epsilon, mean, invStd, _activation, workspace, _workspaceBytes, workspace + reserveAt, _reserveBytes);
    }

    public void Dispose() => _giveBack.Dispose();
}
