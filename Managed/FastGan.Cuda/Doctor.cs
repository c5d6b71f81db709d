using FastGan.Cuda.Api;
using FastGan.Programs;

namespace FastGan.Cuda;

/// <summary>How far <see cref="Doctor.Examine"/> goes.</summary>
public enum Examination
{
    /// <summary>Loads the libraries and asks for their versions and devices.</summary>
    Libraries,

    /// <summary>Also makes a context on the device, which takes a second and some memory of it.</summary>
    Context,
}

/// <summary>Looks for what training on an NVIDIA GPU needs: what is there, what is missing or mismatched, and what to do about each.</summary>
public sealed class Doctor
{
    /// <summary>The oldest CUDA of whose libraries fastgan uses any version, and the first driver that knows it.</summary>
    private const int OldestDriver = 12000;

    private readonly CudaLibraries _libraries;
    private readonly List<Finding> _findings = [];
    private string? _device;
    private int _computeCapability;

    private Doctor(CudaLibraries libraries)
    {
        _libraries = libraries;
    }

    /// <param name="ordinal">The GPU that is to be used, from 0.</param>
    /// <param name="folder">The one folder to take the libraries from; null for what FASTGAN_CUDA_PATH says, and without it the usual places.</param>
    public static Findings Examine(int ordinal, Examination examination, string? folder = null)
    {
        Doctor doctor = new(new CudaLibraries(LibrarySearch.Here(folder)));
        bool hasDevice = doctor.Driver() && doctor.Devices(ordinal);
        doctor.Blas();
        doctor.Nvrtc();
        doctor.Dnn();
        if (hasDevice && examination == Examination.Context && !doctor._findings.Any(f => f.IsProblem))
            doctor.Context(ordinal);
        return new Findings(doctor._findings, doctor._libraries.IsVirtual, doctor._device, doctor._computeCapability);
    }

    /// <summary>Precisions that a GPU of this compute capability (80 is 8.0) has tensor cores or conversions for.</summary>
    public static IReadOnlyList<Precision> Precisions(int computeCapability) =>
        computeCapability >= 80 ? [Precision.Fp32, Precision.Tf32, Precision.Fp16, Precision.Bf16] : [Precision.Fp32, Precision.Fp16];

    private bool Driver() => Look("driver", () =>
    {
        int version = _libraries.Driver.DriverGetVersion();
        if (version < OldestDriver)
        {
            Problem(
                "driver", $"{_libraries.PathOf(CudaLibrary.Driver)} knows CUDA up to {Cuda(version)} only, and fastgan needs {Cuda(OldestDriver)}",
                _libraries.Search.IsWindows ? "update NVIDIA's driver to 528 or newer" : "update NVIDIA's driver to 525 or newer");
        }
        else
        {
            Found("driver", $"CUDA {Cuda(version)}, {_libraries.PathOf(CudaLibrary.Driver)}");
        }
    });

    private bool Devices(int ordinal) => Look("device", () =>
    {
        Driver driver = _libraries.Driver;
        _libraries.Start();
        int count = driver.DeviceGetCount();
        for (int i = 0; i < count; i++)
        {
            int device = driver.DeviceGet(i);
            string name = driver.DeviceGetName(device);
            int capability = 10 * driver.DeviceGetAttribute(DeviceAttribute.ComputeCapabilityMajor, device)
                + driver.DeviceGetAttribute(DeviceAttribute.ComputeCapabilityMinor, device);
            if (i == ordinal)
                (_device, _computeCapability) = (name, capability);
            Found(
                $"device {i}",
                $"{name}{(_libraries.IsVirtual ? " (virtual: computed on the processor, for tests)" : "")}, compute capability {Capability(capability)}, "
                + $"{driver.DeviceGetAttribute(DeviceAttribute.MultiprocessorCount, device)} multiprocessors, {Gib(driver.DeviceTotalMem(device))}");
        }

        if (ordinal >= count)
            Problem("device", $"there is no GPU {ordinal}: there {(count == 1 ? "is 1" : $"are {count}")}, counted from 0", "see nvidia-smi -L, and CUDA_VISIBLE_DEVICES");
    });

