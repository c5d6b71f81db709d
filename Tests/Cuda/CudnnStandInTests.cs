using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The virtual GPU's cuDNN: handles, descriptors, convolutions. Each documented rule is held against a call that breaks it.</summary>
[TestClass]
public sealed unsafe partial class CudnnStandInTests : IDisposable
{
    private const int NotInitialized = 1001, BadParam = 2000, NullPointer = 2002, Misaligned = 2003, SizeInsufficient = 2006, ShapeMismatch = 2008;
    private const int NotSupported = 3000, NotSupportedShape = 3002, NotSupportedDataType = 3003, NotSupportedLayout = 3004;
    private const int AllocationFailed = 4004, ExecutionFailed = 5000, ExecutionFailedCudart = 5003;

    // Null where there is no virtual GPU.
    private DnnDevice _device = null!;

    private PlantedDevice Gpu => _device.Gpu;
    private Dnn Dnn => _device.Dnn;
    private nint Handle => _device.Handle;

    public enum Direction
    {
        Forward,
        BackwardData,
        BackwardFilter,
    }

    [TestInitialize]
    public void Initialize() => _device = new DnnDevice();

    public void Dispose() => _device?.Dispose();

    /// <summary>A convolution in order, of x (2, 6, 6, 8) by w (16, 4, 4, 8), stride 2, padding 1; tests break one thing of it.</summary>
    private sealed record Call
    {
        public required Direction Direction { get; init; }
        public int Algorithm { get; init; } = 1;
        public nint Handle { get; init; }
        public nint XDesc { get; init; }
        public nint WDesc { get; init; }
        public nint YDesc { get; init; }
        public nint Settings { get; init; }
        public ulong X { get; init; }
        public ulong W { get; init; }
        public ulong Y { get; init; }
        public ulong Workspace { get; init; }
        public nuint Bytes { get; init; }
        public float Alpha { get; init; } = 1;
        public float Beta { get; init; }
    }

    private Call Sound(Direction direction = Direction.Forward, CudaDataType type = CudaDataType.Float, CudnnMath math = CudnnMath.Fma) => new()
    {
        Direction = direction, Handle = Handle, XDesc = _device.Tensor(type, 2, 6, 6, 8), WDesc = _device.Filter(type, 16, 4, 4, 8),
        YDesc = _device.Tensor(type, 2, 3, 3, 16), Settings = _device.Convolution(1, 2, math), X = Gpu.Upload(type, new double[2 * 6 * 6 * 8]),
        W = Gpu.Upload(type, new double[16 * 4 * 4 * 8]), Y = Gpu.Upload(type, new double[2 * 3 * 3 * 16]), Workspace = Gpu.Allocate(1 << 14), Bytes = 1 << 16,
    };

    private void Run(Call c)
    {
        float alpha = c.Alpha, beta = c.Beta;
        switch (c.Direction)
        {
            case Direction.Forward:
                Dnn.ConvolutionForward(c.Handle, &alpha, c.XDesc, c.X, c.WDesc, c.W, c.Settings, (CudnnForwardAlgorithm)c.Algorithm, c.Workspace, c.Bytes,
                    &beta, c.YDesc, c.Y);
                break;
            case Direction.BackwardData:
                Dnn.ConvolutionBackwardData(c.Handle, &alpha, c.WDesc, c.W, c.YDesc, c.Y, c.Settings, (CudnnBackwardDataAlgorithm)c.Algorithm, c.Workspace,
                    c.Bytes, &beta, c.XDesc, c.X);
                break;
            default:
                Dnn.ConvolutionBackwardFilter(c.Handle, &alpha, c.XDesc, c.X, c.YDesc, c.Y, c.Settings, (CudnnBackwardFilterAlgorithm)c.Algorithm, c.Workspace,
                    c.Bytes, &beta, c.WDesc, c.W);
                break;
        }

        // Frozen by now.
        (alpha, beta) = (float.NaN, float.NaN);
    }

    private nuint WorkspaceBytes(Call c) => c.Direction switch
    {
        Direction.Forward => Dnn.GetConvolutionForwardWorkspaceSize(c.Handle, c.XDesc, c.WDesc, c.Settings, c.YDesc, (CudnnForwardAlgorithm)c.Algorithm),
        Direction.BackwardData =>
            Dnn.GetConvolutionBackwardDataWorkspaceSize(c.Handle, c.WDesc, c.YDesc, c.Settings, c.XDesc, (CudnnBackwardDataAlgorithm)c.Algorithm),
        _ => Dnn.GetConvolutionBackwardFilterWorkspaceSize(c.Handle, c.XDesc, c.YDesc, c.Settings, c.WDesc, (CudnnBackwardFilterAlgorithm)c.Algorithm),
    };

    private void Refuses(int status, Call c, string says) => PlantedDevice.Refuses(status, () => Run(c), says);

