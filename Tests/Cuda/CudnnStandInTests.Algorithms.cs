using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

// Which algorithms are proposed.
public sealed unsafe partial class CudnnStandInTests
{
    private CudnnPerformance[] Get(Call c, int room = 8)
    {
        var found = new CudnnPerformance[room];
        int count = c.Direction switch
        {
            Direction.Forward => Dnn.GetConvolutionForwardAlgorithm(c.Handle, c.XDesc, c.WDesc, c.Settings, c.YDesc, found),
            Direction.BackwardData => Dnn.GetConvolutionBackwardDataAlgorithm(c.Handle, c.WDesc, c.YDesc, c.Settings, c.XDesc, found),
            _ => Dnn.GetConvolutionBackwardFilterAlgorithm(c.Handle, c.XDesc, c.YDesc, c.Settings, c.WDesc, found),
        };
        return found[..count];
    }

    private CudnnPerformance[] Find(Call c)
    {
        var found = new CudnnPerformance[8];
        int count = c.Direction switch
        {
            Direction.Forward => Dnn.FindConvolutionForwardAlgorithmEx(c.Handle, c.XDesc, c.X, c.WDesc, c.W, c.Settings, c.YDesc, c.Y, found, c.Workspace, c.Bytes),
            Direction.BackwardData =>
                Dnn.FindConvolutionBackwardDataAlgorithmEx(c.Handle, c.WDesc, c.W, c.YDesc, c.Y, c.Settings, c.XDesc, c.X, found, c.Workspace, c.Bytes),
            _ => Dnn.FindConvolutionBackwardFilterAlgorithmEx(c.Handle, c.XDesc, c.X, c.YDesc, c.Y, c.Settings, c.WDesc, c.W, found, c.Workspace, c.Bytes),
        };
        return found[..count];
    }

    [TestMethod]
    [DataRow(Direction.Forward, 8, "1 0")]
    [DataRow(Direction.BackwardData, 6, "1")]
    [DataRow(Direction.BackwardFilter, 7, "0 1")]
    public void HeuristicsAndMeasurementsListTheAlgorithms(Direction direction, int count, string working)
    {
        Call c = Sound(direction, CudaDataType.Half, CudnnMath.Default);
        foreach (CudnnPerformance[] found in new[] { Get(c), Find(c) })
        {
            Assert.HasCount(count, found);
            Assert.AreEqual(working, string.Join(' ', found.Where(p => p.Status == 0).Select(p => p.Algorithm)));
            foreach (CudnnPerformance p in found)
            {
                if (p.Status != 0)
                {
                    Assert.AreEqual((NotSupported, (nuint)0, -1f), (p.Status, p.Memory, p.Ms));
                    continue;
                }

                // Whoever doesn't set the proposed math type back has a workspace of another size.
                Assert.AreEqual(CudnnMath.TensorOp, p.Math);
                Assert.AreEqual(WorkspaceBytes(c with { Algorithm = p.Algorithm, Settings = _device.Convolution(1, 2, p.Math) }), p.Memory);
                bool ordered = direction != Direction.BackwardFilter || p.Algorithm == 1;
                Assert.AreEqual(ordered ? CudnnDeterminism.Deterministic : CudnnDeterminism.NonDeterministic, p.Determinism);
            }
        }

        Assert.HasCount(1, Get(c, 1));
        PlantedDevice.Refuses(BadParam, () => Get(c, 0), "no results requested");
    }

    [TestMethod]
    [DataRow(Direction.Forward)]
    [DataRow(Direction.BackwardData)]
    [DataRow(Direction.BackwardFilter)]
    public void FindOverwritesTheOutputFitsTheWorkspaceAndIsForbiddenInACapture(Direction direction)
    {
        Call c = Sound(direction);
        ulong output = direction switch { Direction.Forward => c.Y, Direction.BackwardData => c.X, _ => c.W };
        Assert.AreEqual(0, Find(c)[0].Status);
        Assert.AreEqual(double.NaN, Gpu.Download(CudaDataType.Float, output, 1)[0]);
        foreach (CudnnPerformance p in Find(c with { Workspace = 0, Bytes = 0 }))
            Assert.IsTrue(p.Status is AllocationFailed or NotSupported, $"{p}");

        Gpu.Driver.StreamBeginCapture(Gpu.Stream, CaptureMode.Global);
        PlantedDevice.Refuses(ExecutionFailedCudart, () => Find(c), "capture");
        PlantedDevice.Refuses(901, () => Gpu.Driver.StreamEndCapture(Gpu.Stream));
    }
}
