using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The virtual GPU's cuBLAS: its numbers against a loop in double precision, and each documented rule against a call that breaks it.</summary>
[TestClass]
public sealed unsafe partial class CublasStandInTests : IDisposable
{
    private const int NotInitialized = 1, AllocFailed = 3, InvalidValue = 7, ExecutionFailed = 13, NotSupported = 15;
    private const int WorkspaceBytes = 1 << 16;

    // Null where there is no virtual GPU.
    private PlantedDevice _gpu = null!;
    private Blas _blas = null!;
    private nint _handle;
    private ulong _workspace;

    [TestInitialize]
    public void Initialize()
    {
        _gpu = new PlantedDevice();
        _blas = new CudaLibraries(LibrarySearch.Here(VirtualGpu.Path)).Blas;
        _handle = _blas.Create();
        _workspace = _gpu.Allocate(WorkspaceBytes / sizeof(float));
        _blas.SetStream(_handle, _gpu.Stream);
        _blas.SetWorkspace(_handle, _workspace, WorkspaceBytes);
    }

    public void Dispose()
    {
        if (_gpu is null)
            return;
        if (_handle != 0)
            _blas.Destroy(_handle);
        _gpu.Dispose();
    }

    /// <summary>A product that is in order; tests break one thing of it.</summary>
    private sealed record Product
    {
        public CublasOperation OpA { get; init; }
        public CublasOperation OpB { get; init; }
        public int M { get; init; } = 5;
        public int N { get; init; } = 3;
        public int K { get; init; } = 4;
        public CudaDataType TypeA { get; init; }
        public CudaDataType TypeB { get; init; }
        public CudaDataType TypeC { get; init; }
        public int Lda { get; init; }
        public int Ldb { get; init; }
        public int Ldc { get; init; }
        public ulong A { get; init; }
        public ulong B { get; init; }
        public ulong C { get; init; }
        public float Alpha { get; init; } = 1;
        public float Beta { get; init; }
        public bool HasAlpha { get; init; } = true;
        public CublasComputeType Compute { get; init; } = CublasComputeType.Float;
        public CublasGemmAlgorithm Algorithm { get; init; } = CublasGemmAlgorithm.Default;

        public int RowsA => OpA == CublasOperation.None ? M : K;
        public int RowsB => OpB == CublasOperation.None ? K : N;
        public int ColumnsA => M + K - RowsA;
        public int ColumnsB => K + N - RowsB;
    }

    /// <summary>Packed float matrices on the device.</summary>
    private Product Sound() => new()
    {
        Lda = 5, Ldb = 4, Ldc = 5, A = _gpu.Upload(CudaDataType.Float, new double[20]), B = _gpu.Upload(CudaDataType.Float, new double[12]),
        C = _gpu.Upload(CudaDataType.Float, new double[15]),
    };

    private void Run(Product p)
    {
        float alpha = p.Alpha, beta = p.Beta;
        _blas.GemmEx(_handle, p.OpA, p.OpB, p.M, p.N, p.K, p.HasAlpha ? &alpha : null, p.A, p.TypeA, p.Lda, p.B, p.TypeB, p.Ldb, &beta, p.C, p.TypeC, p.Ldc,
            p.Compute, p.Algorithm);
        // Frozen by now.
        (alpha, beta) = (float.NaN, float.NaN);
    }

    private void Refuses(int status, Product p, string says) => PlantedDevice.Refuses(status, () => Run(p), says);

