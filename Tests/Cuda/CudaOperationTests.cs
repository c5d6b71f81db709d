using FastGan.Cuda;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Ops;

namespace FastGan.Tests.Cuda;

/// <summary>Every operation on the virtual GPU in every precision against the reference, over <see cref="AwkwardCases"/>.</summary>
[TestClass]
public sealed class CudaOperationTests
{
    /// <summary>No operand is aligned; and all are, so that the 16-byte paths run.</summary>
    private static readonly int[] Guards = [17, 64];

    private static readonly ReferenceDevice Reference = new();

    public static IEnumerable<object[]> Cases =>
        from precision in Enum.GetValues<Precision>()
        from text in AwkwardCases.All.Concat(AwkwardCases.Scaled)
        select new object[] { precision, text };

    [ClassCleanup]
    public static void Cleanup() => Reference.Dispose();

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Agrees(Precision precision, string text)
    {
        CudaDevice device = Gpu.Shared(precision);
        foreach (int guard in Guards)
            Check(device, OpCase.Parse(text, guard));
    }

    private static void Check(CudaDevice device, OpCase op)
    {
        Dictionary<OpCase.Operand, double[]> rounded = op.Operands.ToDictionary(operand => operand, operand => Rounded(operand, device));
        OpRun computed = new(op, device), exact = new(op, Reference, operand => rounded[operand]);
        Agreement.Near(op, computed, exact, Accuracy.Bounds(op, exact, Reference, device.Precision, operand => rounded[operand]));
        Agreement.NothingElseWritten(op, computed, operand => rounded[operand]);
    }

    /// <summary>Operations with scratch memory, or of several launches, leave the same bytes when a graph replays them.</summary>
    [TestMethod]
    [DataRow("norm 20011", 1)]
    [DataRow("cross-entropy 65x10 weight 1", 1)]
    [DataRow("gradient-penalty 3x7x5x33 center 1 weight 10", 1)]
    [DataRow("spectral-norm 40x4x4x33", 3)]
    [DataRow("spectral-norm-bwd 40x4x4x33", 2)]
    [DataRow("augment 3x7x5x33 flip shift 3 stream 5", 1)]
    public void ReplaysInAFewLaunches(string text, int launches)
    {
        foreach (Precision precision in Enum.GetValues<Precision>())
        {
            CudaDevice device = Gpu.Shared(precision);
            OpCase op = OpCase.Parse(text, 64);
            OpRun eager = new(op, device);
            op.Place(device);
            try
            {
                device.Run(op.Program);
                foreach (OpCase.Operand operand in op.Operands)
                    device.Write(operand.Whole, operand.Values);
                device.Run(op.Program);
                Assert.AreEqual(launches, device.GraphNodes(op.Program));
                foreach (OpCase.Operand operand in op.Operands)
                    CollectionAssert.AreEqual(eager.Whole(operand.Tensor), device.Read<double>(operand.Whole), $"{precision}: {operand.Tensor}");
            }
            finally
            {
                op.Remove(device);
            }
        }
    }

    /// <summary>
    /// Measured algorithms compute the same, though a measurement overwrites what it computes, and are measured once: the second device finds them in the file.
    /// One that adds in no fixed order is never taken, though here it is the fastest of the filter's gradient.
    /// </summary>
    [TestMethod]
    [DataRow(Precision.Fp32)]
    [DataRow(Precision.Bf16)]
    public void AgreesWithMeasuredAlgorithms(Precision precision)
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        string[] texts = ["conv n2 h8 w8 c16 k24 r4 s2 p1", "conv-bwd-data n2 h8 w8 c16 k24 r4 s2 p1", "conv-bwd-filter n2 h8 w8 c16 k24 r4 s2 p1 acc"];
        CheckAll(true);
        string kept = File.ReadAllText(Directory.GetFiles(folder["algorithms"]).Single());
        Assert.AreEqual(texts.Length, kept.Split("Algorithm\":1").Length - 1, kept);

