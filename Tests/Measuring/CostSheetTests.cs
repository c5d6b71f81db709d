using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Programs;

namespace FastGan.Tests.Measuring;

[TestClass]
public sealed class CostSheetTests
{
    /// <summary>Every instruction is there, with the flops and (in single precision) the bytes that the trace has.</summary>
    [TestMethod]
    [DataRow("gan-mlp")]
    [DataRow("wgan28")]
    public void ASheetHasTheWholeStep(string workload)
    {
        RunConfig config = Workloads.Config(workload);
        FastGan.Programs.Program program = TrainingStep.Record(new Gan(config, Workloads.RandomData(config)));
        CostSheet sheet = CostSheet.Of(workload, config);
        using CpuDevice device = new(threads: 1);
        Assert.AreEqual(program.Instructions.Length, sheet.Operations.Sum(o => o.Count));
        Assert.AreEqual(program.Flops, sheet.Operations.Sum(o => o.Flops));
        Assert.AreEqual(program.Instructions.Sum(i => i.Bytes(device)), sheet.Operations.Sum(o => o.Bytes));
        Assert.AreEqual(config.Training.ImagesPerStep(), sheet.Images);
        for (int card = 0; card < sheet.Cards.Count; card++)
        {
            double seconds = sheet.Operations.Sum(o => o.FloorSeconds[card]) + 2.5e-6 + 1e-9 * program.Instructions.Length;
            Assert.AreEqual(Cards.All[card].Name, sheet.Cards[card].Card);
            Assert.AreEqual(seconds, sheet.Cards[card].StepSeconds, 1e-12);
            Assert.AreEqual(sheet.Images, sheet.Cards[card].ImagesPerSecond * seconds, 1e-6);
        }
    }

    /// <summary>Activations and the weights' copy have half the bytes in half precision; masters, statistics and state have not.</summary>
    [TestMethod]
    [DataRow("conv n2 c8 k4 bias", Precision.Fp32, 4 * (16 + 32 + 4 + 8))]
    [DataRow("conv n2 c8 k4 bias", Precision.Tf32, 4 * (16 + 32 + 4 + 8))]
    [DataRow("conv n2 c8 k4 bias", Precision.Fp16, 2 * (16 + 32 + 4 + 8))]
    [DataRow("conv-bwd-filter n2 c8 k4", Precision.Bf16, 2 * (16 + 8 + 32))]
    [DataRow("conv-bwd-filter n2 c8 k4 acc", Precision.Bf16, 2 * (16 + 8 + 32 + 32))]
    [DataRow("adam 100", Precision.Fp32, 4 * (2 + 7 * 100))]
    [DataRow("adam 100", Precision.Fp16, 4 * 2 + 100 * (2 + 4 * 4 + 4 + 4 + 2))]
    [DataRow("norm 100", Precision.Fp16, 2 * 100 + 4)]
    [DataRow("gather 2x4x4x1", Precision.Fp16, 2 * 16 + 2 * 4 + 2 * 2 * 16)]
    public void BytesFollowThePrecision(string operation, Precision precision, int bytes) =>
        Assert.AreEqual(bytes, CostSheet.Bytes(OpCase.Parse(operation).Instruction, precision));

    /// <summary>The largest convolution of dcgan28 is bound by arithmetic on an A100 in single precision, and by memory with its tensor cores in half.</summary>
    [TestMethod]
    public void AFloorIsTheSlowerOfMemoryAndArithmetic()
    {
        const string convolution = "conv-bwd-filter n256 h14 w14 c64 k128 r4 s2 p1";
        const double flops = 2.0 * 256 * 7 * 7 * 128 * 4 * 4 * 64;
        const double elements = 256 * (14 * 14 * 64 + 7 * 7 * 128) + 128 * 4 * 4 * 64;
        Assert.AreEqual(flops / 19.5e12, OnA100(Precision.Fp32), 1e-12);
        Assert.AreEqual(flops / 156e12, OnA100(Precision.Tf32), 1e-12);
        Assert.AreEqual(Math.Max(flops / 312e12, 2 * elements / 2.039e12), OnA100(Precision.Fp16), 1e-12);

        static double OnA100(Precision precision)
        {
            RunConfig config = Workloads.Config("dcgan28");
            config = config with { Training = config.Training with { Precision = precision } };
            return CostSheet.Of("dcgan28", config).Operations.Single(o => o.Text == convolution).FloorSeconds[1];
        }
    }
}
