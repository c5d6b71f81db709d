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
        {
            OpCase op = OpCase.Parse(text, guard);
            Dictionary<OpCase.Operand, double[]> rounded = op.Operands.ToDictionary(operand => operand, operand => Rounded(operand, device));
            OpRun computed = new(op, device), exact = new(op, Reference, operand => rounded[operand]);
            Agreement.Near(op, computed, exact, Accuracy.Bounds(op, exact, Reference, precision, operand => rounded[operand]));
            Agreement.NothingElseWritten(op, computed, operand => rounded[operand]);
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
