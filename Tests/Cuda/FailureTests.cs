using FastGan.Cuda;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Cuda;

/// <summary>Every native call of a short training run, from loading to giving back, made to fail in turn.</summary>
[TestClass]
public sealed class FailureTests
{
    [TestMethod]
    [DataRow(Precision.Fp32)]
    [DataRow(Precision.Fp16)]
    public void EachFailedCallIsNamedAndNothingLeaks(Precision precision)
    {
        (long calls, long thrown, _) = FailEach(folder => Train(folder, precision));
        Assert.IsGreaterThan(200, calls);
        Assert.IsGreaterThan(calls * 3 / 4, thrown, "only what fails while giving back may go untold");
    }

    [TestMethod]
    public void EachFailedCallOfAMeasurementIsNamedAndNothingLeaks()
    {
        HashSet<string> failed = FailEach(Measure).Failed;
        foreach (string pass in new[] { "Forward", "BackwardData", "BackwardFilter" })
            Assert.Contains($"cudnnFindConvolution{pass}AlgorithmEx", failed);
    }

    /// <returns>Calls of a run that succeeds; how many of them were told when they failed; the functions.</returns>
    private static (long Calls, long Thrown, HashSet<string> Failed) FailEach(Action<TemporaryFolder> run)
    {
        VirtualGpu.Require();

        // A failure may leave an error in the process's one context, which ends only with its last user.
        Gpu.CloseShared();
        string live = VirtualGpu.Live;
        long calls = VirtualGpu.Calls;
        using (TemporaryFolder folder = new())
            run(folder);
        calls = VirtualGpu.Calls - calls;
        Assert.AreEqual(live, VirtualGpu.Live, "a run that succeeds gives everything back");

        long thrown = 0;
        HashSet<string> failed = [];
        for (long call = 1; call <= calls; call++)
        {
            using TemporaryFolder folder = new();
            VirtualGpu.FailCall(VirtualGpu.Calls + call);
            CudaException? e = null;
            try
            {
                run(folder);
            }
            catch (CudaException caught)
            {
                e = caught;
            }

            string function = VirtualGpu.FailedCall;
            VirtualGpu.FailCall(0);
            failed.Add(function);
            if (e is not null)
            {
                thrown++;
                Assert.AreEqual(function, e.Call);
                StringAssert.Contains(e.Message, function);
                Assert.AreNotEqual(0, e.Status);
                Assert.DoesNotContain("\n", e.Message);
                if (function.Contains("Launch", StringComparison.Ordinal) || function.Contains("Gemm", StringComparison.Ordinal))
                    Assert.IsTrue(e.Operation is not null || function == "cuGraphLaunch", $"{function}: no operation in '{e.Message}'");
            }

            Assert.AreEqual(live, VirtualGpu.Live, $"call {call}, {function}: not given back");
            CheckFiles(folder, $"call {call}, {function}");
        }

        Console.WriteLine($"{calls} calls made to fail, {thrown} told; {failed.Count} functions: {string.Join(' ', failed.Order())}");
        return (calls, thrown, failed);
    }

    /// <summary>Three steps: one run as it is, one captured, one launched; and a checkpoint.</summary>
    private static void Train(TemporaryFolder folder, Precision precision)
    {
        using CudaDevice device = new(new CudaOptions { Precision = precision, Libraries = VirtualGpu.Path, Cache = folder["cache"] });
        using Trainer trainer = new(Config(precision), Small.Data, device);
        for (int i = 0; i < 3; i++)
            trainer.Step();
        Checkpoint.Save(trainer, folder["checkpoint"]);
    }

    /// <summary>A convolution's three passes, for the first time.</summary>
    private static void Measure(TemporaryFolder folder)
    {
        using CudaDevice device = new(Gpu.Options(Precision.Fp16) with { Cache = folder["cache"], MeasureAlgorithms = true });
        OpCase[] passes = [.. new[] { "conv", "conv-bwd-data", "conv-bwd-filter" }.Select(pass => OpCase.Parse($"{pass} n1 h4 w4 c8 k8 r4 s2 p1", 64))];
        try
        {
            foreach (OpCase op in passes)
            {
                op.Place(device);
                device.Run(op.Program);
            }
        }
        finally
        {
            foreach (OpCase op in passes)
                op.Remove(device);
        }
    }

    /// <summary>A checkpoint is whole, or not there.</summary>
    private static void CheckFiles(TemporaryFolder folder, string when)
    {
        if (!Directory.Exists(folder["checkpoint"]))
            return;
        string[] left = [.. Directory.EnumerateFileSystemEntries(folder["checkpoint"])];
        if (left.Length > 0)
            Assert.AreEqual(3, Checkpoint.Open(folder["checkpoint"], Assert.Fail).Step, when);
    }

    /// <summary>Few numbers and every kind of call: products, patches, cuDNN, batch norm, half precision's own.</summary>
    private static RunConfig Config(Precision precision)
    {
        RunConfig config = Small.Config("dcgan", batch: 2, ema: null);
        NetSpec generator = new(Initialisation.Dcgan,
        [
            new DenseLayer(4 * 4 * 8, Bias: false), new ReshapeLayer(4, 4, 8), new BatchNormLayer(), new ReluLayer(),
            new ConvTransposeLayer(8), new LeakyReluLayer(), new ConvTransposeLayer(1), new TanhLayer(),
        ]);
        NetSpec discriminator = new(Initialisation.Dcgan, [new ConvLayer(8), new LeakyReluLayer(), new ConvLayer(8), new LeakyReluLayer(), new DenseLayer(1)]);
        return config with
        {
            Model = config.Model with { Generator = generator, Discriminator = discriminator },
            Training = config.Training with { Precision = precision },
        };
    }
}
