using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The virtual GPU's forward pass of batch norm: its numbers against the formulas in double precision, and each rule against a call that breaks it.</summary>
[TestClass]
public sealed unsafe class CudnnBatchNormTests : IDisposable
{
    private const int BadParam = 2000, NullPointer = 2002, Misaligned = 2003, SizeInsufficient = 2006, ShapeMismatch = 2008;
    private const int NotSupported = 3000, NotSupportedShape = 3002, NotSupportedDataType = 3003, NotSupportedLayout = 3004;
    private const int N = 3, H = 5, W = 7, C = 8, Pixels = N * H * W, Count = Pixels * C;
    private const double Epsilon = 1e-3, Factor = 0.25;
    private const int SpaceBytes = 1 << 13;

    // Null where there is no virtual GPU.
    private DnnDevice _device = null!;

    private PlantedDevice Gpu => _device.Gpu;
    private Dnn Dnn => _device.Dnn;

    [TestInitialize]
    public void Initialize() => _device = new DnnDevice();

    public void Dispose() => _device?.Dispose();

    /// <summary>A layer in order; tests break one thing of it.</summary>
    private sealed record Layer
    {
        public CudnnBatchNormMode Mode { get; init; } = CudnnBatchNormMode.SpatialPersistent;
        public CudnnBatchNormOps Ops { get; init; } = CudnnBatchNormOps.Activation;
        public float Alpha { get; init; } = 1;
        public float Beta { get; init; }
        public nint XDesc { get; init; }
        public nint YDesc { get; init; }
        public nint Parameters { get; init; }
        public nint Activation { get; init; }
        public ulong X { get; init; }
        public ulong Y { get; init; }
        public ulong Scale { get; init; }
        public ulong Bias { get; init; }
        public ulong RunningMean { get; init; }
        public ulong RunningVar { get; init; }
        public ulong Mean { get; init; }
        public ulong InvStd { get; init; }
        public double Epsilon { get; init; } = CudnnBatchNormTests.Epsilon;
        public ulong Workspace { get; init; }
        public nuint WorkspaceBytes { get; init; } = SpaceBytes;
        public ulong Reserve { get; init; }
        public nuint ReserveBytes { get; init; } = SpaceBytes;
    }

    private static readonly double[] Scale = DeviceNumbers.Draw(4, C, CudaDataType.Float), Bias = DeviceNumbers.Draw(5, C, CudaDataType.Float);
    private static readonly double[] RunningMean = DeviceNumbers.Draw(6, C, CudaDataType.Float);
    private static readonly double[] RunningVar = [.. DeviceNumbers.Draw(7, C, CudaDataType.Float).Select(v => v + 2)];

    private static double[] X(CudaDataType type) => [.. DeviceNumbers.Draw(8, Count, type).Select((v, i) => DeviceNumbers.Round(type, v + i % C))];

    private Layer Sound(CudaDataType type = CudaDataType.Half)
    {
        nint x = _device.Tensor(type, N, H, W, C);
        return new Layer
        {
            XDesc = x, YDesc = _device.Tensor(type, N, H, W, C), Parameters = Derived(x), Activation = _device.Activation(CudnnActivationMode.Relu),
            X = Gpu.Upload(type, X(type)), Y = Gpu.Allocate(Count),
            Scale = Gpu.Upload(CudaDataType.Float, Scale), Bias = Gpu.Upload(CudaDataType.Float, Bias),
            RunningMean = Gpu.Upload(CudaDataType.Float, RunningMean), RunningVar = Gpu.Upload(CudaDataType.Float, RunningVar), Mean = Gpu.Allocate(C),
            InvStd = Gpu.Allocate(C), Workspace = Gpu.Allocate(SpaceBytes / 4), Reserve = Gpu.Allocate(SpaceBytes / 4),
        };
    }

    private nint Derived(nint x)
    {
        nint derived = _device.NewTensor();
        Dnn.DeriveBNTensorDescriptor(derived, x, CudnnBatchNormMode.SpatialPersistent);
        return derived;
    }

    private void Forward(Layer l)
    {
        float alpha = l.Alpha, beta = l.Beta;
        Dnn.BatchNormalizationForwardTrainingEx(
            _device.Handle, l.Mode, l.Ops, &alpha, &beta, l.XDesc, l.X, 0, 0, l.YDesc, l.Y, l.Parameters, l.Scale, l.Bias, Factor, l.RunningMean, l.RunningVar,
            l.Epsilon, l.Mean, l.InvStd, l.Activation, l.Workspace, l.WorkspaceBytes, l.Reserve, l.ReserveBytes);
    }

    private void Refuses(int status, Layer l, string says) => PlantedDevice.Refuses(status, () => Forward(l), says);

