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
        Dictionary<Tensor, double> bounds = Accuracy.Bounds(op, exact, Reference);
        foreach (Tensor t in op.Instruction.Writes)
        {
            double error = Accuracy.Distance(computed.Values(t), exact.Values(t));
            if (!(error <= bounds[t])) // NaN fails
                Assert.Fail($"{op.Text}: {t} is off by {error:E2}, allowed {bounds[t]:E2}{Worst(computed.Values(t), exact.Values(t))}");
        }

        foreach (OpCase.Operand operand in op.Operands)
        {
            Tensor t = operand.Tensor;
            bool written = op.Instruction.Writes.Any(w => w.Storage == t.Storage);
            double[] after = computed.Whole(t);
            for (int i = 0; i < after.Length; i++)
            {
                bool inside = i >= t.Offset && i < t.Offset + t.Count;
                if (!(inside && written))
                    Assert.AreEqual(operand.Values[i], after[i], $"{op.Text}: wrote to element {i - t.Offset} of {t}, which it may not");
            }
        }
    }

    private static string Worst(ReadOnlySpan<double> computed, ReadOnlySpan<double> exact)
    {
        int at = 0;
        double worst = -1;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = Math.Abs(computed[i] - exact[i]);
            if (!(error <= worst))
                (at, worst) = (i, double.IsNaN(error) ? double.MaxValue : error);
        }

        return $"; worst at element {at}: {computed[at]:G9} for {exact[at]:G9}";
    }

    private static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}