    [TestMethod]
    public void ItIsCudnn96()
    {
        Assert.AreEqual(90600u, Dnn.GetVersion());
        Assert.AreEqual(12060u, Dnn.GetCudartVersion());
        Dnn.VersionCheck();
    }

    [TestMethod]
    public void AHandleIsCreatedOutsideOfCapturesAndDestroyedOnce()
    {
        nint other = Dnn.Create();
        Dnn.Destroy(other);
        PlantedDevice.Refuses(BadParam, () => Dnn.Destroy(other), "destroyed");
        PlantedDevice.Refuses(NotInitialized, () => Dnn.SetStream(other, Gpu.Stream), "destroyed");
        PlantedDevice.Refuses(NullPointer, () => Dnn.SetStream(0, Gpu.Stream), "handle is null");
        PlantedDevice.Refuses(BadParam, () => Dnn.SetStream(Handle, 12345), "not a stream");

        Gpu.Driver.CtxSetCurrent(0);
        PlantedDevice.Refuses(NotInitialized, () => Dnn.Create(), "no current context");
        Gpu.Driver.CtxSetCurrent(Gpu.Context);

        Gpu.Driver.StreamBeginCapture(Gpu.Stream, CaptureMode.Global);
        PlantedDevice.Refuses(AllocationFailed, () => Dnn.Create(), "capture");
        PlantedDevice.Refuses(901, () => Gpu.Driver.StreamEndCapture(Gpu.Stream));
    }

    [TestMethod]
    public void DescriptorsAreOfTheirKindAndDescribeSomething()
    {
        nint tensor = _device.NewTensor(), filter = _device.NewFilter(), convolution = _device.NewConvolution();
        Refuse(NotSupported, () => Set([1, 2, 3]), "3 dimensions");
        Refuse(BadParam, () => Set([1, 0, 3, 3]), "isn't positive");
        Refuse(NotSupported, () => Set([1 << 12, 1 << 12, 1 << 4, 1 << 4]), "2^31");
        Refuse(BadParam, () => Dnn.SetTensorNdDescriptorEx(tensor, (CudnnTensorFormat)2, CudnnDataType.Float, [1, 1, 1, 1]), "NCHW and NHWC");
        Refuse(BadParam, () => Dnn.SetTensorNdDescriptorEx(tensor, CudnnTensorFormat.Nhwc, (CudnnDataType)77, [1, 1, 1, 1]), "data type");
        Refuse(BadParam, () => Dnn.SetTensorNdDescriptorEx(filter, CudnnTensorFormat.Nhwc, CudnnDataType.Float, [1, 1, 1, 1]), "of its kind");
        Refuse(NullPointer, () => Dnn.SetTensorNdDescriptorEx(0, CudnnTensorFormat.Nhwc, CudnnDataType.Float, [1, 1, 1, 1]), "is null");
        Refuse(BadParam, () => Dnn.DestroyTensorDescriptor(filter), "not a descriptor of this kind");
        Refuse(BadParam, () => Dnn.SetFilterNdDescriptor(filter, CudnnDataType.Float, CudnnTensorFormat.Nhwc, [1, 1, -1, 1]), "isn't positive");
        Refuse(BadParam, () => SetConvolution([-1, 1], [1, 1], [1, 1]), "negative padding");
        Refuse(BadParam, () => SetConvolution([1, 1], [0, 1], [1, 1]), "a stride");
        Refuse(BadParam, () => SetConvolution([1, 1], [1, 1], [0, 1]), "a dilation");
        Refuse(BadParam, () => Dnn.SetConvolutionMathType(convolution, (CudnnMath)4), "math type");
        Refuse(BadParam, () => _device.Activation((CudnnActivationMode)7), "no such activation");
        Refuse(BadParam, () => _device.Activation(CudnnActivationMode.Relu, (CudnnNan)2), "NaN");

        Call c = Sound();
        Refuses(BadParam, c with { XDesc = tensor }, "x was never set");
        Refuses(BadParam, c with { WDesc = filter }, "w was never set");
        Refuses(BadParam, c with { Settings = convolution }, "never set");

        void Set(int[] dimensions) => Dnn.SetTensorNdDescriptorEx(tensor, CudnnTensorFormat.Nhwc, CudnnDataType.Float, dimensions);
        void SetConvolution(int[] pad, int[] stride, int[] dilation) =>
            Dnn.SetConvolutionNdDescriptor(convolution, pad, stride, dilation, CudnnConvolutionMode.CrossCorrelation, CudnnDataType.Float);
        static void Refuse(int status, Action call, string says) => PlantedDevice.Refuses(status, call, says);
    }

