using FastGan.Data;

namespace FastGan.Tests.Data;

[TestClass]
public sealed class MixtureTests
{
    [TestMethod]
    public void TheModesLieWhereTheyShould()
    {
        foreach ((Mixture mixture, int modes, double apart) in new[] { (Mixture.Ring, 8, 2 * Math.Sin(Math.PI / 8)), (Mixture.Grid, 25, 2) })
        {
            Assert.HasCount(modes, mixture.Centers, mixture.Name);
            Assert.AreEqual(apart, mixture.Centers.SelectMany((a, i) => mixture.Centers.Skip(i + 1).Select(b => Apart(a, b))).Min(), 1e-12, "no two in one place");
        }

        Assert.IsTrue(Mixture.Ring.Centers.All(c => Math.Abs(Apart(c, (0, 0)) - 1) < 1e-12), "on the unit circle");
        Assert.IsTrue(Mixture.Grid.Centers.All(c => Math.Abs(c.X) is 0 or 2 or 4 && Math.Abs(c.Y) is 0 or 2 or 4));
    }

    /// <summary>Mean and standard deviation of each mode's points, within four standard errors.</summary>
    [TestMethod]
    public void EachModeHasItsShareAndItsSpread()
    {
        foreach (Mixture mixture in new[] { Mixture.Ring, Mixture.Grid })
        {
            const int Each = 2000;
            int modes = mixture.Centers.Count;
            float[] points = mixture.Draw(seed: 3, Each * modes);
            double error = 4 * mixture.Sigma / Math.Sqrt(Each);
            for (int mode = 0; mode < modes; mode++)
            {
                (double x, double y) = mixture.Centers[mode];
                double[] dx = [.. Enumerable.Range(0, Each).Select(i => points[2 * (i * modes + mode)] - x)];
                double[] dy = [.. Enumerable.Range(0, Each).Select(i => points[2 * (i * modes + mode) + 1] - y)];
                foreach (double[] d in new[] { dx, dy })
                {
                    Assert.AreEqual(0, d.Average(), error, $"{mixture.Name}, mode {mode}");
                    Assert.AreEqual(mixture.Sigma, Math.Sqrt(d.Average(v => v * v)), error, $"{mixture.Name}, mode {mode}");
                }

                Assert.AreEqual(0, dx.Zip(dy, (a, b) => a * b).Average(), error * mixture.Sigma, "the axes know nothing of each other");
            }
        }
    }

    [TestMethod]
    public void TheSeedDecides()
    {
        CollectionAssert.AreEqual(Mixture.Ring.Draw(1, 40), Mixture.Ring.Draw(1, 40));
        CollectionAssert.AreNotEqual(Mixture.Ring.Draw(1, 40), Mixture.Ring.Draw(2, 40));
    }

    private static double Apart((double X, double Y) a, (double X, double Y) b) => double.Hypot(a.X - b.X, a.Y - b.Y);
}
