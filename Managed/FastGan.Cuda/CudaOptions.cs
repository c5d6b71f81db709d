using FastGan.Programs;

namespace FastGan.Cuda;

/// <summary>How a <see cref="CudaDevice"/> is opened.</summary>
public sealed record CudaOptions
{
    public Precision Precision { get; init; }

    /// <summary>Which GPU, from 0, in the driver's order.</summary>
    public int Ordinal { get; init; }

    /// <summary>
    /// Whether cuDNN's convolution algorithms are measured at their first use, and the fastest is kept on disk; only those are taken that add in a fixed
    /// order, so that as long as that file lives the same seed gives the same bytes. False for what cuDNN's heuristics propose, so that no
    /// timing decides. Null for true on a GPU, false on the virtual one, which has no speed.
    /// </summary>
    public bool? MeasureAlgorithms { get; init; }

    /// <summary>
    /// Most bytes of a data set that are kept on the device; null for what half of its free memory holds. A larger one stays in host memory, from
    /// which each step's minibatches are copied.
    /// </summary>
    public long? MostDataBytes { get; init; }

    /// <summary>The one folder that NVIDIA's libraries are taken from; null for FASTGAN_CUDA_PATH, and without it the usual places.</summary>
    public string? Libraries { get; init; }

    /// <summary>Where compiled kernels and measured algorithms are kept; null for $FASTGAN_CACHE, and without it fastgan in the user's cache folder.</summary>
    public string? Cache { get; init; }

    /// <summary>A CUcontext of the embedding program's, on the device <see cref="Ordinal"/>; 0 for the device's primary context. It stays the caller's.</summary>
    public nint Context { get; init; }

    /// <summary>A CUstream of that context, other than the legacy stream; 0 for one of our own. It stays the caller's.</summary>
    public nint Stream { get; init; }
}
