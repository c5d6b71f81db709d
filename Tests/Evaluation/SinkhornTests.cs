using FastGan.Evaluation;
using FastGan.Evaluation.Distances;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class SinkhornTests
{
    [TestMethod]
    public void GoesToTheExactDistanceAsEpsilonGoesToZero()
    {
        Samples a = Points.Gaussian(1, 50, 3), b = Points.Gaussian(2, 50, 3, mean: 0.5);
        double exact = EarthMovers.Assigned(a, b), before = double.PositiveInfinity;
        foreach (double epsilon in new[] { 1, 0.3, 0.1, 0.03, 0.01 })
        {
            Sinkhorn result = Sinkhorn.Between(a, b, epsilon, tolerance: 1e-3);
            Assert.IsLessThanOrEqualTo(1e-3, result.MarginalError);
            Assert.IsLessThan(before, result.Cost, $"epsilon {epsilon}");
            Assert.IsLessThan(exact + epsilon * Math.Log(50), result.Cost, $"epsilon {epsilon}");
            before = result.Cost;
        }

        Assert.AreEqual(exact, before, 0.005);
    }

    /// <summary>Two points a side, a distance apart each: P = ½ (q, 1 − q; 1 − q, q) with q = 1 / (1 + e^(−1/ε)), which carries 1 − q.</summary>
    [TestMethod]
    public void TwoByTwoInClosedForm()
    {
        double[] cost = [0, 1, 1, 0];
        foreach (double epsilon in new[] { 10, 1, 0.2, 0.05, 0.01 })
        {
            Sinkhorn result = Sinkhorn.Solve(cost, 2, 2, epsilon, 1e-12);
            Assert.AreEqual(1 / (1 + Math.Exp(1 / epsilon)), result.Cost, 1e-12, $"epsilon {epsilon}");
        }
    }

    /// <summary>With ε large every sample is carried to all alike.</summary>
    [TestMethod]
    public void GoesToTheMeanCostAsEpsilonGrows()
    {
        Samples a = Points.Gaussian(1, 21, 5), b = Points.Gaussian(2, 34, 5);
        Assert.AreEqual(Euclidean.Matrix(a, b).Average(), Sinkhorn.Between(a, b, 1e6).Cost, 1e-5);
    }

    [TestMethod]
    public void SetsOfUnequalSize()
    {
        Samples a = Points.Gaussian(1, 12, 1), b = Points.Gaussian(2, 30, 1, mean: 1);
        double exact = EarthMovers.OneDimension(a.Axis(0), b.Axis(0));
        Assert.AreEqual(exact, Sinkhorn.Between(a, b, 0.002).Cost, 0.002 * Math.Log(30));
        Assert.AreEqual(exact, Sinkhorn.Between(b, a, 0.002).Cost, 0.002 * Math.Log(30));
    }

    [TestMethod]
    public void WhatCanNotConvergeIsRefused()
    {
        Samples a = Points.Gaussian(1, 30, 3), b = Points.Gaussian(2, 30, 3, mean: 0.5);
        foreach (double epsilon in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Points.Refuses($"Sinkhorn with epsilon {epsilon}", () => Sinkhorn.Between(a, b, epsilon));
        Points.Refuses("after 20,000 rounds", () => Sinkhorn.Between(a, b, 0.003, 1e-13));
    }
}
