using FastGan.Cuda;
using FastGan.Measuring;
using FastGan.Programs;
using FastGan.Tests.Cuda;

namespace FastGan.Tests.Measuring;

[TestClass]
public sealed class GpuTimingTests
{
    /// <summary>Events give a time for whole programs, which are graphs by then, and for parts of them, and are given back.</summary>
    [TestMethod]
    public void AGpuIsTimedByEvents()
    {
        CudaDevice device = Gpu.Shared(Precision.Fp32);
        OpCase op = OpCase.Parse("ema 1000 decay 0.9");
        op.Place(device);
        string before = VirtualGpu.Live;
        Assert.IsGreaterThanOrEqualTo(0, device.Time(op.Program, 0, 1));
        Assert.IsGreaterThanOrEqualTo(0, device.Time(op.Program));
        Assert.IsNotNull(device.GraphNodes(op.Program));
        Assert.AreEqual(before.Contains("event", StringComparison.Ordinal), VirtualGpu.Live.Contains("event", StringComparison.Ordinal), VirtualGpu.Live);
        op.Remove(device);
    }

    [TestMethod]
    public void OnlyTheVeryCardHasPublishedRates()
    {
        Assert.IsNull(Cards.Of(Gpu.Shared(Precision.Fp32)));
        Assert.AreEqual(Cards.All.Count, Cards.All.Select(c => c.DeviceName).Distinct().Count());
    }
}
