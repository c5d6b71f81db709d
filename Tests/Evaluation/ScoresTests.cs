using FastGan.Evaluation;
using FastGan.Evaluation.Scores;

namespace FastGan.Tests.Evaluation;

[TestClass]
public sealed class ScoresTests
{
    [TestMethod]
    public void InceptionScoreIsBetweenOneAndTheNumberOfClasses()
    {
        Assert.AreEqual(1, InceptionScore.Of(Points.Of(3, 0.25f, 0.25f, 0.5f, 0.25f, 0.25f, 0.5f)), 1e-12, "all samples alike");
        Assert.AreEqual(3, InceptionScore.Of(Points.Of(3, 1, 0, 0, 0, 0, 1, 0, 1, 0)), 1e-12, "sure, and every class equally often");
        Assert.AreEqual(1, InceptionScore.Of(Points.Of(3, 0, 1, 0, 0, 1, 0)), 1e-12, "sure, and always of the same class");

        // p(y) = (½, ½): KL of (¾, ¼) to it, twice.
        Assert.AreEqual(Math.Exp(0.75 * Math.Log(1.5) + 0.25 * Math.Log(0.5)), InceptionScore.Of(Points.Of(2, 0.75f, 0.25f, 0.25f, 0.75f)), 1e-12);
        Points.Refuses("the probabilities of sample 1 sum to 1.5", () => InceptionScore.Of(Points.Of(2, 0.5f, 0.5f, 1, 0.5f)));
        Points.Refuses("sample 0 has a probability of -0.5 for class 1", () => InceptionScore.Of(Points.Of(2, 1.5f, -0.5f)));
    }

    [TestMethod]
    public void NeighboursAreTheNearest()
    {
        Samples among = Points.Of(1, 0, 10, 4, 4, 7);
        NearestNeighbours found = NearestNeighbours.Find(Points.Of(1, 5, -1), among, 3);
        CollectionAssert.AreEqual(new[] { 2, 3, 4, 0, 2, 3 }, found.Indices, "of equally near ones the earlier");
        CollectionAssert.AreEqual(new double[] { 1, 1, 2, 1, 5, 5 }, found.Distances);
        Assert.AreEqual((2.0, 5.0), (found.Radius(0), found.Radius(1)));

        NearestNeighbours within = NearestNeighbours.Within(among, 1);
        CollectionAssert.AreEqual(new[] { 2, 4, 3, 2, 1 }, within.Indices, "not the sample itself, but its double");
        CollectionAssert.AreEqual(new double[] { 4, 3, 0, 0, 3 }, within.Distances);
        Points.Refuses("5 nearest neighbours of 4", () => NearestNeighbours.Within(among, 5));
        Points.Refuses("0 nearest neighbours", () => NearestNeighbours.Find(among, among, 0));
    }

    [TestMethod]
    public void NeighboursAreThoseOfASort()
    {
        Samples queries = Points.Gaussian(1, 37, 5), among = Points.Gaussian(2, 200, 5);
        NearestNeighbours found = NearestNeighbours.Find(queries, among, 7);
        for (int i = 0; i < queries.Count; i++)
        {
            int[] sorted = [.. Enumerable.Range(0, among.Count).OrderBy(j => FastGan.Evaluation.Distances.Euclidean.Between(queries[i], among[j])).Take(7)];
            CollectionAssert.AreEqual(sorted, found.Indices[(7 * i)..(7 * i + 7)]);
        }
    }

    /// <summary>
    /// Real 0, 1, 3, 10 with k = 1 have balls [−1, 1], [0, 2], [1, 5], [3, 17]; generated 1, 4, 4.5, 20 have radii 3, ½, ½, 15½: [−2, 4], [3½, 4½], [4, 5], [4½, 35½].
    /// </summary>
    [TestMethod]
    public void HandMadeManifolds()
    {
        ManifoldScores scores = ManifoldScores.Of(Points.Of(1, 0, 1, 3, 10), Points.Of(1, 1, 4, 4.5f, 20), k: 1);
        Assert.AreEqual(3 / 4.0, scores.Precision, "all but 20");
        Assert.AreEqual(4 / 4.0, scores.Recall, "10 through the wide ball of 20");
        Assert.AreEqual((3 + 2 + 2 + 0) / 4.0, scores.Density);
        Assert.AreEqual(4 / 4.0, scores.Coverage);

        // One mode of two: what is generated is good, half of the data is missing.
        scores = ManifoldScores.Of(Points.Of(1, 0, 1, 100, 101), Points.Of(1, 0, 0.5f, 1), k: 1);
        Assert.AreEqual(new ManifoldScores(Precision: 1, Recall: 0.5, Density: 2, Coverage: 0.5), scores);
        scores = ManifoldScores.Of(Points.Of(1, 0, 1), Points.Of(1, 50, 51), k: 1);
        Assert.AreEqual(new ManifoldScores(0, 0, 0, 0), scores);
    }

    /// <summary>
    /// Of two sets of one size and one distribution, whatever it is: density is 1 and coverage about 1 − 2⁻ᵏ in expectation (Naeem et al., 2020).
    /// </summary>
    [TestMethod]
    public void OneDistributionHasTheScoresThatThePaperDerives()
    {
        ManifoldScores scores = ManifoldScores.Of(Points.Gaussian(1, 1500, 16), Points.Gaussian(2, 1500, 16), k: 5);
        Assert.AreEqual(1, scores.Density, 0.06);
        Assert.AreEqual(1 - 1 / 32.0, scores.Coverage, 0.02);
        Assert.AreEqual(scores.Precision, scores.Recall, 0.03);
    }

