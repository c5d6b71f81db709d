using FastGan.Cpu;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>Every operation of every backend against the reference, over <see cref="AwkwardCases"/>.</summary>
[TestClass]
public sealed class OperationTests
{
    /// <summary>An odd number of elements, so that no operand is aligned.</summary>
    private const int Guard = 17;

    private static readonly ReferenceDevice Reference = new();
    private static readonly CpuDevice[] Cpus = [new(1), new(2), new(3)];

    public static IEnumerable<object[]> Cases => AwkwardCases.All.Select(text => new object[] { text });

    [ClassCleanup]
    public static void Cleanup()
    {
        foreach (Device device in (Device[])[Reference, .. Cpus])
            device.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void CpuAgreesAtAnyNumberOfThreads(string text)
    {
        OpCase op = OpCase.Parse(text, Guard);
        OpRun first = new(op, Cpus[0]);
        Agree(op, first);
        foreach (CpuDevice cpu in Cpus.Skip(1))
        {
            OpRun other = new(op, cpu);
            foreach (OpCase.Operand operand in op.Operands)
            {
                CollectionAssert.AreEqual(Bits(first.Whole(operand.Tensor)), Bits(other.Whole(operand.Tensor)),
                    $"{text}: {operand.Tensor} differs between 1 thread and {cpu.Threads}");
            }
        }
    }

    [TestMethod]
    public void RunsOnTheVectorsAsked()
    {
        // Set by InstructionSetTests, which runs this class again in a child process.
        if (Environment.GetEnvironmentVariable(InstructionSetTests.ExpectedBits) is { } bits)
            Assert.AreEqual(bits, $"{InstructionSetTests.Bits}", "the switch had no effect");
    }

    /// <summary>Outputs are near the reference's, inputs and everything around the operands as before.</summary>
    private static void Agree(OpCase op, OpRun computed)
    {
        OpRun exact = new(op, Reference);
        Agreement.Near(op, computed, exact, Accuracy.Bounds(op, exact, Reference));
        Agreement.NothingElseWritten(op, computed, operand => operand.Values);
    }

    private static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}
