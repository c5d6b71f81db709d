using System.Runtime.Intrinsics;
using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>
/// <see cref="RandomNumbers"/> on vectors, a group of eight blocks at a time: the same operations in the same order, so the same
/// bits. Nothing here may use a fused multiply-add.
/// </summary>
internal static class Philox
{
    /// <summary>Numbers from one group.</summary>
    public const int GroupCount = 32;

    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>Fills with the numbers of blocks <paramref name="block"/>, block + 1, …</summary>
    public static void Fill(Distribution distribution, ulong seed, uint stream, ulong step, uint block, Span<float> values)
    {
        Span<float> group = stackalloc float[GroupCount];
        for (int i = 0; i < values.Length; i += GroupCount, block += GroupCount / 4)
        {
            (Vector256<uint> x0, Vector256<uint> x1, Vector256<uint> x2, Vector256<uint> x3) = Blocks(seed, stream, step, block);
            bool normal = distribution == Distribution.Normal;
            (Vector256<float> a, Vector256<float> b) = normal ? NormalPairs(x0, x1) : (Uniform(x0), Uniform(x1));
            (Vector256<float> c, Vector256<float> d) = normal ? NormalPairs(x2, x3) : (Uniform(x2), Uniform(x3));
            for (int lane = 0; lane < Vector256<float>.Count; lane++)
            {
                group[4 * lane] = a[lane];
                group[4 * lane + 1] = b[lane];
                group[4 * lane + 2] = c[lane];
                group[4 * lane + 3] = d[lane];
            }

            group[..Math.Min(GroupCount, values.Length - i)].CopyTo(values[i..]);
        }
    }

    /// <summary>Lane i of the four results is block + i. Each 32-bit word is held in 64 bits, where its products fit.</summary>
    private static (Vector256<uint> X0, Vector256<uint> X1, Vector256<uint> X2, Vector256<uint> X3) Blocks(
        ulong seed, uint stream, ulong step, uint block)
    {
        Vector256<uint> counter = Vector256.Create(block) + Vector256<uint>.Indices;
        (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(counter);
        (Vector256<ulong> a0, Vector256<ulong> a1, Vector256<ulong> a2, Vector256<ulong> a3) = Rounds(seed, stream, step, low);
        (Vector256<ulong> b0, Vector256<ulong> b1, Vector256<ulong> b2, Vector256<ulong> b3) = Rounds(seed, stream, step, high);
        return (Vector256.Narrow(a0, b0), Vector256.Narrow(a1, b1), Vector256.Narrow(a2, b2), Vector256.Narrow(a3, b3));
    }

    private static (Vector256<ulong> X0, Vector256<ulong> X1, Vector256<ulong> X2, Vector256<ulong> X3) Rounds(
        ulong seed, uint stream, ulong step, Vector256<ulong> x0)
    {
        Vector256<ulong> word = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> x1 = Vector256.Create((ulong)stream), x2 = Vector256.Create((ulong)(uint)step), x3 = Vector256.Create(step >> 32);
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            Vector256<ulong> p0 = x0 * M0, p1 = x2 * M1;
            (x0, x1) = ((p1 >> 32) ^ x1 ^ Vector256.Create((ulong)k0), p1 & word);
            (x2, x3) = ((p0 >> 32) ^ x3 ^ Vector256.Create((ulong)k1), p0 & word);
            k0 += W0;
            k1 += W1;
        }

        return (x0, x1, x2, x3);
    }

    private static Vector256<float> Uniform(Vector256<uint> u) => (Single(u >> 9) + C(0.5f)) * C(1f / (1 << 22)) - C(1f);

    private static (Vector256<float> Cos, Vector256<float> Sin) NormalPairs(Vector256<uint> a, Vector256<uint> b)
    {
        Vector256<float> r = Vector256.Sqrt(C(-2f) * Ln(Single((a >> 8) + Vector256.Create(1u)) * C(1f / (1 << 24))));

        Vector256<uint> angle = b >> 8;
        Vector256<float> t = Single(angle & Vector256.Create(0x3FFFFFu)) * C(1f / (1 << 22)) - C(0.5f);
        Vector256<float> t2 = t * t;
        Vector256<float> sin = C(-0.00468175413f) + t2 * C(0.000160441185f);
        sin = t * (C(1.57079633f) + t2 * (C(-0.645964098f) + t2 * (C(0.0796926262f) + t2 * sin)));
        Vector256<float> cos = C(0.000919260274f) + t2 * C(-0.0000252020424f);
        cos = C(1f) + t2 * (C(-1.23370055f) + t2 * (C(0.253669508f) + t2 * (C(-0.0208634808f) + t2 * cos)));

        // The two bits of the quadrant: the low one swaps and turns a sign, the high one turns both signs.
        Vector256<uint> sign = Vector256.Create(0x80000000u);
        Vector256<uint> odd = (b << 1) & sign, half = b & sign;
        Vector256<float> isOdd = (odd.AsInt32() >> 31).AsSingle();
        Vector256<float> x = Vector256.ConditionalSelect(isOdd, -sin, cos), y = Vector256.ConditionalSelect(isOdd, cos, sin);
        return (r * (x.AsUInt32() ^ half).AsSingle(), r * (y.AsUInt32() ^ half).AsSingle());
    }

    private static Vector256<float> Ln(Vector256<float> v)
    {
        Vector256<int> bits = v.AsInt32();
        Vector256<int> exponent = (bits - Vector256.Create(0x3F3504F3)) >> 23;
        Vector256<float> m = (bits - (exponent << 23)).AsSingle();
        Vector256<float> s = (m - C(1f)) / (m + C(1f));
        Vector256<float> s2 = s * s;
        Vector256<float> series = C(2f) + s2 * (C(0.666666667f) + s2 * (C(0.4f) + s2 * (C(0.285714286f) + s2 * C(0.222222222f))));
        return Vector256.ConvertToSingle(exponent) * C(0.693147182f) + s * series;
    }

    /// <summary>Whole numbers of at most 25 bits.</summary>
    private static Vector256<float> Single(Vector256<uint> u) => Vector256.ConvertToSingle(u.AsInt32());

    private static Vector256<float> C(float value) => Vector256.Create(value);
}
