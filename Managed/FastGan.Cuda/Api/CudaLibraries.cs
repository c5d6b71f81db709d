namespace FastGan.Cuda.Api;

/// <summary>
/// NVIDIA's libraries, each loaded when it is first asked for. They stay loaded as long as the process lives: CUDA keeps threads and
/// handlers of its own that unloading would pull the code from under.
/// </summary>
/// <exception cref="CudaException">From any property: the library is not there, or not of a version that can be used.</exception>
internal sealed class CudaLibraries(LibrarySearch search)
{
    /// <summary>What the virtual GPU's device is called.</summary>
    public const string VirtualDevice = "FastGan virtual GPU";

    /// <summary>Those that are of one version of CUDA.</summary>
    private static readonly CudaLibrary[] Toolkit = [CudaLibrary.BlasLt, CudaLibrary.Blas, CudaLibrary.Nvrtc];

    private readonly Dictionary<CudaLibrary, LoadedLibrary> _loaded = [];
    private int? _cuda;

    /// <summary>Loads all libraries and starts the driver.</summary>
    /// <param name="folder">The one folder to take them from; null for what FASTGAN_CUDA_PATH says, and without it the usual places.</param>
    /// <exception cref="CudaException">One of them can't be used, or there is no device.</exception>
    public static CudaLibraries Open(string? folder = null)
    {
        CudaLibraries libraries = new(LibrarySearch.Here(folder));
        libraries.Start();
        _ = (libraries.Blas, libraries.Nvrtc, libraries.Dnn);
        return libraries;
    }

    public LibrarySearch Search { get; } = search;

    public Driver Driver => field ??= new Driver(Loaded(CudaLibrary.Driver));

    public Blas Blas
    {
        get
        {
            // cuBLAS wants cuBLASLt; loaded before it, it is found wherever it lies.
            Loaded(CudaLibrary.BlasLt);
            return field ??= new Blas(Loaded(CudaLibrary.Blas));
        }
    }

    public Nvrtc Nvrtc => field ??= new Nvrtc(Loaded(CudaLibrary.Nvrtc));

    public Dnn Dnn
    {
        get
        {
            // Its parts, which it loads when it needs them, want cuBLASLt too.
            LoadedLibrary library = Loaded(CudaLibrary.Dnn);
            Loaded(CudaLibrary.BlasLt);
            return field ??= new Dnn(library);
        }
    }

    /// <summary>Whether this is the virtual GPU, whose speed means nothing.</summary>
    public bool IsVirtual { get; private set; }

    /// <summary>The major version of CUDA that the libraries are of: the newest that the driver knows and that is installed.</summary>
    public int Cuda => _cuda ??= Choose();

    public string PathOf(CudaLibrary library) => Loaded(library).Path;

    /// <summary>Starts the driver and looks whether there is a device, and whether it is virtual.</summary>
    /// <exception cref="CudaException">There is none, or it is virtual and was not named.</exception>
    public void Start()
    {
        Driver.Init();
        if (Driver.DeviceGetCount() == 0)
            throw new CudaException(CudaLibrary.Driver, "cuDeviceGetCount", 100, "CUDA_ERROR_NO_DEVICE");
        IsVirtual = Driver.DeviceGetName(Driver.DeviceGet(0)) == VirtualDevice;
        if (IsVirtual && Search.Only is null)
        {
            throw CudaException.NotUsable(
                CudaLibrary.Driver, $"{PathOf(CudaLibrary.Driver)} is the virtual GPU, which is used only when {LibrarySearch.PathVariable} names its folder",
                "take that folder out of the loader's path");
        }
    }

    private LoadedLibrary Loaded(CudaLibrary library)
    {
        int cuda = library == CudaLibrary.Driver ? LibraryNames.NewestCuda : Cuda;
        if (_loaded.TryGetValue(library, out LoadedLibrary? loaded))
            return loaded;
        List<string> tried = [];
        loaded = Search.TryLoad(library, cuda, tried);
        if (loaded is null)
        {
            // The other version's paths are told too, though it was not chosen.
            foreach (int other in Toolkit.Contains(library) ? Majors().Where(other => other != cuda) : [])
                Search.TryLoad(library, other, tried)?.Dispose();
            string only = Search.Only is null ? "" : $" in {Search.Only}, the only folder that is looked in";
            throw CudaException.NotUsable(
                library, $"{LibraryNames.Title(library)} was not found{only}", LibraryNames.Fix(library, cuda, Search.IsWindows), tried);
        }

        _loaded.Add(library, loaded);
        return loaded;
    }

    /// <summary>
    /// The newest of which cuBLAS, cuBLASLt and NVRTC are all there, which are loaded then; or else the one with the most of them. Libraries of
    /// two majors don't work together.
    /// </summary>
    private int Choose()
    {
        (int Cuda, int Count) best = default;
        foreach (int cuda in Majors())
        {
            LoadedLibrary[] found = [.. Toolkit.Select(library => Search.TryLoad(library, cuda, [])).OfType<LoadedLibrary>()];
            if (found.Length == Toolkit.Length)
            {
                foreach (LoadedLibrary loaded in found)
                    _loaded.Add(loaded.Kind, loaded);
                return cuda;
            }

            foreach (LoadedLibrary loaded in found)
                loaded.Dispose();
            if (best.Cuda == 0 || found.Length > best.Count)
                best = (cuda, found.Length);
        }

        return best.Cuda;
    }

    /// <summary>Those that the driver can run, the newest first.</summary>
    private IEnumerable<int> Majors()
    {
        int newest = LibraryNames.NewestCuda;
        try
        {
            newest = Math.Clamp(Driver.DriverGetVersion() / 1000, LibraryNames.OldestCuda, newest);
        }
        catch (CudaException)
        {
            // Without a driver nothing runs, but doctor still says what else is there.
        }

        for (int cuda = newest; cuda >= LibraryNames.OldestCuda; cuda--)
            yield return cuda;
    }
}
