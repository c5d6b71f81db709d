namespace FastGan.Cuda.Api;

/// <summary>What to do about the statuses that people meet.</summary>
internal static class Hints
{
    public const string Mistake = "a mistake in fastgan: please report this line, and what the same command prints with --trace";

    private const string
        Memory = "the device's memory is full: use a smaller --batch, or end what else uses the device",
        Version = "the driver is older than the libraries: update the driver, or install libraries of an older CUDA";

    public static string? Of(CudaLibrary library, int status) => library switch
    {
        CudaLibrary.Driver => OfDriver(status),
        CudaLibrary.Blas or CudaLibrary.BlasLt => OfBlas(status),
        CudaLibrary.Nvrtc => OfNvrtc(status),
        _ => OfDnn(status),
    };

    private static string? OfDriver(int status) => status switch
    {
        1 or 400 or 401 or 500 or 700 or 701 or 716 or 717 or 718 or 719 or (>= 900 and <= 910) => Mistake,
        2 => Memory,
        34 => "libcuda is the stub for building without a GPU: take its folder out of the loader's path",
        35 or 222 => Version,
        46 => "another program holds the device for itself: see nvidia-smi",
        100 => "no NVIDIA GPU is visible: see nvidia-smi, and CUDA_VISIBLE_DEVICES",
        101 => "there is no device of that number: nvidia-smi -L lists them",
        200 or 209 or 218 => "the kernels' code does not fit the device: delete fastgan's kernel cache and try again",
        214 => "the device's memory is failing: see nvidia-smi -q -d ECC",
        702 => "the device stopped a kernel that ran too long: a display's time limit",
        802 => "the system's devices are not ready: start nvidia-fabricmanager",
        803 => "libcuda and the kernel's driver are of different versions: restart the machine, or install the driver again",
        804 => "this device can't run a CUDA newer than its driver: remove the cuda-compat package, or update the driver",
        999 => "the driver is in a bad state: see nvidia-smi and the kernel's log; a restart often helps",
        _ => null,
    };

    private static string? OfBlas(int status) => status switch
    {
        1 or 3 => Memory,
        8 => "this cuBLAS has no code for the device: install another version",
        7 or 11 or 13 or 14 or 15 => Mistake,
        _ => null,
    };

    private static string? OfNvrtc(int status) => status switch
    {
        1 => "this machine's memory is full",
        5 => "this NVRTC does not know the device: install a newer one",
        7 => "NVRTC's built-ins library is not beside it: install NVRTC again, both files from one package",
        2 or 3 or 4 or 6 => Mistake,
        _ => null,
    };

    private static string? OfDnn(int status) => status switch
    {
        1001 => Memory,
        1002 => "cuDNN's files are of different versions: install it again, all eight files from one package",
        1008 => "one of cuDNN's eight files can't be loaded: install it again, all from one package",
        3007 => "this cuDNN has no code for the device: install another version",
        >= 2000 and < 6000 => Mistake,
        _ => null,
    };
}
