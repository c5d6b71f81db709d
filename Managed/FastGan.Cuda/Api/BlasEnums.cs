namespace FastGan.Cuda.Api;

/// <summary>cudaDataType, those in use.</summary>
internal enum CudaDataType
{
    Float = 0,
    Double = 1,
    Half = 2,
    BFloat16 = 14,
}

/// <summary>cublasOperation_t.</summary>
internal enum CublasOperation
{
    None = 0,
    Transpose = 1,
}

/// <summary>cublasComputeType_t, those in use.</summary>
internal enum CublasComputeType
{
    Half = 64,
    Float = 68,
    FloatPedantic = 69,
    FloatFastTf32 = 77,
}

/// <summary>cublasGemmAlgo_t: the heuristic's choice is the only one that cuBLAS still takes.</summary>
internal enum CublasGemmAlgorithm
{
    Default = -1,
}

/// <summary>cublasMath_t.</summary>
[Flags]
internal enum CublasMath
{
    Default = 0,
    Pedantic = 2,
    Tf32 = 3,

    /// <summary>Without it a product whose output is half may be summed in half, across blocks, and overflow.</summary>
    DisallowReducedPrecisionReduction = 16,
}
