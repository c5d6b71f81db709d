using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Programs;

[TestClass]
public sealed class RandomNumbersTests
{
    private const int Count = 1 << 20;

    /// <summary>The known answers of the Random123 distribution (kat_vectors, philox4x32 10), for both implementations.</summary>
    [TestMethod]
    [DataRow(new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 }, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [DataRow(new uint[] { ~0u, ~0u, ~0u, ~0u }, new uint[] { ~0u, ~0u }, new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [DataRow(new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void PhiloxKnownAnswers(uint[] counter, uint[] key, uint[] expected)
    {
        ulong seed = key[0] | (ulong)key[1] << 32, step = counter[2] | (ulong)counter[3] << 32;
        (uint a, uint b, uint c, uint d) = RandomNumbers.Block(seed, counter[1], step, counter[0]);
        CollectionAssert.AreEqual(expected, (uint[])[a, b, c, d]);

        Philox.Block(counter, key);
        CollectionAssert.AreEqual(expected, counter);
    }

    /// <summary>Both forms, written independently, agree to the bit: also past 2³² in seed and step.</summary>
    [TestMethod]
    [DataRow(Distribution.Normal)]
    [DataRow(Distribution.Uniform)]
    public void ReferenceNoiseIsTheSame(Distribution distribution)
    {
        const ulong Seed = 0x9_8765_4321, Step = 0x1_2345_6789;
        float[] expected = new float[10_007];
        if (distribution == Distribution.Normal)
            RandomNumbers.Normal(Seed, 5, Step, expected);
        else
            RandomNumbers.Uniform(Seed, 5, Step, expected);

        using ReferenceDevice device = new();
        Tensor key = new("key", Shape.Vector(4), Element.Int32), z = new("z", Shape.Vector(expected.Length));
        device.Allocate(key.Storage);
        device.Allocate(z.Storage);
        device.Write<uint>(key, [unchecked((uint)Seed), (uint)(Seed >> 32), unchecked((uint)Step), (uint)(Step >> 32)]);
        Recorder r = new("noise");
        r.Noise(distribution, 5, key, z);
        device.Run(r.Finish());
        CollectionAssert.AreEqual(Array.ConvertAll(expected, f => (double)f), device.Read<double>(z));
    }

    /// <summary>Each moment within five standard errors of N(0, 1)'s.</summary>
    [TestMethod]
    public void NormalHasNormalMomentsAndTails()
    {
        float[] z = new float[Count];
        RandomNumbers.Normal(1, 2, 3, z);
        Near(0, Moment(z, 1), 1);
        Near(1, Moment(z, 2), 2);
        Near(0, Moment(z, 3), 15);
        Near(3, Moment(z, 4), 96);
        foreach ((double limit, double outside) in ((double, double)[])[(1, 0.317311), (2, 0.0455003), (3, 0.00269980), (4, 6.33425e-5)])
            Near(outside, z.Count(v => Math.Abs(v) > limit) / (double)Count, outside * (1 - outside));
        Near(0, Enumerable.Range(1, Count - 1).Average(i => z[i] * (double)z[i - 1]), 1);
    }

    [TestMethod]
    public void UniformHasUniformMomentsAndStaysInside()
    {
        float[] z = new float[Count];
        RandomNumbers.Uniform(1, 2, 3, z);
        Near(0, Moment(z, 1), 1 / 3.0);
        Near(1 / 3.0, Moment(z, 2), 1 / 5.0 - 1 / 9.0);
        Near(0, Moment(z, 3), 1 / 7.0);
        Near(1 / 5.0, Moment(z, 4), 1 / 9.0 - 1 / 25.0);
        Near(0, Enumerable.Range(1, Count - 1).Average(i => z[i] * (double)z[i - 1]), 1 / 9.0);

        (float lowest, float highest) = (RandomNumbers.Uniform(0), RandomNumbers.Uniform(uint.MaxValue));
        Assert.IsGreaterThan(-1f, lowest);
        Assert.IsLessThan(1f, highest);
        Assert.AreEqual(-lowest, highest);
    }

    [TestMethod]
    public void NormalPairIsBoxMuller()
    {
        for (uint i = 0; i < 200_000; i++)
        {
            (uint a, uint b, _, _) = RandomNumbers.Block(1, 2, 3, i);
            Close(a, b);
        }

        // The ends of both scales, where a logarithm or a quadrant goes wrong first.
        uint[] ends = [0, 1u << 8, 2u << 8, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xB504F300, 0xBFFFFFFF, 0xC0000000,
            0xFFFFFE00, 0xFFFFFFFF];
        foreach (uint a in ends)
        {
            foreach (uint b in ends)
                Close(a, b);
        }

        static void Close(uint a, uint b)
        {
            double r = Math.Sqrt(-2 * Math.Log(((a >> 8) + 1) / 16777216.0)), angle = 2 * Math.PI * (b >> 8) / 16777216.0 - Math.PI / 4;
            (float cos, float sin) = RandomNumbers.NormalPair(a, b);
            Assert.AreEqual(r * Math.Cos(angle), cos, 1e-6 * r, $"cosine of {a:x8} {b:x8}");
            Assert.AreEqual(r * Math.Sin(angle), sin, 1e-6 * r, $"sine of {a:x8} {b:x8}");
        }
    }

    [TestMethod]
    public void PartsOfATensorContinueIt()
    {
        float[] whole = new float[103], part = new float[63];
        RandomNumbers.Normal(1, 2, 3, whole);
        RandomNumbers.Normal(1, 2, 3, part, 40);
        CollectionAssert.AreEqual(whole[40..], part);
    }

    [TestMethod]
    public void SeedsStreamsAndStepsDiffer()
    {
        float[][] all = [Draw(1, 2, 3), Draw(2, 2, 3), Draw(1, 3, 3), Draw(1, 2, 4), Draw(1 | 1ul << 32, 2, 3), Draw(1, 2, 3 | 1ul << 32)];
        Assert.HasCount(all.Length * 8, all.SelectMany(v => v).ToHashSet());

        static float[] Draw(ulong seed, uint stream, ulong step)
        {
            float[] z = new float[8];
            RandomNumbers.Normal(seed, stream, step, z);
            return z;
        }
    }

    [TestMethod]
    public void ShufflePermutesDifferentlyEachEpoch()
    {
        int[] first = Order(1, 0), second = Order(1, 1), seeded = Order(2, 0);
        int[] sorted = [.. Enumerable.Range(0, 1000)];
        foreach (int[] order in (int[][])[first, second, seeded])
        {
            CollectionAssert.AreEquivalent(sorted, order);
            CollectionAssert.AreNotEqual(sorted, order);
        }

        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreNotEqual(first, seeded);
        CollectionAssert.AreEqual(first, Order(1, 0));

        static int[] Order(ulong seed, ulong epoch)
        {
            int[] order = new int[1000];
            RandomNumbers.Shuffle(seed, epoch, order);
            return order;
        }
    }

    /// <summary>Every element is equally often at every place: within five standard errors.</summary>
    [TestMethod]
    public void ShuffleIsEven()
    {
        const int N = 5, Epochs = 20_000;
        int[,] counts = new int[N, N];
        int[] order = new int[N];
        for (ulong epoch = 0; epoch < Epochs; epoch++)
        {
            RandomNumbers.Shuffle(1, epoch, order);
            for (int i = 0; i < N; i++)
                counts[i, order[i]]++;
        }

        foreach (int count in counts)
            Assert.AreEqual(Epochs / N, count, 5 * Math.Sqrt(Epochs * (1.0 / N) * (1 - 1.0 / N)));
    }

    private static double Moment(float[] z, int power) => z.Average(v => Math.Pow(v, power));

    /// <summary>An average of <see cref="Count"/> values of that variance is within five standard errors.</summary>
    private static void Near(double expected, double average, double variance) =>
        Assert.AreEqual(expected, average, 5 * Math.Sqrt(variance / Count));
}
