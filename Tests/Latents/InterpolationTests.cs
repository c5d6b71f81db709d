using FastGan.Latents;

namespace FastGan.Tests.Latents;

[TestClass]
[DoNotParallelize]
public sealed class InterpolationTests
{
    [TestMethod]
    public void AnArcKeepsLengthAndTurnsEvenly()
    {
        float[] a = [3, 0, 0], b = [0, 0, 3];
        for (int i = 0; i <= 4; i++)
        {
            float[] z = Interpolation.Between(a, b, i / 4.0, PathKind.Spherical);
            double angle = i * Math.PI / 8;
            Assert.AreEqual(3 * Math.Cos(angle), z[0], 1e-6);
            Assert.AreEqual(3 * Math.Sin(angle), z[2], 1e-6);
        }

        CollectionAssert.AreEqual(new[] { 1.5f, 0, 1.5f }, Interpolation.Between(a, b, 0.5, PathKind.Linear));
        CollectionAssert.AreEqual(a, Interpolation.Between(a, a, 0.3, PathKind.Spherical), "no arc: straight on");
        CollectionAssert.AreEqual(new float[3], Interpolation.Between(a, [-3, 0, 0], 0.5, PathKind.Spherical), "no plane to turn in: straight through");
    }

    /// <summary>What lies on the way looks as much like clothes as its ends do; of an untrained generator neither does.</summary>
    [TestMethod]
    public void WhatLiesBetweenIsLikeTheData()
    {
        (double ends, double between) = Nearness(new Trained());
        (double untrainedEnds, double untrainedBetween) = Nearness(new Trained(untrained: true));
        Console.WriteLine($"distance to the nearest of 500 real images: {ends:F3} at the ends, {between:F3} between, untrained {untrainedEnds:F3} and {untrainedBetween:F3}");
        Assert.IsLessThan(1.2 * ends, between);
        Assert.IsLessThan(0.85 * untrainedBetween, between);
    }

    [TestMethod]
    public void ThePathGoesThroughItsWaypoints()
    {
        using Trained model = new(untrained: true);
        float[][] w = [model.Sampler.Latent("1:0"), model.Sampler.Latent("1:1"), model.Sampler.Latent("2")];
        float[] path = model.Sampler.Interpolate(w, 3);
        int width = w[0].Length;
        Assert.HasCount(7 * width, path);
        for (int i = 0; i < w.Length; i++)
            CollectionAssert.AreEqual(w[i], path[(3 * i * width)..((3 * i + 1) * width)]);
    }

    private static (double Ends, double Between) Nearness(Trained model)
    {
        using (model)
        {
            float[][] real = [.. Enumerable.Range(0, 500).Select(Trained.Real)];
            List<double> ends = [], between = [];
            for (int i = 0; i < 16; i++)
            {
                float[] images = model.Sampler.Generate(model.Sampler.Interpolate([model.Sampler.Latent($"5:{2 * i}"), model.Sampler.Latent($"5:{2 * i + 1}")], 2));
                double[] nearest = [.. Enumerable.Range(0, 3).Select(k => real.Min(r => Inversion.Errors(images.AsSpan(k * Trained.Pixels, Trained.Pixels), r)[0]))];
                ends.AddRange([nearest[0], nearest[2]]);
                between.Add(nearest[1]);
            }

            return (ends.Average(), between.Average());
        }
    }
}