    private nuint WorkspaceSize(Layer l) => Dnn.GetBatchNormalizationForwardTrainingExWorkspaceSize(
        _device.Handle, l.Mode, l.Ops, l.XDesc, 0, l.YDesc, l.Parameters, l.Activation);

    private nuint ReserveSpace(Layer l) =>
        Dnn.GetBatchNormalizationTrainingExReserveSpaceSize(_device.Handle, l.Mode, l.Ops, l.Activation, l.XDesc);

    /// <summary>Ioffe and Szegedy's formulas.</summary>
    private sealed class Exact
    {
        public readonly double[] Mean = new double[C], Variance = new double[C], Y = new double[Count];

        public Exact(double[] x, bool relu)
        {
            for (int c = 0; c < C; c++)
            {
                int[] column = [.. Enumerable.Range(0, Pixels).Select(p => p * C + c)];
                Mean[c] = column.Average(i => x[i]);
                Variance[c] = column.Average(i => Math.Pow(x[i] - Mean[c], 2));
                foreach (int i in column)
                {
                    double y = Scale[c] * (x[i] - Mean[c]) / Math.Sqrt(Variance[c] + Epsilon) + Bias[c];
                    Y[i] = relu ? Math.Max(y, 0) : y;
                }
            }
        }
    }

    private void Near(double[] expected, CudaDataType type, ulong address)
    {
        // What the terms of each float sum add up to without their signs: numbers up to 10.
        double[] magnitudes = [.. Enumerable.Repeat(10.0, expected.Length)];
        DeviceNumbers.AreNear(expected, magnitudes, Gpu.Download(type, address, expected.Length), type, 16);
    }

    [TestMethod]
    [DataRow("Float", CudnnOps.Alone)]
    [DataRow("Half", CudnnOps.Alone)]
    [DataRow("Half", CudnnOps.Activation)]
    public void ItFollowsTheFormulas(string typeName, CudnnOps ops)
    {
        CudaDataType type = Enum.Parse<CudaDataType>(typeName);
        Layer l = Sound(type) with { Ops = (CudnnBatchNormOps)ops };
        Exact exact = new(X(type), ops == CudnnOps.Activation);
        Forward(l);
        Near(exact.Y, type, l.Y);
        Near(exact.Mean, CudaDataType.Float, l.Mean);
        Near([.. exact.Variance.Select(v => 1 / Math.Sqrt(v + Epsilon))], CudaDataType.Float, l.InvStd);
        Near([.. exact.Mean.Select((v, c) => (1 - Factor) * RunningMean[c] + Factor * v)], CudaDataType.Float, l.RunningMean);
        Near([.. exact.Variance.Select((v, c) => (1 - Factor) * RunningVar[c] + Factor * v * Pixels / (Pixels - 1))], CudaDataType.Float, l.RunningVar);
    }

    /// <summary>Of cudnnBatchNormOps_t, for the names of test cases.</summary>
    public enum CudnnOps
    {
        Alone = CudnnBatchNormOps.BatchNorm,
        Activation = CudnnBatchNormOps.Activation,
    }

    [TestMethod]
    public void RunningStatisticsAreOptionalAndImagesBlend()
    {
        CudaDataType type = CudaDataType.Float;
        Layer l = Sound(type) with { Ops = CudnnBatchNormOps.BatchNorm, RunningMean = 0, RunningVar = 0, Alpha = 2, Beta = -1 };
        Exact exact = new(X(type), false);
        ulong prior = Gpu.Upload(type, X(type));
        Forward(l with { Y = prior });
        Near([.. exact.Y.Select((v, i) => 2 * v - X(type)[i])], type, prior);
    }