    [TestMethod]
    public void ClassesAreCounted()
    {
        ClassHistogram h = ClassHistogram.Of([0, 1, 1, 1], [5, 5, 10, 0]);
        CollectionAssert.AreEqual(new[] { 1, 3, 0, 0 }, h.Counts.ToArray());
        Assert.AreEqual(0.25 * Math.Log(4) + 0.75 * Math.Log(4 / 3.0), h.Entropy, 1e-12);
        Assert.AreEqual(0.25 * Math.Log(1) + 0.75 * Math.Log(3), h.Divergence, 1e-12);
        CollectionAssert.AreEqual(new[] { 2 }, h.Missing.ToArray(), "class 3 isn't in the data either");
        Assert.AreEqual(double.PositiveInfinity, ClassHistogram.Of([3], [5, 5, 10, 0]).Divergence);
        Points.Refuses("a label of 4 among 4 classes", () => ClassHistogram.Of([4], [5, 5, 10, 0]));
    }

    [TestMethod]
    public void IntervalsAreStudents()
    {
        // Mean 3, s² 2.5, t of 4 degrees of freedom 2.776445.
        Interval interval = Interval.Repeat(5, i => i + 1);
        Assert.AreEqual((3.0, 5), (interval.Mean, interval.Draws));
        Assert.AreEqual(2.776445 * Math.Sqrt(2.5 / 5), interval.HalfWidth, 1e-6);
        Assert.AreEqual("3.0 ± 2.0", $"{interval}");
        Assert.AreEqual("12.346 ± 0.012", $"{new Interval(12.34567, 0.0123, 3)}");
        Points.Refuses("an interval from 1 draw:", () => Interval.Of([1]));
    }

    /// <summary>Of 400 intervals from 5 draws each, some 95 of 100 hold the true mean.</summary>
    [TestMethod]
    public void IntervalsHoldTheTruthAsOftenAsTheySay()
    {
        int held = 0;
        for (int i = 0; i < 400; i++)
        {
            Interval interval = Interval.Of(Points.Gaussian((ulong)i, 5, 1, mean: 7).Axis(0));
            held += Math.Abs(interval.Mean - 7) <= interval.HalfWidth ? 1 : 0;
        }

        Assert.AreEqual(380, held, 4 * Math.Sqrt(400 * 0.95 * 0.05));
    }

    /// <summary>The same of draws that are parts of one set of 40: those that count every draw as a fresh one would hold it in 2 of 3 cases.</summary>
    [TestMethod]
    public void IntervalsOfOverlappingDrawsDoToo()
    {
        int held = 0, naive = 0;
        for (int i = 0; i < 400; i++)
        {
            Samples all = Points.Gaussian((ulong)i, 40, 1, mean: 7);
            double[] means = [.. Enumerable.Range(0, 5).Select(d => all.Draw(20, (ulong)i, (ulong)d).Axis(0).Average())];
            held += Holds(Interval.Of(means, overlap: 0.5)) ? 1 : 0;
            naive += Holds(Interval.Of(means)) ? 1 : 0;
        }

        Assert.AreEqual(380, held, 4 * Math.Sqrt(400 * 0.95 * 0.05));
        Assert.IsLessThan(320, naive);

        static bool Holds(Interval interval) => Math.Abs(interval.Mean - 7) <= interval.HalfWidth;
    }

    [TestMethod]
    public void TheSameSamplesAgainAreOneDraw()
    {
        Interval interval = Interval.Of([8.25, 8.25], overlap: 1);
        Assert.AreEqual(double.PositiveInfinity, interval.HalfWidth);
        Assert.AreEqual("8.250, one draw", $"{interval}");
    }

    [TestMethod]
    public void ClassesThatAreOnlyNumbersAreMatched()
    {
        // The classifier says 0, 1, 2, 2; asked for were 2, 0, 1, 0.
        Looked looked = new(Points.Of(1, 0, 0, 0, 0), Points.Of(3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1));
        ImageSet set = new(Points.Of(1, 0, 0, 0, 0), looked, [2, 0, 1, 0]), same = new(set.Pixels, looked, [0, 1, 2, 0]), more = new(set.Pixels, looked, [7, 5, 3, 3]);
        Assert.AreEqual((0, 0.75), (set.Agreement(), set.AgreementAfterMatching()));
        Assert.AreEqual((0.75, 0.75), (same.Agreement(), same.AgreementAfterMatching()));
        Assert.AreEqual(1, more.AgreementAfterMatching(), "more numbers than classes");
    }

    [TestMethod]
    public void DrawsAreParts()
    {
        Samples all = Points.Of(1, 0, 1, 2, 3, 4, 5, 6, 7), part = all.Draw(5, seed: 1, draw: 0);
        Assert.HasCount(5, part.Values.Distinct());
        CollectionAssert.AreEqual(part.Values, all.Draw(5, seed: 1, draw: 0).Values);
        CollectionAssert.AreNotEqual(part.Values, all.Draw(5, seed: 1, draw: 1).Values);
    }
}