        VirtualGpu.Refuse("cudnnFind");
        try
        {
            using CudaDevice device = Open(true);
            foreach (string text in texts)
            {
                OpCase op = OpCase.Parse(text, 64);
                op.Place(device);
                StringAssert.StartsWith(device.CallsOf(op.Program, 0)[0], "cudnnConvolution");
                op.Remove(device);
            }
        }
        finally
        {
            VirtualGpu.Refuse("");
        }

        Directory.Delete(folder["algorithms"], recursive: true);
        CheckAll(false);
        CheckAll(null);
        Assert.IsFalse(Directory.Exists(folder["algorithms"]), "the virtual GPU measures only where it is told to");

        CudaDevice Open(bool? measure) => new(Gpu.Options(precision) with { Cache = folder.Path, MeasureAlgorithms = measure });

        void CheckAll(bool? measure)
        {
            using CudaDevice device = Open(measure);
            foreach (string text in texts)
                Check(device, OpCase.Parse(text, 64));
        }
    }

    /// <summary>Rows of 16 bytes are what tensor cores are fed with best; a filter's of one or three channels need to be padded for that.</summary>
    [TestMethod]
    [DataRow("c1 k16 r3 s1 p1")]
    [DataRow("c3 k24 r3 s1 p1")]
    [DataRow("c3 k16 r5 s2 p2")]
    public void ProductsOfFewChannelsAreAligned(string geometry)
    {
        foreach (Precision precision in new[] { Precision.Fp16, Precision.Bf16 })
        {
            CudaDevice device = Gpu.Shared(precision);
            foreach (string pass in new[] { "conv", "conv-bwd-data", "conv-bwd-filter" })
            {
                OpCase op = OpCase.Parse($"{pass} n2 h8 w8 {geometry}", 64);
                op.Place(device);
                try
                {
                    (string call, int[] leading) = Gpu.Products(device, op.Program).Single();
                    Assert.IsTrue(leading.All(l => l % 8 == 0), $"{precision} {call}");
                }
                finally
                {
                    op.Remove(device);
                }
            }
        }
    }

    /// <summary>What cuDNN refuses, when it is asked or only when it is to run, goes another way.</summary>
    [TestMethod]
    [DataRow("cudnnGetConvolution")]
    [DataRow("cudnnConvolution")]
    [DataRow("cudnnGetBatchNormalization")]
    [DataRow("cudnnBatchNormalization")]
    public void AgreesWithoutCudnn(string refused)
    {
        VirtualGpu.Require();
        string[] texts =
        [
            "conv n2 h8 w8 c16 k24 r4 s2 p1 bias lrelu", "conv-bwd-data n2 h8 w8 c16 k24 r4 s2 p1 bias tanh", "conv-bwd-filter n2 h8 w8 c16 k24 r4 s2 p1 acc",
            "conv n2 h7 w5 c33 k40 r3 s1 p1", "conv-bwd-data n2 h7 w5 c33 k40 r3 s1 p1", "bn 3x4x4x16 relu", "bn 3x4x4x16 id",
        ];
        VirtualGpu.Refuse(refused);
        try
        {
            foreach (Precision precision in new[] { Precision.Fp32, Precision.Fp16 })
            {
                using CudaDevice device = Gpu.Open(precision);
                foreach (string text in texts)
                    Check(device, OpCase.Parse(text, 64));
            }
        }
        finally
        {
            VirtualGpu.Refuse("");
        }
    }

    /// <summary>An operand's values as the device holds them.</summary>
    private static double[] Rounded(OpCase.Operand operand, CudaDevice device)
    {
        Storage storage = operand.Tensor.Storage;
        device.Allocate(storage);
        try
        {
            device.Write(operand.Whole, operand.Values);
            return device.Read<double>(operand.Whole);
        }
        finally
        {
            device.Free(storage);
        }
    }
}