    [TestMethod]
    public void WhatTheFusedPathNeedsIsDemanded()
    {
        Layer l = Sound();
        nint bfloats = _device.Tensor(CudaDataType.BFloat16, N, H, W, C), six = _device.Tensor(CudaDataType.Half, N, H, W, 6);
        nint floats = _device.Tensor(CudaDataType.Float, N, H, W, C), nchw = _device.NewTensor();
        Dnn.SetTensorNdDescriptorEx(nchw, CudnnTensorFormat.Nchw, CudnnDataType.Half, [N, C, H, W]);
        (int Status, Layer Broken, string Says)[] rules =
        [
            (NotSupported, l with { Mode = CudnnBatchNormMode.Spatial }, "SPATIAL_PERSISTENT"),
            (NotSupported, l with { Mode = CudnnBatchNormMode.PerActivation }, "PER_ACTIVATION"),
            (BadParam, l with { Mode = (CudnnBatchNormMode)3 }, "no such mode"),
            (NotSupported, l with { Ops = CudnnBatchNormOps.AddActivation }, "addition"),
            (BadParam, l with { Ops = (CudnnBatchNormOps)3 }, "no such operation"),
            (NotSupportedDataType, l with { XDesc = floats, YDesc = floats }, "needs half"),
            (NotSupportedDataType, l with { XDesc = bfloats, YDesc = bfloats }, "bfloat16"),
            (NotSupportedDataType, l with { XDesc = bfloats, YDesc = bfloats, Ops = CudnnBatchNormOps.BatchNorm }, "bfloat16"),
            (NotSupportedShape, l with { XDesc = six, YDesc = six, Parameters = Derived(six) }, "multiple of 4"),
            (NotSupportedLayout, l with { XDesc = nchw, YDesc = nchw }, "isn't NHWC"),
            (NotSupportedLayout, l with { YDesc = nchw }, "isn't NHWC"),
            (NullPointer, l with { Activation = 0 }, "activation's descriptor is null"),
            (NotSupported, l with { Activation = _device.Activation(CudnnActivationMode.Identity) }, "other than RELU"),
            (NotSupported, l with { Activation = _device.Activation(CudnnActivationMode.Swish) }, "other than RELU"),
            (BadParam, l with { YDesc = floats }, "several types"),
            (ShapeMismatch, l with { YDesc = _device.Tensor(CudaDataType.Half, N, H, H, C) }, "several shapes"),
            (ShapeMismatch, l with { Parameters = Derived(six) }, "(1, C, 1, 1)"),
            (BadParam, l with { Parameters = _device.Tensor(CudaDataType.Half, 1, 1, 1, C) }, "must be float"),
        ];
        foreach ((int status, Layer broken, string says) in rules)
        {
            PlantedDevice.Refuses(status, () => Forward(broken), says);
            PlantedDevice.Refuses(status, () => WorkspaceSize(broken), says);
        }

        Refuses(NotSupported, l with { Alpha = 2 }, "alpha = 1 and beta = 0");
        Refuses(BadParam, l with { Epsilon = -1 }, "negative epsilon");
    }

    [TestMethod]
    public void PointersAndSpacesAreChecked()
    {
        Layer l = Sound();
        nuint reserve = ReserveSpace(l);
        Assert.AreNotEqual((nuint)0, reserve);
        Assert.IsGreaterThan(ReserveSpace(l with { Ops = CudnnBatchNormOps.BatchNorm }), reserve);
        Refuses(SizeInsufficient, l with { ReserveBytes = reserve - 1 }, $"{reserve} are needed");
        Refuses(NullPointer, l with { Reserve = 0 }, "reserve space is null");
        Refuses(NullPointer, l with { Workspace = 0 }, "workspace is null");
        Refuses(NullPointer, l with { X = 0 }, "x is null");
        Refuses(NullPointer, l with { Scale = 0 }, "scale is null");
        Refuses(NullPointer, l with { Bias = 0 }, "bias is null");
        Refuses(NullPointer, l with { Y = 0 }, "y is null");
        Refuses(Misaligned, l with { X = l.X + 8 }, "isn't aligned to 16");
        Refuses(Misaligned, l with { Scale = l.Scale + 2 }, "isn't aligned to 4");
        Refuses(BadParam, l with { Scale = l.Scale + 4 }, "live allocation");
        Refuses(BadParam, l with { Mean = 0 }, "one of them is null");
        Refuses(BadParam, l with { InvStd = 0 }, "one of them is null");
        Refuses(BadParam, l with { Reserve = l.Workspace }, "overlap");
        Refuses(BadParam, l with { RunningVar = 0 }, "one of them is null");
        Refuses(BadParam, l with { Y = l.X }, "overlap");
        nuint workspace = WorkspaceSize(l);
        Refuses(SizeInsufficient, l with { WorkspaceBytes = workspace - 1 }, $"{workspace} are needed");
        Forward(l with { WorkspaceBytes = workspace, ReserveBytes = reserve });
    }

    [TestMethod]
    public void ReluLetsNaNThroughOnRequest()
    {
        foreach ((CudnnNan nan, double expected) in new[] { (CudnnNan.Propagated, double.NaN), (CudnnNan.NotPropagated, 0.0) })
        {
            Layer l = Sound() with { Activation = _device.Activation(CudnnActivationMode.Relu, nan) };
            Forward(l with { Bias = Gpu.Upload(CudaDataType.Float, [.. Enumerable.Repeat(double.NaN, C)]) });
            Assert.AreEqual(expected, Gpu.Download(CudaDataType.Half, l.Y, 1)[0]);
        }
    }
}
