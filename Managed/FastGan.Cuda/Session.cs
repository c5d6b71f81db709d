using FastGan.Cuda.Api;
using FastGan.Programs;

namespace FastGan.Cuda;

/// <summary>
/// What all operations on one GPU share: context, stream, library handles, compiled kernels, and memory that is nobody's for long. Everything is given
/// back by <see cref="Dispose"/> and by nothing else.
/// </summary>
internal sealed class Session : IDisposable
{
    /// <summary>Blocks that may take part in one two-stage sum.</summary>
    public const int Counters = 1 << 14;

    private readonly GiveBack _giveBack = new();
    private ulong _scratch;
    private nuint _scratchBytes;

    public Session(CudaOptions options)
    {
        Libraries = CudaLibraries.Open(options.Libraries);
        Options = options;
        try
        {
            int count = Driver.DeviceGetCount();
            if (options.Ordinal >= count)
                throw new FastGanException($"there is no GPU {options.Ordinal}: this machine has {count}, counted from 0");
            Device = Driver.DeviceGet(options.Ordinal);
            Context = options.Context != 0 ? options.Context : _giveBack.Keep(Driver.DevicePrimaryCtxRetain(Device), _ => Driver.DevicePrimaryCtxRelease(Device));
            Enter();
            Name = Driver.DeviceGetName(Device);
            Architecture = 10 * Driver.DeviceGetAttribute(DeviceAttribute.ComputeCapabilityMajor, Device)
                + Driver.DeviceGetAttribute(DeviceAttribute.ComputeCapabilityMinor, Device);
            Stream = options.Stream != 0 ? options.Stream : _giveBack.Keep(Driver.StreamCreateWithPriority(StreamKind.NonBlocking, 0), Driver.StreamDestroy);
            ZeroedCounters = _giveBack.Keep(Driver.MemAlloc(Counters * sizeof(uint)), Driver.MemFree);
            Driver.MemsetD8Async(ZeroedCounters, 0, Counters * sizeof(uint), Stream);
            CacheFolder cache = new(options.Cache);
            Kernels = _giveBack.Keep(new Kernels(Libraries, cache, options.Precision, Architecture), kernels => kernels.Dispose());
            BlasHandle = _giveBack.Keep(Blas.Create(), Blas.Destroy);
            Blas.SetStream(BlasHandle, Stream);

            // As NVIDIA advises, and after SetStream, which takes the workspace away.
            nuint workspace = (nuint)(Architecture >= 90 ? 32 : 4) << 20;
            Blas.SetWorkspace(BlasHandle, _giveBack.Keep(Driver.MemAlloc(workspace), Driver.MemFree), workspace);
            Blas.SetMathMode(BlasHandle, CublasMath.DisallowReducedPrecisionReduction);
            DnnHandle = _giveBack.Keep(Dnn.Create(), Dnn.Destroy);
            Dnn.SetStream(DnnHandle, Stream);
            Algorithms = new AlgorithmCache(MeasuresAlgorithms ? AlgorithmCache.FileOf(cache, Name, Dnn.GetVersion(), options.Precision) : null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CudaOptions Options { get; }

    public CudaLibraries Libraries { get; }

    public Driver Driver => Libraries.Driver;

    public Blas Blas => Libraries.Blas;

    public Dnn Dnn => Libraries.Dnn;

    public int Device { get; }

    public nint Context { get; }

    public nint Stream { get; }

    public nint BlasHandle { get; }

    public nint DnnHandle { get; }

    public string Name { get; } = "";

    /// <summary>Compute capability: 80 is 8.0.</summary>
    public int Architecture { get; }

    /// <summary>Set before any operation runs.</summary>
    public Kernels Kernels { get; } = null!;

    /// <summary>See <see cref="CudaOptions.MeasureAlgorithms"/>.</summary>
    public bool MeasuresAlgorithms => Options.MeasureAlgorithms ?? !Libraries.IsVirtual;

    public AlgorithmCache Algorithms { get; } = null!;

    /// <summary><see cref="Counters"/> words that are zero between launches.</summary>
    public ulong ZeroedCounters { get; }

    /// <summary>Whether half the bytes are enough for <see cref="Tensors.Element.Real"/>.</summary>
    public bool IsHalf => Options.Precision is Precision.Fp16 or Precision.Bf16;

    /// <summary>Told the name of each kernel and library call as it is queued; null, but for traces.</summary>
    public Action<string>? Called { get; set; }

    /// <summary>Called when <see cref="Scratch"/> moves: graphs that were captured before hold its old address.</summary>
    public Action ScratchMoved { get; set; } = () => { };

    /// <summary>Makes the context the calling thread's.</summary>
    public void Enter() => Driver.CtxSetCurrent(Context);

    /// <summary>Device memory that holds nothing from one operation to the next. Grows, but never during a capture: a run before it has seen the sizes.</summary>
    public ulong Scratch(nuint bytes)
    {
        if (bytes > _scratchBytes)
        {
            Driver.StreamSynchronize(Stream);
            if (_scratch != 0)
            {
                ulong old = _scratch;
                (_scratch, _scratchBytes) = (0, 0);
                Driver.MemFree(old);
            }

            _scratch = Driver.MemAlloc(bytes);
            _scratchBytes = bytes;
            ScratchMoved();
        }

        return _scratch;
    }

    public void Dispose()
    {
        if (Context != 0)
            Quietly.Do(Enter);
        if (Stream != 0)
            Quietly.Do(() => Driver.StreamSynchronize(Stream));
        if (_scratch != 0)
            Quietly.Do(() => Driver.MemFree(_scratch));
        _scratch = 0;
        _giveBack.Dispose();
    }
}
