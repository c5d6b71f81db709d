namespace FastGan.Cuda.Api;

/// <summary>What the libraries are called, on disk and to people.</summary>
internal static class LibraryNames
{
    /// <summary>Majors of CUDA whose libraries can be used, oldest first. The driver's and cuDNN's names don't depend on them.</summary>
    public const int OldestCuda = 12, NewestCuda = 13;

    private static readonly string[] DnnParts =
        ["", "_graph", "_ops", "_cnn", "_adv", "_heuristic", "_engines_precompiled", "_engines_runtime_compiled"];

    public static string Title(CudaLibrary library) => library switch
    {
        CudaLibrary.Driver => "the CUDA driver",
        CudaLibrary.BlasLt => "cuBLASLt",
        CudaLibrary.Blas => "cuBLAS",
        CudaLibrary.Nvrtc => "NVRTC",
        _ => "cuDNN",
    };

    public static string File(CudaLibrary library, int cuda, bool windows) => (library, windows) switch
    {
        (CudaLibrary.Driver, false) => "libcuda.so.1",
        (CudaLibrary.Driver, true) => "nvcuda.dll",
        (CudaLibrary.BlasLt, false) => $"libcublasLt.so.{cuda}",
        (CudaLibrary.BlasLt, true) => $"cublasLt64_{cuda}.dll",
        (CudaLibrary.Blas, false) => $"libcublas.so.{cuda}",
        (CudaLibrary.Blas, true) => $"cublas64_{cuda}.dll",
        (CudaLibrary.Nvrtc, false) => $"libnvrtc.so.{cuda}",
        (CudaLibrary.Nvrtc, true) => $"nvrtc64_{cuda}0_0.dll",
        _ => DnnFiles(windows)[0],
    };

    /// <summary>The eight files that every cuDNN 9 has, and the one that is loaded first. Later ones have more.</summary>
    public static string[] DnnFiles(bool windows) => [.. DnnParts.Select(part => windows ? $"cudnn{part}64_9.dll" : $"libcudnn{part}.so.9")];

    /// <summary>The files beside it that a library loads when it needs them; null where there are none.</summary>
    public static string? Parts(CudaLibrary library, bool windows) => (library, windows) switch
    {
        (CudaLibrary.Dnn, false) => "libcudnn_*.so.9",
        (CudaLibrary.Dnn, true) => "cudnn_*64_9.dll",
        (CudaLibrary.Nvrtc, false) => "libnvrtc-builtins.so.*",
        (CudaLibrary.Nvrtc, true) => "nvrtc-builtins64_*.dll",
        _ => null,
    };

    /// <summary>How to get it.</summary>
    public static string Fix(CudaLibrary library, int cuda, bool windows) => library switch
    {
        CudaLibrary.Driver when windows => "install NVIDIA's driver for the card",
        CudaLibrary.Driver => "install NVIDIA's driver (Debian: apt install nvidia-driver; Ubuntu: ubuntu-drivers install; in a container: start it with --gpus all)",
        CudaLibrary.Dnn => $"install cuDNN 9 for CUDA {cuda}: pip install nvidia-cudnn-cu{cuda}{(windows ? "" : $", or from NVIDIA's repository apt install cudnn9-cuda-{cuda}")}",
        CudaLibrary.Nvrtc => $"install NVRTC: pip install {PipPackage("nvidia-cuda-nvrtc", cuda)}{Toolkit(cuda, windows)}",
        _ => $"install cuBLAS: pip install {PipPackage("nvidia-cublas", cuda)}{Toolkit(cuda, windows)}",
    };

    /// <summary>From CUDA 13 on the packages' names have no version in them.</summary>
    private static string PipPackage(string name, int cuda) => cuda < 13 ? $"{name}-cu{cuda}" : $"\"{name}=={cuda}.*\"";

    private static string Toolkit(int cuda, bool windows) => windows ? $", or the CUDA {cuda} toolkit" : $", or from NVIDIA's repository apt install cuda-libraries-{(cuda < 13 ? "12-6" : $"{cuda}-0")}";
}
