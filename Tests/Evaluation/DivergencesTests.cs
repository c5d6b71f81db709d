using FastGan.Evaluation.Distances;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class DivergencesTests
{
    private static Histogram Bins(params double[] weights) => new(0, weights.Length, weights);

    [TestMethod]
    public void HandMadeHistograms()
    {
        Histogram p = Bins(2, 1, 1), q = Bins(1, 1, 0);
        Assert.AreEqual(0.25, Divergences.TotalVariation(p, q), 1e-15);
        Assert.AreEqual(0.5 * Math.Log(1 / 1.0) + 0.5 * Math.Log(2), Divergences.KullbackLeibler(q, p), 1e-15);
        Assert.AreEqual(double.PositiveInfinity, Divergences.KullbackLeibler(p, q), "q has nothing in the last bin");

        // m = (1/2, 3/8, 1/8).
        double toP = 0.25 * Math.Log(0.25 / 0.375) + 0.25 * Math.Log(2), toQ = 0.5 * Math.Log(0.5 / 0.375);
        Assert.AreEqual((toP + toQ) / 2, Divergences.JensenShannon(p, q), 1e-15);
        Assert.AreEqual(Divergences.JensenShannon(p, q), Divergences.JensenShannon(q, p), 1e-15);
    }

    [TestMethod]
    public void WhereNothingOverlapsTheyAreAtTheirEnds()
    {
        Histogram p = Bins(1, 3, 0, 0, 0), near = Bins(0, 0, 1, 1, 0), far = Bins(0, 0, 0, 0, 1);
        foreach (Histogram q in new[] { near, far })
        {
            Assert.AreEqual(1, Divergences.TotalVariation(p, q), 1e-15);
            Assert.AreEqual(double.PositiveInfinity, Divergences.KullbackLeibler(p, q));
            Assert.AreEqual(Math.Log(2), Divergences.JensenShannon(p, q), 1e-15);
        }

        Assert.IsGreaterThan(EarthMovers.OneDimension(p, near) + 1, EarthMovers.OneDimension(p, far));
    }

    [TestMethod]
    public void EqualHistogramsAreAtNoDistance()
    {
        Histogram p = Bins(3, 1, 0, 7), same = Bins(6, 2, 0, 14);
        Assert.AreEqual(0, Divergences.TotalVariation(p, same));
        Assert.AreEqual(0, Divergences.KullbackLeibler(p, same));
        Assert.AreEqual(0, Divergences.JensenShannon(p, same));
        Assert.AreEqual(0, EarthMovers.OneDimension(p, same));
    }

    /// <summary>KL of N(0, 1) to N(m, s²) is ln s + (1 + m²) / 2s² − ½; total variation of two Gaussians a distance apart is 2Φ(m/2) − 1.</summary>
    [TestMethod]
    public void GaussiansInFineBins()
    {
        const double m = 0.7, s = 1.3, tolerance = 1e-4;
        Histogram standard = Density(x => Math.Exp(-x * x / 2)), other = Density(x => Math.Exp(-(x - m) * (x - m) / (2 * s * s)));
        Assert.AreEqual(Math.Log(s) + (1 + m * m) / (2 * s * s) - 0.5, Divergences.KullbackLeibler(standard, other), tolerance);
        Histogram shifted = Density(x => Math.Exp(-(x - 1) * (x - 1) / 2));
        Assert.AreEqual(0.3829249, Divergences.TotalVariation(standard, shifted), tolerance);
        Assert.AreEqual(1, EarthMovers.OneDimension(standard, shifted), tolerance);

        static Histogram Density(Func<double, double> density) =>
            new(-12, 12, [.. Enumerable.Range(0, 6000).Select(i => density(-12 + (i + 0.5) * 24 / 6000))]);
    }

    [TestMethod]
    public void ValuesAreCountedInBinsOfOneWidth()
    {
        Histogram h = Histogram.Of([0, 0.49, 0.5, 1.99, 2], 0, 2, 4);
        CollectionAssert.AreEqual(new[] { 0.4, 0.2, 0, 0.4 }, h.Mass.ToArray());
        (Histogram a, Histogram b) = Histogram.Pair([1, 2], [5], 4);
        Assert.AreEqual((1.0, 5.0, 1.0), (a.Low, b.High, b.BinWidth));
        CollectionAssert.AreEqual(new[] { 0.5, 0.5, 0, 0 }, a.Mass.ToArray());
        CollectionAssert.AreEqual(new[] { 0, 0, 0, 1.0 }, b.Mass.ToArray());
        (a, b) = Histogram.Pair([3], [3, 3], 2);
        Assert.AreEqual(0, Divergences.TotalVariation(a, b));
    }

    [TestMethod]
    public void BadHistogramsAreRefused()
    {
        Points.Refuses("bin 1 of a histogram holds -1", () => Bins(1, -1));
        Points.Refuses("bin 0 of a histogram holds NaN", () => Bins(double.NaN));
        Points.Refuses("a histogram is empty", () => Bins(0, 0));
        Points.Refuses("a histogram from 1 to 1 has no room", () => _ = new Histogram(1, 1, [1]));
        Points.Refuses("a histogram of 0 bins", () => Histogram.Of([1], 0, 2, 0));
        Points.Refuses("3 lies outside of the histogram from 0 to 2", () => Histogram.Of([1, 3], 0, 2, 2));
        Points.Refuses("2 bins from 0 to 2 and 3 from 0 to 3", () => Divergences.TotalVariation(Bins(1, 1), Bins(1, 1, 1)));
    }
}
