using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>What the virtual GPU's convolutions compute, against loops in double precision over what the types leave of the numbers.</summary>
[TestClass]
public sealed unsafe class CudnnConvolutionTests : IDisposable
{
    // Null where there is no virtual GPU.
    private DnnDevice _device = null!;

    [TestInitialize]
    public void Initialize() => _device = new DnnDevice();

    public void Dispose() => _device?.Dispose();

    private sealed record Case(int N, int H, int W, int C, int K, int R, int Stride, int Pad, CudaDataType Type, CudnnMath Math)
    {
        public int OutH => (H + 2 * Pad - R) / Stride + 1;
        public int OutW => (W + 2 * Pad - R) / Stride + 1;
        public int XCount => N * H * W * C;
        public int WCount => K * R * R * C;
        public int YCount => N * OutH * OutW * K;

        /// <summary>Visits each product of the convolution: an index in x, in w and in y.</summary>
        public void ForEach(Action<int, int, int> visit)
        {
            for (int y = 0; y < YCount; y++)
            {
                int k = y % K, ow = y / K % OutW, oh = y / K / OutW % OutH, n = y / K / OutW / OutH;
                for (int tap = 0; tap < R * R; tap++)
                {
                    int h = oh * Stride - Pad + tap / R, w = ow * Stride - Pad + tap % R;
                    if (h < 0 || h >= H || w < 0 || w >= W)
                        continue;
                    for (int c = 0; c < C; c++)
                        visit(((n * H + h) * W + w) * C + c, (k * R * R + tap) * C + c, y);
                }
            }
        }
    }

