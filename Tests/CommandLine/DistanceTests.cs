using System.Text.Json;
using FastGan.Cli;
using FastGan.Evaluation.Distances;
using FastGan.Tests.Data;
using SkiaSharp;

namespace FastGan.Tests.CommandLine;

[TestClass]
public sealed class DistanceTests
{
    [TestMethod]
    public void SetsOfNumbers()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["a.csv"], "0,0\n1, 0\n2,0\n");
        Files.Write(folder["b.csv"], "3,4\n4,4\n\n5e0,4\n");
        string[] args = ["distance", "a.csv", "b.csv", "--axis", "0", "--bins", "5", "--seed", "7"];
        string table = Fastgan.Succeed(folder, args).Output;
        foreach (string part in new[] { "3 samples", "2 numbers a sample", "infinite", "A without B in 3 bins", "5 bins from 0 to 5", "seed 7", "200 projections", "epsilon", "exact assignment" })
            Assert.Contains(part, table);

        string json = Fastgan.Succeed(folder, [.. args, "--json"]).Output;
        Assert.AreEqual(1, json.Count(c => c == '\n'));
        using JsonDocument report = JsonDocument.Parse(json);
        JsonElement[] lines = [.. report.RootElement.GetProperty("distances").EnumerateArray()];
        object[] values = [.. lines.Select(l => l.GetProperty("value")).Select(v => v.ValueKind == JsonValueKind.String ? (object)v.GetString()! : v.GetDouble())];
        Assert.AreEqual((1.0, "Infinity", "Infinity", 3.0), (values[0], values[1], values[2], values[4]));
        Assert.AreEqual(Math.Log(2), (double)values[3], 1e-12);
        Assert.AreEqual(5, (double)values[6], 0.02, "Sinkhorn");
        Assert.AreEqual(5, (double)values[7], 1e-12, "each point moves by (3, 4)");
        Assert.IsLessThan(5, (double)values[5]);
        Assert.AreEqual(json, Fastgan.Succeed(folder, [.. args, "--json"]).Output, "the same seed gives the same digits");
        Assert.Contains("brightness", Fastgan.Succeed(folder, "distance", "a.csv", "b.csv").Output);
    }

    [TestMethod]
    public void SetsOfImages()
    {
        using TemporaryFolder folder = new();
        string images = Fastgan.WriteData(folder), photos = Fastgan.WritePhotos(folder);
        string table = Fastgan.Succeed(folder, "distance", images, images, "--count", "20").Output;
        foreach (string part in new[] { "40 samples", "256 numbers a sample", "0.0000  brightness", "20 samples of each" })
            Assert.Contains(part, table);
        Assert.Contains("960 numbers a sample", Fastgan.Succeed(folder, "distance", photos, photos).Output);
        BadInputTests.Refuse(folder, $"has samples of 256 numbers and {photos} of 960", "distance", images, photos);
    }

    /// <summary>
    /// Four classes that a classifier tells apart without a mistake, 25 of each, against 50, 50, 0, 0 of the same: half of A lies where B has nothing. The labels may be those of
    /// either set.
    /// </summary>
    [TestMethod]
    public void ClassesOfImages()
    {
        using TemporaryFolder folder = new();
        string four = Fastgan.WriteClasses(folder, "four", count: 100, side: 16, classes: 4), two = Fastgan.WriteClasses(folder, "two", count: 100, side: 16, classes: 2);
        File.Delete(folder["two/train-labels-idx1-ubyte"]);
        object[] forth = Values(four, two), back = Values(two, four);
        Assert.AreEqual((0.5, "Infinity"), ((double)forth[0], forth[1]));
        Assert.AreEqual(Math.Log(2), (double)forth[2], 1e-12);

        // m = 3/8, 3/8, 1/8, 1/8.
        Assert.AreEqual((0.5 * Math.Log(2 / 3.0) + 0.5 * Math.Log(2) + Math.Log(4 / 3.0)) / 2, (double)forth[3], 1e-12);
        CollectionAssert.AreEqual(new[] { forth[0], forth[2], forth[1], forth[3] }, back[..4]);
        Assert.HasCount(7, forth, "no Earth Mover's distance of classes");

        string table = Fastgan.Succeed(folder, "distance", four, two, "--axis", "class", "--count", "10").Output;
        Assert.Contains($"4 classes of {four}, all samples, as classifier", table);
        Assert.Contains("100.0 % right, names them; A without B in 2 bins", table);

        File.Delete(folder["four/train-labels-idx1-ubyte"]);
        BadInputTests.Refuse(folder, $"neither {four} nor {two} has them", "distance", four, two, "--axis", "class");
        string flat = folder["flat-idx3-ubyte"];
        Files.Write(flat, Files.Idx(new byte[20 * 256], 20, 8, 32));
        BadInputTests.Refuse(folder, $"{four} has images of 16×16×1 and {flat} of 8×32×1: give both one size", "distance", four, flat, "--axis", "class");

        object[] Values(string a, string b)
        {
            using JsonDocument report = JsonDocument.Parse(Fastgan.Succeed(folder, "distance", a, b, "--axis", "class", "--count", "10", "--json").Output);
            return [.. report.RootElement.GetProperty("distances").EnumerateArray().Select(l => l.GetProperty("value")).Select(v => v.ValueKind == JsonValueKind.String ? (object)v.GetString()! : v.GetDouble())];
        }
    }

    [TestMethod]
    public void WhatCanNotBeCompared()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder["a.csv"], "1,2\n3,4\n");
        Files.Write(folder["heading.csv"], "x,y\n1,2\n");
        Files.Write(folder["ragged.csv"], "1,2\n1,2,3\n");
        Files.Write(folder["nan.csv"], "1,2\n1,NaN\n");
        Files.Write(folder["empty.csv"], "\n");
        foreach ((string expected, string[] args) in new (string, string[])[]
        {
            ("distance needs two sets", []),
            ("distance needs two sets", ["a.csv"]),
            ("don't know what to do with 'c.csv'", ["a.csv", "a.csv", "c.csv"]),
            ("heading.csv: line 1: 'x' is no finite number", ["a.csv", "heading.csv"]),
            ("ragged.csv: line 2 has 3 numbers and those before it 2", ["ragged.csv", "a.csv"]),
            ("nan.csv: line 2: 'NaN' is no finite number", ["nan.csv", "a.csv"]),
            ("empty.csv is empty", ["empty.csv", "a.csv"]),
            ("nowhere.csv is no file", ["a.csv", "nowhere.csv"]),
            ("data 'fashion-mnits'", ["a.csv", "fashion-mnits"]),
            ("--axis '2': give brightness, class, or the place of a number in a sample, 0 to 1", ["a.csv", "a.csv", "--axis", "2"]),
            ("--axis 'bright'", ["a.csv", "a.csv", "--axis", "bright"]),
            ("--axis class: a.csv has numbers, and a classifier looks at images", ["a.csv", "a.csv", "--axis", "class"]),
            ("--bins 5: with --axis class each class is a bin", ["a.csv", "a.csv", "--axis", "class", "--bins", "5"]),
            ("--bins is 0, must be at least 1", ["a.csv", "a.csv", "--bins", "0"]),
            ("--count is 3, and a.csv has only 2 samples", ["a.csv", "a.csv", "--count", "3"]),
            ("--count is 2001, must be at most 2000", ["a.csv", "a.csv", "--count", "2001"]),
            ("has no use for a.csv", ["a.csv", "--plot", "a.png"]),
            ("--plot a.jpg: give a file that ends in .png", ["--plot", "a.jpg"]),
        })
        {
            BadInputTests.Refuse(folder, expected, ["distance", .. args]);
        }
    }

    /// <summary>The lines of the plot are those that the page in docs/ states for two bars.</summary>
    [TestMethod]
    public void TheBarsOfThePlotHaveTheDistancesOfTheFormulas()
    {
        double[] variation = DistancePlot.Course(Divergences.TotalVariation), js = DistancePlot.Course(Divergences.JensenShannon);
        double[] kl = DistancePlot.Course(Divergences.KullbackLeibler), earth = DistancePlot.Course(EarthMovers.OneDimension);
        for (int i = 0; i < earth.Length; i++)
        {
            double shift = i / 100.0, apart = Math.Min(1, shift);
            Assert.AreEqual(apart, variation[i], 1e-12);
            Assert.AreEqual(apart * Math.Log(2), js[i], 1e-12);
            Assert.AreEqual(shift, earth[i], 1e-12);
            Assert.AreEqual(i == 0 ? 0 : double.PositiveInfinity, kl[i]);
        }
    }

    [TestMethod]
    public void ThePlotIsDrawn()
    {
        using TemporaryFolder folder = new();
        Fastgan.Succeed(folder, "distance", "--plot", "plots/distances.png");
        using SKBitmap picture = SKBitmap.Decode(folder["plots/distances.png"]);
        foreach (string colour in new[] { "#2563EB", "#DC2626", "#059669", "#EA580C" })
            Assert.IsGreaterThan(500, picture.Pixels.Count(p => p == SKColor.Parse(colour)), colour);
        Fastgan.Succeed(folder, "distance", "--plot", "again.png");
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["plots/distances.png"]), File.ReadAllBytes(folder["again.png"]));
    }
}