    private void Blas() => Look("cuBLAS", () =>
    {
        _ = _libraries.Blas;
        Found("cuBLASLt", _libraries.PathOf(CudaLibrary.BlasLt));
        Found("cuBLAS", $"for CUDA {_libraries.Cuda}, {_libraries.PathOf(CudaLibrary.Blas)}");
    });

    private void Nvrtc() => Look("NVRTC", () =>
    {
        (int major, int minor) = _libraries.Nvrtc.Version();
        int[] architectures = _libraries.Nvrtc.GetSupportedArchs();
        if (_computeCapability != 0 && !architectures.Contains(_computeCapability))
        {
            Problem(
                "NVRTC", $"{_libraries.PathOf(CudaLibrary.Nvrtc)}, {major}.{minor}, does not compile for {_device}, of compute capability {Capability(_computeCapability)}",
                _computeCapability > architectures.Max() ? "install a newer NVRTC" : "use an older CUDA, or another card");
        }
        else
        {
            Found("NVRTC", $"{major}.{minor}, {_libraries.PathOf(CudaLibrary.Nvrtc)}");
        }
    });

    private void Dnn() => Look("cuDNN", () =>
    {
        (int version, int cuda) = ((int)_libraries.Dnn.GetVersion(), (int)_libraries.Dnn.GetCudartVersion());
        string path = _libraries.PathOf(CudaLibrary.Dnn);
        _libraries.Dnn.VersionCheck();
        if (cuda / 1000 != _libraries.Cuda)
        {
            Problem(
                "cuDNN", $"{path} is built for CUDA {cuda / 1000}, and cuBLAS and NVRTC are of CUDA {_libraries.Cuda}",
                LibraryNames.Fix(CudaLibrary.Dnn, _libraries.Cuda, _libraries.Search.IsWindows));
        }
        else
        {
            Found("cuDNN", $"{Library(version)} for CUDA {Cuda(cuda)}, {path}");
        }
    });

    private void Context(int ordinal) => Look("context", () =>
    {
        (Driver driver, Blas blas) = (_libraries.Driver, _libraries.Blas);
        int device = driver.DeviceGet(ordinal);
        nint context = driver.DevicePrimaryCtxRetain(device);
        try
        {
            driver.CtxSetCurrent(context);
            (nuint free, nuint total) = driver.MemGetInfo();
            nint handle = blas.Create();
            int version = blas.GetVersion(handle);
            blas.Destroy(handle);
            Found("context", $"{Gib(free)} of {Gib(total)} free; cuBLAS is {Library(version)}");
        }
        finally
        {
            driver.CtxSetCurrent(0);
            driver.DevicePrimaryCtxRelease(device);
        }
    });

    /// <summary>False where nothing that builds on it can be looked at.</summary>
    private bool Look(string name, Action look)
    {
        int before = _findings.Count;
        try
        {
            look();
        }
        catch (CudaException e)
        {
            _findings.Add(Finding.Of(name, e));
        }

        return !_findings.Skip(before).Any(f => f.IsProblem);
    }

    private void Found(string name, string text) => _findings.Add(new Finding(name, text));

    private void Problem(string name, string text, string fix) => _findings.Add(new Finding(name, text) { IsProblem = true, Fix = fix });

    private static string Cuda(int version) => $"{version / 1000}.{version % 1000 / 10}";

    private static string Capability(int number) => $"{number / 10}.{number % 10}";

    private static string Library(int version) => $"{version / 10000}.{version / 100 % 100}.{version % 100}";

    private static string Gib(nuint bytes) => $"{bytes / (double)(1 << 30):0.0} GiB";
}
