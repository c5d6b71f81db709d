using FastGan.Programs;

namespace FastGan.Cuda;

/// <summary>How a <see cref="CudaDevice"/> is opened.</summary>
public sealed record CudaOptions
{
    public Precision Precision { get; init; }

    /// <summary>Which GPU, from 0, in the driver's order.</summary>
    public int Ordinal { get; init; }

    /// <summary>
    /// Whether convolution algorithms are measured at their first use, those included whose sums have no fixed order: faster on some shapes, and no
    /// longer the same bytes each time. Otherwise cuDNN's heuristics choose among the deterministic ones.
    /// </summary>
    public bool MeasureAlgorithms { get; init; }

    /// <summary>The one folder that NVIDIA's libraries are taken from; null for FASTGAN_CUDA_PATH, and without it the usual places.</summary>
    public string? Libraries { get; init; }

    /// <summary>Where compiled kernels and measured algorithms are kept; null for $FASTGAN_CACHE, and without it fastgan in the user's cache folder.</summary>
    public string? Cache { get; init; }

    /// <summary>A CUcontext of the embedding program's, on the device <see cref="Ordinal"/>; 0 for the device's primary context. It stays the caller's.</summary>
    public nint Context { get; init; }

    /// <summary>A CUstream of that context, other than the legacy stream; 0 for one of our own. It stays the caller's.</summary>
    public nint Stream { get; init; }
}
