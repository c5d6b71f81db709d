using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>What a backend leaves beside what the reference leaves.</summary>
internal static class Agreement
{
    /// <summary>Outputs are as near the reference's as they must be.</summary>
    public static void Near(OpCase op, OpRun computed, OpRun exact, IReadOnlyDictionary<Tensor, double> bounds)
    {
        foreach (Tensor t in op.Instruction.Writes)
        {
            double error = Accuracy.Distance(computed.Values(t), exact.Values(t));
            if (!(error <= bounds[t])) // NaN fails
                Assert.Fail($"{op.Text}: {t} is off by {error:E2}, allowed {bounds[t]:E2}{Worst(computed.Values(t), exact.Values(t))}");
        }
    }

    /// <summary>Inputs, and everything around the operands, are as before.</summary>
    /// <param name="before">What an operand's whole storage held.</param>
    public static void NothingElseWritten(OpCase op, OpRun computed, Func<OpCase.Operand, double[]> before)
    {
        foreach (OpCase.Operand operand in op.Operands)
        {
            Tensor t = operand.Tensor;
            bool written = op.Instruction.Writes.Any(w => w.Storage == t.Storage);
            (double[] then, double[] after) = (before(operand), computed.Whole(t));
            for (int i = 0; i < after.Length; i++)
            {
                bool inside = i >= t.Offset && i < t.Offset + t.Count;
                if (!(inside && written))
                    Assert.AreEqual(then[i], after[i], $"{op.Text}: wrote to element {i - t.Offset} of {t}, which it may not");
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
}
