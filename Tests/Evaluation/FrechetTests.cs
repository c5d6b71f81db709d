using FastGan.Evaluation;
using FastGan.Evaluation.Scores;
using MathNet.Numerics;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class FrechetTests
{
    [TestMethod]
    public void MomentsOfAHandMadeSet()
    {
        Moments m = Moments.Of(Points.Of(2, 1, 2, 3, 8, 5, 2));
        CollectionAssert.AreEqual(new[] { 3.0, 4.0 }, m.Mean);
        Assert.AreEqual((4.0, 0.0, 0.0, 12.0), (m.Covariance[0, 0], m.Covariance[0, 1], m.Covariance[1, 0], m.Covariance[1, 1]));
    }

    /// <summary>Where the covariances are diagonal, Σ (μ − ν)² + (σ − τ)².</summary>
    [TestMethod]
    public void DiagonalGaussiansInClosedForm()
    {
        Moments a = new([1, 2, 3], Diagonal(4, 1, 0)), b = new([1, 0, 6], Diagonal(9, 0, 0.25));
        Assert.AreEqual(4 + 9 + 1 + 1 + 0.25, FrechetDistance.Between(a, b).Value, 1e-12);

        static double[,] Diagonal(double x, double y, double z) => new[,] { { x, 0, 0 }, { 0, y, 0 }, { 0, 0, z } };
    }

    /// <summary>Covariances that don't commute: tr √(√A B √A) of 2×2 matrices is √(tr AB + 2 √(det A det B)).</summary>
    [TestMethod]
    public void CovariancesThatDoNotCommute()
    {
        Moments a = new([0, 0], new double[,] { { 2, 1 }, { 1, 3 } }), b = new([0, 0], new double[,] { { 5, -1 }, { -1, 1 } });
        double cross = Math.Sqrt(2 * 5 - 1 - 1 + 3 * 1 + 2 * Math.Sqrt(5 * 4));
        Assert.AreEqual(5 + 6 - 2 * cross, FrechetDistance.Between(a, b).Value, 1e-12);
        Assert.AreEqual(5 + 6 - 2 * cross, FrechetDistance.Between(b, a).Value, 1e-12);
    }

    [TestMethod]
    public void EqualSetsAreAtNoDistanceAndMovedOnesAtTheSquareOfTheMove()
    {
        // As many features as samples and more: the covariance is singular.
        foreach (int width in new[] { 3, 20, 50 })
        {
            Samples a = Points.Gaussian(1, 20, width, mean: 2, deviation: 3);
            Assert.AreEqual(0, FrechetDistance.Between(a, Points.Reversed(a)).Value, 1e-10 * width);
            float[] shift = new float[width];
            shift[1] = 2;
            Assert.AreEqual(4, FrechetDistance.Between(a, Points.Moved(a, shift)).Value, 1e-4);
        }
    }

    /// <summary>Two ways through linear algebra, one number; where covariances are singular, up to the root of rounding.</summary>
    [TestMethod]
    [DataRow(300, 5, 1e-12)]
    [DataRow(300, 40, 1e-12)]
    [DataRow(20, 50, 1e-6)]
    public void AReferenceGivesTheDistance(int count, int width, double rounding)
    {
        Samples a = Points.Gaussian(1, count, width, deviation: 2), b = Points.Gaussian(2, count, width, mean: 0.5);
        double expected = FrechetDistance.Between(a, b).Value;
        FrechetReference reference = new(Moments.Of(a));
        Assert.AreEqual(expected, reference.DistanceTo(Moments.Of(b)), rounding * expected);
        Assert.AreEqual(expected, new FrechetReference(Moments.Of(b)).DistanceTo(reference.Moments), rounding * expected);
        Assert.AreEqual(0, reference.DistanceTo(Moments.Of(Points.Reversed(a))), rounding * reference.Moments.TotalVariance);
    }

    [TestMethod]
    public void RoundingBelowZeroIsClampedAndSaid()
    {
        Samples a = Points.Gaussian(1, 20, 50);
        FrechetDistance clamped = FrechetDistance.Between(a, a), whole = FrechetDistance.Between(Points.Gaussian(1, 200, 5), Points.Gaussian(2, 200, 5));
        Assert.IsLessThan(0, clamped.Clamped);
        Assert.IsGreaterThan(-1e-12, clamped.Clamped);
        Assert.AreEqual(0, whole.Clamped);
        Moments impossible = new([0, 0], new double[,] { { 1, 2 }, { 2, 1 } });
        Points.Refuses("an eigenvalue of -0.333", () => FrechetDistance.Between(impossible, impossible));
    }

    [TestMethod]
    public void ThreadsDoNotChangeADigit()
    {
        Samples a = Points.Gaussian(1, 300, 100), b = Points.Gaussian(2, 300, 100, mean: 0.1);
        double many = FrechetDistance.Between(a, b).Value;
        int before = Control.MaxDegreeOfParallelism;
        Control.MaxDegreeOfParallelism = 1;
        try
        {
            Assert.AreEqual(many, FrechetDistance.Between(a, b).Value);
        }
        finally
        {
            Control.MaxDegreeOfParallelism = before;
        }
    }

    [TestMethod]
    public void BadSetsAreRefused()
    {
        Points.Refuses("at least 2 samples", () => Moments.Of(Points.Of(2, 1, 2)));
        Points.Refuses("samples of 3 numbers can't be compared with samples of 2",
            () => FrechetDistance.Between(Points.Gaussian(1, 4, 3), Points.Gaussian(1, 4, 2)));
    }
}