    [TestMethod]
    [DataRow(Direction.Forward)]
    [DataRow(Direction.BackwardData)]
    [DataRow(Direction.BackwardFilter)]
    public void DescriptorsThatDoNotFitTogetherAreRefused(Direction direction)
    {
        Call c = Sound(direction);
        Run(c);
        Refuses(NullPointer, c with { Handle = 0 }, "handle is null");
        Refuses(NullPointer, c with { XDesc = 0 }, "is null");
        Refuses(NullPointer, c with { Settings = 0 }, "is null");
        Refuses(BadParam, c with { WDesc = _device.Filter(CudaDataType.Half, 16, 4, 4, 8) }, "several types");
        Refuses(ShapeMismatch, c with { XDesc = Volume() }, "several ranks");
        Refuses(ShapeMismatch, c with { XDesc = _device.Tensor(CudaDataType.Float, 3, 6, 6, 8) }, "batch sizes");
        Refuses(ShapeMismatch, c with { WDesc = _device.Filter(CudaDataType.Float, 16, 4, 4, 4) }, "4 channels for an image of 8");
        Refuses(ShapeMismatch, c with { WDesc = _device.Filter(CudaDataType.Float, 8, 4, 4, 8) }, "8 filters for an output of 16");
        Refuses(ShapeMismatch, c with { YDesc = _device.Tensor(CudaDataType.Float, 2, 4, 3, 16) }, "height");
        Refuses(ShapeMismatch, c with { YDesc = _device.Tensor(CudaDataType.Float, 2, 3, 2, 16) }, "width");
        Refuses(ShapeMismatch, c with { WDesc = _device.Filter(CudaDataType.Float, 16, 9, 4, 8) }, "height");

        nint Volume()
        {
            nint volume = _device.NewTensor();
            Dnn.SetTensorNdDescriptorEx(volume, CudnnTensorFormat.Nhwc, CudnnDataType.Float, [2, 8, 6, 6, 1]);
            return volume;
        }
    }

    [TestMethod]
    [DataRow(Direction.Forward)]
    [DataRow(Direction.BackwardData)]
    [DataRow(Direction.BackwardFilter)]
    public void ConfigurationsThatNoAlgorithmHasAreRefused(Direction direction)
    {
        Call c = Sound(direction);
        Refuses(NotSupportedLayout, c with { XDesc = NchwTensor() }, "isn't NHWC");
        Refuses(NotSupportedLayout, c with { WDesc = NchwFilter() }, "isn't NHWC");
        Refuses(NotSupportedDataType, c with { Settings = Settings(1, CudnnConvolutionMode.CrossCorrelation, CudnnDataType.Half) }, "compute type");
        Refuses(NotSupported, c with { Settings = Settings(1, CudnnConvolutionMode.Convolution, CudnnDataType.Float) }, "CROSS_CORRELATION");
        Refuses(NotSupported, c with { Settings = Settings(2, CudnnConvolutionMode.CrossCorrelation, CudnnDataType.Float) }, "dilation");
        Refuses(NotSupported, c with { Settings = _device.Convolution(1, 2, CudnnMath.TensorOpAllowConversion) }, "convert");

        int count = direction switch { Direction.Forward => 8, Direction.BackwardData => 6, _ => 7 };
        for (int algorithm = -1; algorithm <= count; algorithm++)
        {
            Call other = c with { Algorithm = algorithm };
            if (algorithm < 0 || algorithm == count)
                Refuses(BadParam, other, "no such algorithm");
            else if (algorithm == 1 || (algorithm == 0 && direction != Direction.BackwardData))
                Run(other);
            else
                Refuses(NotSupported, other, "no NHWC algorithm");
        }

        nint NchwTensor()
        {
            nint tensor = _device.NewTensor();
            Dnn.SetTensorNdDescriptorEx(tensor, CudnnTensorFormat.Nchw, CudnnDataType.Float, [2, 8, 6, 6]);
            return tensor;
        }

        nint NchwFilter()
        {
            nint filter = _device.NewFilter();
            Dnn.SetFilterNdDescriptor(filter, CudnnDataType.Float, CudnnTensorFormat.Nchw, [16, 8, 4, 4]);
            return filter;
        }

        nint Settings(int dilation, CudnnConvolutionMode mode, CudnnDataType compute)
        {
            nint settings = _device.NewConvolution();
            Dnn.SetConvolutionNdDescriptor(settings, [1, 1], [2, 2], [dilation, dilation], mode, compute);
            return settings;
        }
    }

    [TestMethod]
    public void DoublesAreNotConvolved()
    {
        nint x = _device.NewTensor(), w = _device.NewFilter();
        Dnn.SetTensorNdDescriptorEx(x, CudnnTensorFormat.Nhwc, CudnnDataType.Double, [1, 1, 1, 1]);
        Dnn.SetFilterNdDescriptor(w, CudnnDataType.Double, CudnnTensorFormat.Nhwc, [1, 1, 1, 1]);
        Refuses(NotSupportedDataType, Sound() with { XDesc = x, WDesc = w, YDesc = x, Settings = _device.Convolution(0, 1) }, "of type 1");
    }

