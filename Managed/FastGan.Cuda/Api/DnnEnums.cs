using System.Runtime.InteropServices;

namespace FastGan.Cuda.Api;

/// <summary>cudnnDataType_t, those in use.</summary>
internal enum CudnnDataType
{
    Float = 0,
    Double = 1,
    Half = 2,
    Int32 = 4,
    BFloat16 = 9,
}

/// <summary>cudnnTensorFormat_t. Dimensions are given in the order N, C, H, W for both.</summary>
internal enum CudnnTensorFormat
{
    Nchw = 0,
    Nhwc = 1,
}

/// <summary>cudnnConvolutionMode_t.</summary>
internal enum CudnnConvolutionMode
{
    Convolution = 0,
    CrossCorrelation = 1,
}

/// <summary>cudnnMathType_t.</summary>
internal enum CudnnMath
{
    Default = 0,
    TensorOp = 1,
    TensorOpAllowConversion = 2,
    Fma = 3,
}

/// <summary>cudnnConvolutionFwdAlgo_t.</summary>
internal enum CudnnForwardAlgorithm
{
    ImplicitGemm = 0,
    ImplicitPrecompGemm = 1,
    Gemm = 2,
    Direct = 3,
    Fft = 4,
    FftTiling = 5,
    Winograd = 6,
    WinogradNonfused = 7,
}

/// <summary>cudnnConvolutionBwdDataAlgo_t. 0 sums in no fixed order.</summary>
internal enum CudnnBackwardDataAlgorithm
{
    Algorithm0 = 0,
    Algorithm1 = 1,
    Fft = 2,
    FftTiling = 3,
    Winograd = 4,
    WinogradNonfused = 5,
}

/// <summary>cudnnConvolutionBwdFilterAlgo_t. 0 and 3 sum in no fixed order.</summary>
internal enum CudnnBackwardFilterAlgorithm
{
    Algorithm0 = 0,
    Algorithm1 = 1,
    Fft = 2,
    Algorithm3 = 3,
    Winograd = 4,
    WinogradNonfused = 5,
    FftTiling = 6,
}

/// <summary>cudnnDeterminism_t.</summary>
internal enum CudnnDeterminism
{
    NonDeterministic = 0,
    Deterministic = 1,
}

/// <summary>cudnnBatchNormMode_t.</summary>
internal enum CudnnBatchNormMode
{
    PerActivation = 0,
    Spatial = 1,
    SpatialPersistent = 2,
}

/// <summary>cudnnBatchNormOps_t.</summary>
internal enum CudnnBatchNormOps
{
    BatchNorm = 0,
    Activation = 1,
    AddActivation = 2,
}

/// <summary>cudnnActivationMode_t.</summary>
internal enum CudnnActivationMode
{
    Sigmoid = 0,
    Relu = 1,
    Tanh = 2,
    ClippedRelu = 3,
    Elu = 4,
    Identity = 5,
    Swish = 6,
}

/// <summary>cudnnNanPropagation_t.</summary>
internal enum CudnnNan
{
    NotPropagated = 0,
    Propagated = 1,
}

/// <summary>cudnnConvolution…AlgoPerf_t of all three directions: what an algorithm was found to take.</summary>
/// <param name="Algorithm">Of the enumeration that belongs to the direction.</param>
/// <param name="Status">0 for an algorithm that works.</param>
/// <param name="Ms">Milliseconds; −1 where it was not run.</param>
/// <param name="Memory">Bytes of workspace.</param>
/// <param name="Math">To be set on the convolution's descriptor before the algorithm is used.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct CudnnPerformance(int Algorithm, int Status, float Ms, nuint Memory, CudnnDeterminism Determinism, CudnnMath Math)
{
    private readonly int _reserved0, _reserved1, _reserved2;
}