    private static IEnumerable<Case> Cases()
    {
        foreach (CudaDataType type in new[] { CudaDataType.Float, CudaDataType.Half, CudaDataType.BFloat16 })
        {
            foreach (CudnnMath math in new[] { CudnnMath.Fma, CudnnMath.Default, CudnnMath.TensorOp })
            {
                yield return new Case(2, 6, 6, 8, 16, 4, 2, 1, type, math);
                yield return new Case(1, 1, 1, 1, 1, 1, 1, 0, type, math);
            }

            // Rows and columns differ; the filter's last column never meets the image's; more pixels than are worked on together.
            yield return new Case(2, 7, 5, 33, 5, 3, 2, 1, type, CudnnMath.Fma);
            yield return new Case(3, 17, 13, 3, 7, 3, 1, 1, type, CudnnMath.Fma);
            yield return new Case(1, 5, 5, 2, 3, 5, 1, 4, type, CudnnMath.Fma);
            yield return new Case(1, 6, 6, 2, 3, 1, 2, 0, type, CudnnMath.Fma);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void ForwardIsTheSumOfProducts(int algorithm)
    {
        foreach (Case g in Cases())
        {
            Check(g, g.YCount, (x, w, y) => (x, w, y), (in Parts p) => _device.Dnn.ConvolutionForward(
                _device.Handle, p.Alpha, p.XDesc, p.X, p.WDesc, p.W, p.Settings, (CudnnForwardAlgorithm)algorithm, p.Workspace, p.Bytes, p.Beta, p.YDesc, p.Y));
        }
    }

    [TestMethod]
    public void BackwardDataIsTheSumOfProducts()
    {
        foreach (Case g in Cases())
        {
            Check(g, g.XCount, (x, w, y) => (y, w, x), (in Parts p) => _device.Dnn.ConvolutionBackwardData(
                _device.Handle, p.Alpha, p.WDesc, p.W, p.YDesc, p.Y, p.Settings, CudnnBackwardDataAlgorithm.Algorithm1, p.Workspace, p.Bytes, p.Beta, p.XDesc, p.X));
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void BackwardFilterIsTheSumOfProducts(int algorithm)
    {
        foreach (Case g in Cases())
        {
            Check(g, g.WCount, (x, w, y) => (x, y, w), (in Parts p) => _device.Dnn.ConvolutionBackwardFilter(
                _device.Handle, p.Alpha, p.XDesc, p.X, p.YDesc, p.Y, p.Settings, (CudnnBackwardFilterAlgorithm)algorithm, p.Workspace, p.Bytes, p.Beta, p.WDesc, p.W));
        }
    }

    private readonly struct Parts
    {
        public required float* Alpha { get; init; }
        public required float* Beta { get; init; }
        public required nint XDesc { get; init; }
        public required nint WDesc { get; init; }
        public required nint YDesc { get; init; }
        public required nint Settings { get; init; }
        public required ulong X { get; init; }
        public required ulong W { get; init; }
        public required ulong Y { get; init; }
        public required ulong Workspace { get; init; }
        public required nuint Bytes { get; init; }
    }

    private delegate void Run(in Parts parts);

    /// <param name="roles">Which of the three arrays, by their place, are the two factors and the sum.</param>
    private void Check(Case g, int outputs, Func<int, int, int, (int First, int Second, int Sum)> roles, Run run)
    {
        (int first, int second, int sum) = roles(0, 1, 2);
        double[][] arrays = [DeviceNumbers.Draw(1, g.XCount, g.Type), DeviceNumbers.Draw(2, g.WCount, g.Type), DeviceNumbers.Draw(3, g.YCount, g.Type)];
        bool tf32 = g.Type == CudaDataType.Float && g.Math != CudnnMath.Fma;
        double[][] read = [.. arrays.Select(array => tf32 ? [.. array.Select(DeviceNumbers.RoundToTf32)] : array)];
        double[] sums = new double[outputs], magnitudes = new double[outputs];
        int terms = 0;
        g.ForEach((x, w, y) =>
        {
            (int i, int j, int k) = roles(x, w, y);
            double product = read[first][i] * read[second][j];
            sums[k] += product;
            magnitudes[k] += Math.Abs(product);
            terms++;
        });

        const int workspaceBytes = 1 << 17;
        foreach ((float alpha, float beta) in new[] { (1f, 0f), (-0.5f, 2f) })
        {
            // With beta = 0 what the output held isn't read.
            double[] prior = beta == 0 ? [.. Enumerable.Repeat(double.NaN, outputs)] : arrays[sum];
            ulong[] addresses = [.. arrays.Select((array, i) => _device.Gpu.Upload(g.Type, i == sum ? prior : array))];
            float factor = alpha, keep = beta;
            run(new Parts
            {
                Alpha = &factor, Beta = &keep, XDesc = _device.Tensor(g.Type, g.N, g.H, g.W, g.C), WDesc = _device.Filter(g.Type, g.K, g.R, g.R, g.C),
                YDesc = _device.Tensor(g.Type, g.N, g.OutH, g.OutW, g.K), Settings = _device.Convolution(g.Pad, g.Stride, g.Math), X = addresses[0],
                W = addresses[1], Y = addresses[2], Workspace = _device.Gpu.Allocate(workspaceBytes / 4), Bytes = workspaceBytes,
            });
            (factor, keep) = (float.NaN, float.NaN);
            double[] expected = [.. sums.Select((v, i) => alpha * v + (beta == 0 ? 0 : beta * prior[i]))];
            double[] sizes = [.. magnitudes.Select((v, i) => Math.Abs(alpha) * v + (beta == 0 ? 0 : Math.Abs(beta * prior[i])))];
            DeviceNumbers.AreNear(expected, sizes, _device.Gpu.Download(g.Type, addresses[sum], outputs), g.Type, terms / outputs);
        }
    }

    [TestMethod]
    public void OnlyBackwardFiltersAlgorithmZeroDiffersFromCallToCall()
    {
        Case g = new(2, 8, 8, 4, 4, 3, 1, 1, CudaDataType.Float, CudnnMath.Fma);
        ulong x = _device.Gpu.Upload(g.Type, DeviceNumbers.Draw(1, g.XCount, g.Type)), dy = _device.Gpu.Upload(g.Type, DeviceNumbers.Draw(2, g.YCount, g.Type));
        ulong dw = _device.Gpu.Allocate(g.WCount), workspace = _device.Gpu.Allocate(1 << 14);
        nint xDesc = _device.Tensor(g.Type, g.N, g.H, g.W, g.C), dyDesc = _device.Tensor(g.Type, g.N, g.OutH, g.OutW, g.K);
        nint dwDesc = _device.Filter(g.Type, g.K, g.R, g.R, g.C), settings = _device.Convolution(g.Pad, g.Stride);
        CollectionAssert.AreEqual(Run(CudnnBackwardFilterAlgorithm.Algorithm1), Run(CudnnBackwardFilterAlgorithm.Algorithm1));
        CollectionAssert.AreNotEqual(Run(CudnnBackwardFilterAlgorithm.Algorithm0), Run(CudnnBackwardFilterAlgorithm.Algorithm0));

        double[] Run(CudnnBackwardFilterAlgorithm algorithm)
        {
            float one = 1, zero = 0;
            _device.Dnn.ConvolutionBackwardFilter(_device.Handle, &one, xDesc, x, dyDesc, dy, settings, algorithm, workspace, 1 << 16, &zero, dwDesc, dw);
            return _device.Gpu.Download(g.Type, dw, g.WCount);
        }
    }
}
