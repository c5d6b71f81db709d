using FastGan.Data;
using FastGan.Gans;

namespace FastGan.Tests.Gans;

/// <summary>The learning rates stay, then fall to 0 in a straight line over the last share of the steps.</summary>
[TestClass]
public sealed class RateFactorTests
{
    [TestMethod]
    [DataRow(0.0, new[] { 1.0, 1, 1, 1, 1, 1, 1, 1 })]
    [DataRow(0.5, new[] { 1.0, 1, 1, 1, 1, 0.75, 0.5, 0.25 })]
    [DataRow(1.0, new[] { 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125 })]
    public void ItFallsOverTheLastShareOfTheSteps(double decay, double[] factors)
    {
        TrainingSpec spec = Presets.Make("gan", new DataSpec("random"), 16, 1).Training with { Steps = factors.Length, Decay = decay };
        for (int step = 0; step < factors.Length; step++)
            Assert.AreEqual(factors[step], spec.RateFactor(step), 1e-15, $"step {step}");
        Assert.AreEqual(decay == 0 ? 1 : 0, spec.RateFactor(factors.Length));
        Assert.AreEqual(decay == 0 ? 1 : 0, spec.RateFactor(2 * factors.Length), "a run that goes on");
    }
}
