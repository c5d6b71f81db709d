using FastGan.Cpu;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>Precision that a norm over a tensor doesn't show, element by element relative to the reference.</summary>
[TestClass]
public sealed class PrecisionTests
{
    /// <summary>
    /// The ratio of two losses' gradients of one logit turns one into the other (<see cref="IOps.ScaleSamples"/>), so that each must be right
    /// to a few roundings, however small: 1e-6 is 16 of them. exp(−l) has a relative error of a rounding of l beside it, hence 1 + |l|.
    /// </summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void BinaryCrossEntropyKeepsSmallGradients(double target)
    {
        double[] logits = [.. Enumerable.Range(-360, 721).Select(i => i / 4.0)];
        double[][] d = OnBoth(box =>
        {
            Tensor dlogits = box.Empty(Shape.Matrix(logits.Length, 1));
            box.Ops.BceWithLogits(box.Put(dlogits.Shape, logits), target, 0.5, null, box.Empty(1), box.Empty(1), dlogits);
            return dlogits;
        });
        for (int i = 0; i < logits.Length; i++)
            Assert.AreEqual(d[0][i], d[1][i], 1e-6 * (1 + Math.Abs(logits[i]) / 8) * Math.Abs(d[0][i]), $"logit {logits[i]}");
    }

    public static IEnumerable<object[]> Rules => [[new AdamRule()], [new RmsPropRule()], [new SgdRule(0.9)]];

    /// <summary>1 − β is small: taken from rounded β it would be off by up to 1e-4, which shows only while the state is small.</summary>
    [TestMethod]
    [DynamicData(nameof(Rules))]
    public void UpdatesStartFromZero(OptimizerRule rule)
    {
        double[] gradients = [.. Enumerable.Range(1, 37).Select(i => (i - 18.5) * 0.125)];
        foreach (bool wantsState in (bool[])[true, false])
        {
            double[][] result = OnBoth(box =>
            {
                Tensor state = box.Empty(rule.StateSlots * gradients.Length), parameters = box.Empty(gradients.Length);
                (double rate, double correction) = rule.Rates(0.125, 3);
                for (int step = 0; step < 3; step++)
                    box.Ops.Update(rule, box.Put((float)rate, (float)correction), box.Put(gradients), null, state, parameters);
                return wantsState ? state : parameters;
            });
            for (int i = 0; i < result[0].Length; i++)
                Assert.AreEqual(result[0][i], result[1][i], 1e-6 * Math.Abs(result[0][i]), $"{(wantsState ? "state" : "parameter")} {i}");
        }
    }

    /// <summary>
    /// The mean of squares less the square of the mean would leave a variance of 1 beside a mean of 1000 no correct digit.
    /// </summary>
    [TestMethod]
    public void BatchNormSurvivesALargeMean()
    {
        double[] x = [.. Enumerable.Range(0, 4 * 99).Select(i => 1000 + (i / 4 * 7 % 99 - 49) / 32.0)];
        double[][] invStd = OnBoth(box =>
        {
            Tensor y = box.Empty(Shape.Matrix(99, 4));
            BatchNormTensors bn = new(box.Put(1, 1, 1, 1), box.Empty(4), box.Empty(4), box.Empty(4), box.Empty(4), box.Empty(4));
            box.Ops.BatchNorm(box.Put(y.Shape, x), bn, 1e-5, 0.1, Activation.Identity, y);
            return bn.InvStd;
        });
        for (int c = 0; c < 4; c++)
            Assert.AreEqual(invStd[0][c], invStd[1][c], 1e-5 * invStd[0][c]);
    }

    /// <summary>What the reference and the CPU make of the same operations.</summary>
    private static double[][] OnBoth(Func<Sandbox, Tensor> record)
    {
        using ReferenceDevice reference = new();
        using CpuDevice cpu = new(2);
        return [.. ((Device[])[reference, cpu]).Select(device =>
        {
            Sandbox box = new(device);
            Tensor result = record(box);
            box.Run();
            return box.Read(result);
        })];
    }
}
