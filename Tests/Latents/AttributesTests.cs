using FastGan.Latents;
using FastGan.Tensors;

namespace FastGan.Tests.Latents;

/// <summary>Images whose attributes can be told by hand.</summary>
[TestClass]
public sealed class AttributesTests
{
    private static readonly Shape Grey = new(1, 10, 20, 1);

    [TestMethod]
    public void ARectangleHasItsOwnSize()
    {
        AssertEqual([0.5 * 24 / 200, 24 / 200.0, 6 / 20.0, 4 / 10.0, 0, 1], Measure((x, y) => x is >= 7 and < 13 && y is >= 3 and < 7 ? 0.5 : 0));
        double[] aside = Measure((x, y) => x is >= 0 and < 6 && y is >= 3 and < 7 ? 0.5 : 0);
        AssertEqual([0.06, 0.12, 0.3, 0.4, 0, 0], aside);
    }

    [TestMethod]
    public void WhatLeansToTheRightHasPositiveSlant()
    {
        double[] right = Measure((x, y) => x == 5 + (9 - y) ? 1 : 0), left = Measure((x, y) => x == 5 + y ? 1 : 0);
        Assert.AreEqual(1, right[4], 1e-6);
        Assert.AreEqual(-1, left[4], 1e-6);
    }

    [TestMethod]
    public void ABlackImageHasNone() => AssertEqual(new double[6], Measure((_, _) => 0));

    [TestMethod]
    public void ColoursCountByTheirMean()
    {
        float[] image = [.. Enumerable.Repeat(new[] { 1f, -1f, -1f }, 4).SelectMany(p => p)];
        double[] values = new double[6];
        Attributes.Measure(image, new Shape(1, 2, 2, 3), values);
        AssertEqual([1 / 3.0, 1, 1, 1, 0, 1], values);
    }

    private static double[] Measure(Func<int, int, double> p)
    {
        float[] image = [.. Enumerable.Range(0, 200).Select(i => (float)(2 * p(i % 20, i / 20) - 1))];
        double[] values = new double[Attributes.Names.Count];
        Attributes.Measure(image, Grey, values);
        return values;
    }

    private static void AssertEqual(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-6, Attributes.Names[i]);
    }
}