    [TestMethod]
    [DataRow(Direction.Forward)]
    [DataRow(Direction.BackwardData)]
    [DataRow(Direction.BackwardFilter)]
    public void PointersAreChecked(Direction direction)
    {
        Call c = Sound(direction);
        Refuses(NullPointer, c with { X = 0 }, "is null");
        Refuses(NullPointer, c with { W = 0 }, "is null");
        Refuses(NullPointer, c with { Workspace = 0 }, "workspace is null");
        Refuses(Misaligned, c with { X = c.X + 2 }, "isn't aligned to 4");
        Refuses(BadParam, c with { Y = c.Y + 4 }, "live allocation");
        Refuses(BadParam, c with { W = (ulong)Gpu.Pin(16 * 4 * 4 * 8 * 4) }, "live allocation of device memory");
        ulong shared = Gpu.Allocate(1 << 15);
        foreach (Call overlapping in new[] { c with { X = shared, Y = shared }, c with { W = shared, Y = shared }, c with { X = shared, W = shared } })
        {
            (ulong first, ulong second) = direction switch
            {
                Direction.Forward => (overlapping.X, overlapping.W),
                Direction.BackwardData => (overlapping.Y, overlapping.W),
                _ => (overlapping.X, overlapping.Y),
            };
            if (first == second)
                Run(overlapping);
            else
                Refuses(BadParam, overlapping, "overlap");
        }

        Refuses(BadParam, c with { X = shared, Workspace = shared + 16 }, "overlap");

        nuint needed = WorkspaceBytes(c);
        Refuses(SizeInsufficient, c with { Bytes = needed - 1 }, $"{needed} are needed");
        Refuses(Misaligned, c with { Workspace = c.Workspace + 8, Bytes = needed }, "isn't aligned to 16");
        Run(c with { Bytes = needed });

        Call halves = Sound(direction, CudaDataType.Half, CudnnMath.TensorOp), shifted = halves with { X = Gpu.Allocate(1000) + 8 };
        Refuses(Misaligned, shifted, "isn't aligned to 16");
        Run(shifted with { Settings = _device.Convolution(1, 2) });
    }

    [TestMethod]
    public void WorkspacesDifferByShapeAlgorithmDirectionAndMath()
    {
        HashSet<nuint> sizes = [];
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            Call c = Sound(direction);
            Add(c);
            if (direction != Direction.BackwardData)
                Add(c with { Algorithm = 0 });
            Add(c with { Settings = _device.Convolution(1, 2, CudnnMath.TensorOp) });
            Add(c with { XDesc = _device.Tensor(CudaDataType.Float, 4, 6, 6, 8), YDesc = _device.Tensor(CudaDataType.Float, 4, 3, 3, 16) });
        }

        void Add(Call c)
        {
            nuint bytes = WorkspaceBytes(c);
            Assert.AreNotEqual((nuint)0, bytes);
            Assert.IsTrue(sizes.Add(bytes), $"{bytes} bytes again");
        }
    }

    [TestMethod]
    public void TheWorkspaceIsOverwrittenAndNoMore()
    {
        Call c = Sound();
        nuint needed = WorkspaceBytes(c);
        int count = (int)needed / 4 + 1;
        ulong workspace = Gpu.Upload(CudaDataType.Float, new double[count]);
        Run(c with { Workspace = workspace, Bytes = (nuint)count * 4 });
        double[] left = Gpu.Download(CudaDataType.Float, workspace, count);
        Assert.AreEqual(double.NaN, left[0]);
        Assert.AreEqual(double.NaN, left[count - 2]);
        Assert.AreEqual(0, left[count - 1]);
    }

    [TestMethod]
    public void AnInjectedFailureIsAnsweredAndTold()
    {
        Call c = Sound();
        VirtualGpu.FailCall(VirtualGpu.Calls + 1);
        Refuses(ExecutionFailed, c, "as a test asked");
        Assert.AreEqual("cudnnConvolutionForward", VirtualGpu.FailedCall);
        Assert.AreEqual("CUDNN_STATUS_EXECUTION_FAILED", Dnn.GetErrorString(ExecutionFailed));
        Assert.AreEqual("", Dnn.GetLastErrorString(), "the exception has taken it");

        nint doomed = Dnn.CreateTensorDescriptor();
        VirtualGpu.FailCall(VirtualGpu.Calls + 1);
        PlantedDevice.Refuses(ExecutionFailed, () => Dnn.DestroyTensorDescriptor(doomed));
        VirtualGpu.FailCall(0);
        PlantedDevice.Refuses(BadParam, () => Dnn.DestroyTensorDescriptor(doomed), "destroyed");
    }
}