    [TestMethod]
    public void ArgumentsThatCublasRefusesAreRefused()
    {
        Product p = Sound();
        Refuses(InvalidValue, p with { M = -1 }, "negative size");
        Refuses(InvalidValue, p with { OpA = (CublasOperation)5 }, "operation");
        Refuses(InvalidValue, p with { Lda = 4 }, "A's leading dimension");
        Refuses(InvalidValue, p with { Ldb = 3 }, "B's leading dimension");
        Refuses(InvalidValue, p with { Ldc = 4 }, "C's leading dimension");
        Refuses(InvalidValue, p with { OpA = CublasOperation.Transpose, Lda = 3 }, "A's leading dimension");
        Refuses(InvalidValue, p with { HasAlpha = false }, "alpha is null");
        Refuses(InvalidValue, p with { A = 0 }, "A is null");
        Refuses(InvalidValue, p with { C = 0 }, "C is null");
        Refuses(InvalidValue, p with { A = p.A + 2 }, "isn't aligned");
        Refuses(InvalidValue, p with { B = p.B + 4 }, "B isn't in one live allocation");
        Refuses(InvalidValue, p with { N = 4 }, "isn't in one live allocation");
        Refuses(InvalidValue, p with { A = (ulong)_gpu.Pin(80) }, "A isn't in one live allocation of device memory");
        Refuses(InvalidValue, p with { C = p.A }, "overlap");
        Refuses(NotSupported, p with { Algorithm = 0 }, "CUBLAS_GEMM_DEFAULT");
        Run(p);
        Run(p with { M = 0, A = 0, C = 0 });
    }

    [TestMethod]
    public void OnlyTheDocumentedTypesGoTogether()
    {
        Product p = Sound();
        Refuses(NotSupported, p with { Compute = CublasComputeType.Half }, "compute type 64");
        Refuses(NotSupported, p with { TypeA = CudaDataType.Half }, "A is half, B is float");
        Refuses(NotSupported, p with { TypeC = CudaDataType.Half }, "C is half");
        Refuses(NotSupported, p with { TypeA = CudaDataType.Double, TypeB = CudaDataType.Double, TypeC = CudaDataType.Double }, "of type 1");
        Product halves = p with { TypeA = CudaDataType.Half, TypeB = CudaDataType.Half, TypeC = CudaDataType.Half };
        Refuses(NotSupported, halves with { TypeC = CudaDataType.BFloat16 }, "A is half, C is bfloat16");
        Refuses(NotSupported, halves with { Compute = CublasComputeType.FloatFastTf32 }, "float matrices alone");
        Run(halves);
    }

    [TestMethod]
    public void ACaptureNeedsAWorkspaceOfTheCallersWhichSettingTheStreamTakesAway()
    {
        Product p = Sound();
        _blas.SetStream(_handle, _gpu.Stream);
        Run(p);
        _gpu.Driver.StreamBeginCapture(_gpu.Stream, CaptureMode.Global);
        Refuses(NotSupported, p, "captured without a workspace");
        _blas.SetWorkspace(_handle, _workspace, WorkspaceBytes);
        Run(p);
        _gpu.Driver.GraphDestroy(_gpu.Driver.StreamEndCapture(_gpu.Stream));
    }

    [TestMethod]
    public void AGraphRepeatsTheCallWithTheNumbersOfItsTime()
    {
        Product p = new()
        {
            M = 1, N = 1, K = 1, Lda = 1, Ldb = 1, Ldc = 1, Alpha = 3, Beta = 1, A = _gpu.Upload(CudaDataType.Float, [1]),
            B = _gpu.Upload(CudaDataType.Float, [1]), C = _gpu.Upload(CudaDataType.Float, [0]),
        };
        _gpu.Driver.StreamBeginCapture(_gpu.Stream, CaptureMode.Global);
        Run(p);
        nint graph = _gpu.Driver.StreamEndCapture(_gpu.Stream), exec = _gpu.Driver.GraphInstantiateWithFlags(graph, 0);
        _blas.SetMathMode(_handle, CublasMath.Pedantic);
        for (int i = 0; i < 2; i++)
            _gpu.Driver.GraphLaunch(exec, _gpu.Stream);
        Assert.AreEqual(6, _gpu.Download(CudaDataType.Float, p.C, 1)[0]);
        _gpu.Driver.GraphExecDestroy(exec);
        _gpu.Driver.GraphDestroy(graph);
    }

    [TestMethod]
    public void TheWorkspaceMustBeAlignedDeviceMemoryAndIsOverwritten()
    {
        Refuse(_workspace + 128, 256, "256 bytes");
        Refuse(0, 0, "no bytes");
        Refuse(_workspace, WorkspaceBytes + 256, "live allocation");
        Refuse((ulong)_gpu.Pin(1024) & ~255ul, 256, "live allocation");
        Refuses(InvalidValue, Sound() with { C = _workspace + 4096 }, "C lies in the workspace");

        ulong kept = _gpu.Upload(CudaDataType.Float, new double[64]);
        _blas.SetWorkspace(_handle, kept, 256);
        Run(Sound());
        Assert.AreEqual(double.NaN, _gpu.Download(CudaDataType.Float, kept, 1)[0]);

        void Refuse(ulong address, nuint bytes, string says) =>
            PlantedDevice.Refuses(InvalidValue, () => _blas.SetWorkspace(_handle, address, bytes), says);
    }

