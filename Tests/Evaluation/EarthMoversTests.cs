using FastGan.Evaluation;
using FastGan.Evaluation.Distances;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class EarthMoversTests
{
    [TestMethod]
    public void HandMadeSetsOnALine()
    {
        Assert.AreEqual(2, EarthMovers.OneDimension([0], [2]));
        Assert.AreEqual(0, EarthMovers.OneDimension([3, 1, 2], [1, 2, 3]));
        Assert.AreEqual(0, EarthMovers.OneDimension([1, 2], [1, 2, 1, 2, 2, 1]), "the sizes may differ");
        Assert.AreEqual(1.5, EarthMovers.OneDimension([0], [0, 3]));

        // Thirds to halves: 0 → 0 (1/3), 0 ← 1 (1/6), 1 → 4 (1/6), 2 → 4 (1/3).
        Assert.AreEqual(1 / 6.0 + 3 / 6.0 + 2 / 3.0, EarthMovers.OneDimension([0, 1, 2], [0, 4]), 1e-15);
    }

    /// <summary>Unequal sets are compared as their repetitions to equal size would be.</summary>
    [TestMethod]
    public void UnequalSetsAreThoseRepeated()
    {
        double[] a = Points.Gaussian(1, 12, 1).Axis(0), b = Points.Gaussian(2, 20, 1, mean: 0.5).Axis(0);
        double[] repeatedA = [.. a.Order().SelectMany(v => Enumerable.Repeat(v, 5))], repeatedB = [.. b.Order().SelectMany(v => Enumerable.Repeat(v, 3))];
        double paired = repeatedA.Zip(repeatedB, (x, y) => Math.Abs(x - y)).Average();
        Assert.AreEqual(paired, EarthMovers.OneDimension(a, b), 1e-13);
        Assert.AreEqual(paired, EarthMovers.OneDimension(b, a), 1e-13);
    }

    [TestMethod]
    public void ShiftedUniformsAreTheShiftApart()
    {
        double[] uniform = [.. Enumerable.Range(0, 1000).Select(i => (i + 0.5) / 1000)];
        foreach (double shift in new[] { 0.01, 0.5, 1, 7 })
        {
            double[] shifted = [.. uniform.Select(v => v + shift)];
            Assert.AreEqual(shift, EarthMovers.OneDimension(uniform, shifted), 1e-12);
            (Histogram p, Histogram q) = Histogram.Pair(uniform, shifted, 2000);
            Assert.AreEqual(shift, EarthMovers.OneDimension(p, q), p.BinWidth);
        }
    }

    [TestMethod]
    public void MovedPointsAreTheMoveApart()
    {
        Samples a = Points.Gaussian(1, 40, 3), b = Points.Reversed(Points.Moved(a, 2, -1, 2));
        Assert.AreEqual(3, EarthMovers.Assigned(a, b), 1e-6);
        Assert.AreEqual(0, EarthMovers.Assigned(a, Points.Reversed(a)));
        Assert.AreEqual(0, EarthMovers.Sliced(a, Points.Reversed(a), 8, seed: 1), 1e-15);
    }

    /// <summary>On a line a direction is a sign; in more dimensions a shift of length 1 is seen as E|cos| of it: 2/π in the plane, ½ in space.</summary>
    [TestMethod]
    [DataRow(1, 1.0)]
    [DataRow(2, 2 / Math.PI)]
    [DataRow(3, 0.5)]
    public void SlicedSeesTheMeanCosine(int width, double expected)
    {
        Samples a = Points.Gaussian(1, 20, width);
        float[] shift = new float[width];
        shift[0] = 1;
        double sliced = EarthMovers.Sliced(a, Points.Moved(a, shift), 4000, seed: 1);
        Assert.AreEqual(expected, sliced, width == 1 ? 1e-6 : 0.025);
        Assert.AreEqual(sliced, EarthMovers.Sliced(a, Points.Moved(a, shift), 4000, seed: 1), "the same seed gives the same digits");
        if (width > 1)
            Assert.AreNotEqual(sliced, EarthMovers.Sliced(a, Points.Moved(a, shift), 4000, seed: 2));
    }

    [TestMethod]
    public void TheyAreMetrics()
    {
        Samples a = Points.Gaussian(1, 30, 4), b = Points.Gaussian(2, 30, 4, mean: 0.5), c = Points.Gaussian(3, 30, 4, deviation: 2);
        foreach (Func<Samples, Samples, double> distance in (Func<Samples, Samples, double>[])
            [EarthMovers.Assigned, (x, y) => EarthMovers.Sliced(x, y, 50, seed: 1), (x, y) => EarthMovers.OneDimension(x.Axis(2), y.Axis(2))])
        {
            Assert.AreEqual(0, distance(a, a), 1e-15);
            Assert.AreEqual(distance(a, b), distance(b, a), 1e-13);
            Assert.IsGreaterThan(0, distance(a, b));
            Assert.IsLessThanOrEqualTo(distance(a, b) + distance(b, c), distance(a, c));
        }

        Assert.IsLessThan(EarthMovers.Assigned(a, b), EarthMovers.Sliced(a, b, 50, seed: 1));
    }

    [TestMethod]
    public void AssignmentIsTheBestOfAllPermutations()
    {
        const int n = 6;
        for (ulong seed = 1; seed <= 40; seed++)
        {
            // Every other time of few values, so that many assignments are equally good.
            double[] cost = [.. Points.Gaussian(seed, n * n, 1).Values.Select(v => seed % 2 == 0 ? Math.Round(2 * v) : v)];
            int[] columns = Assignment.Solve(cost, n);
            CollectionAssert.AreEquivalent(Enumerable.Range(0, n).ToArray(), columns);
            Assert.AreEqual(Best(cost, 0, new bool[n]), columns.Select((j, i) => cost[i * n + j]).Sum(), 1e-12, $"seed {seed}");
        }

        static double Best(double[] cost, int row, bool[] taken)
        {
            if (row == n)
                return 0;
            double best = double.PositiveInfinity;
            for (int j = 0; j < n; j++)
            {
                if (taken[j])
                    continue;
                taken[j] = true;
                best = Math.Min(best, cost[row * n + j] + Best(cost, row + 1, taken));
                taken[j] = false;
            }

            return best;
        }
    }

    /// <summary>On a line the assignment is the sorted one, at a size that brute force doesn't reach.</summary>
    [TestMethod]
    public void AssignmentAgreesWithSortingOnALine()
    {
        Samples a = Points.Gaussian(1, 300, 1), b = Points.Gaussian(2, 300, 1, mean: 1, deviation: 0.3);
        Assert.AreEqual(EarthMovers.OneDimension(a.Axis(0), b.Axis(0)), EarthMovers.Assigned(a, b), 1e-12);
    }

    [TestMethod]
    public void DistancesOfPairsAreThoseOfTheFormula()
    {
        // Widths around the vectors' and counts around the blocks'.
        foreach (int width in new[] { 1, 7, 8, 9, 16, 31 })
        {
            Samples a = Points.Gaussian(1, 17, width), b = Points.Gaussian(2, 33, width);
            double[] matrix = Euclidean.Matrix(a, b);
            for (int i = 0; i < a.Count; i++)
            {
                for (int j = 0; j < b.Count; j++)
                {
                    double sum = 0;
                    for (int k = 0; k < width; k++)
                        sum += Math.Pow((double)a[i][k] - b[j][k], 2);
                    Assert.AreEqual(Math.Sqrt(sum), matrix[i * b.Count + j], 1e-13);
                }
            }
        }
    }

    [TestMethod]
    public void BadSetsAreRefused()
    {
        Samples a = Points.Gaussian(1, 4, 3), narrow = Points.Gaussian(1, 4, 2), more = Points.Gaussian(1, 5, 3);
        Points.Refuses("4 samples can't be assigned to 5", () => EarthMovers.Assigned(a, more));
        Points.Refuses("samples of 3 numbers can't be compared with samples of 2", () => EarthMovers.Assigned(a, narrow));
        Points.Refuses("samples of 3 numbers can't be compared with samples of 2", () => EarthMovers.Sliced(a, narrow, 4, 1));
        Points.Refuses("0 projections", () => EarthMovers.Sliced(a, a, 0, 1));
        Points.Refuses("is empty", () => EarthMovers.OneDimension([], [1]));
        Points.Refuses("value 1 is NaN", () => EarthMovers.OneDimension([1, double.NaN], [1]));
        Points.Refuses("sample 1 has NaN at place 0", () => Points.Of(2, 1, 2, float.NaN, 4));
        Points.Refuses("5 samples can't be drawn from 4", () => a.Draw(5, seed: 1, draw: 0));
        Points.Refuses("a cost of NaN", () => Assignment.Solve([double.NaN], 1));
    }
}