    [TestMethod]
    public void MemoryFreedBeforeTheWorkRunsIsAFault()
    {
        Product p = Sound();
        Run(p);
        // cuMemFree waits for the work, so only a graph can outlive its memory.
        _gpu.Driver.StreamBeginCapture(_gpu.Stream, CaptureMode.Global);
        Run(p);
        nint graph = _gpu.Driver.StreamEndCapture(_gpu.Stream), exec = _gpu.Driver.GraphInstantiateWithFlags(graph, 0);
        _gpu.FreeMemory(p.A);
        _gpu.Driver.GraphLaunch(exec, _gpu.Stream);
        PlantedDevice.Refuses(700, () => _gpu.Driver.StreamSynchronize(_gpu.Stream), "cublasGemmEx m5 n3 k4");
        // The context has ended: destroying fails, and is done.
        PlantedDevice.Refuses(700, () => _gpu.Driver.GraphExecDestroy(exec));
        PlantedDevice.Refuses(700, () => _gpu.Driver.GraphDestroy(graph));
    }

    [TestMethod]
    public void AHandleIsCreatedOutsideOfCapturesAndDestroyedOnce()
    {
        nint other = _blas.Create();
        Assert.AreEqual(120604, _blas.GetVersion(other));
        _blas.Destroy(other);
        PlantedDevice.Refuses(NotInitialized, () => _blas.Destroy(other), "destroyed");
        PlantedDevice.Refuses(NotInitialized, () => _blas.SetStream(other, _gpu.Stream), "destroyed");
        PlantedDevice.Refuses(NotInitialized, () => _blas.SetStream(0, _gpu.Stream), "not a handle");
        PlantedDevice.Refuses(InvalidValue, () => _blas.SetStream(_handle, 12345), "not a stream");
        PlantedDevice.Refuses(InvalidValue, () => _blas.SetMathMode(_handle, (CublasMath)7), "math mode");

        _gpu.Driver.StreamBeginCapture(_gpu.Stream, CaptureMode.Global);
        PlantedDevice.Refuses(AllocFailed, () => _blas.Create(), "capture");
        PlantedDevice.Refuses(901, () => _gpu.Driver.StreamEndCapture(_gpu.Stream));
    }

    [TestMethod]
    public void AThreadWithoutAContextIsRefused()
    {
        _gpu.Driver.CtxSetCurrent(0);
        PlantedDevice.Refuses(NotInitialized, () => _blas.Create(), "no current context");
        _gpu.Driver.CtxSetCurrent(_gpu.Context);
    }

    [TestMethod]
    public void NumbersOnTheDeviceAreRefused()
    {
        Product p = Sound();
        ulong alpha = _gpu.Upload(CudaDataType.Float, [1]);
        PlantedDevice.Refuses(InvalidValue, () => _blas.GemmEx(_handle, p.OpA, p.OpB, p.M, p.N, p.K, (void*)alpha, p.A, p.TypeA, p.Lda, p.B, p.TypeB, p.Ldb,
            (void*)alpha, p.C, p.TypeC, p.Ldc, p.Compute, p.Algorithm), "alpha lies in device memory");
    }

    [TestMethod]
    public void AnInjectedFailureIsAnsweredAndDestroysAllTheSame()
    {
        Product p = Sound();
        VirtualGpu.FailCall(VirtualGpu.Calls + 1);
        Refuses(ExecutionFailed, p, "as a test asked");
        Assert.AreEqual("cublasGemmEx", VirtualGpu.FailedCall);
        Assert.AreEqual("the GPU program failed to execute", _blas.GetStatusString(ExecutionFailed));
        VirtualGpu.FailCall(VirtualGpu.Calls + 1);
        PlantedDevice.Refuses(ExecutionFailed, () => _blas.Destroy(_handle));
        _handle = 0;
    }
}
