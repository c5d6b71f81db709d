namespace FastGan.Reference;

/// <summary>
/// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, 2011) and what <see cref="RandomNumbers"/> makes of its lanes, written a second time
/// and independently. Numbers are defined in float, each operation rounded, so that all backends agree to the bit.
/// </summary>
internal static class Philox
{
    // Taylor series in the angle's quarter turns and in ln's s²: highest power first.
    private static readonly float[] Sine = [0.000160441185f, -0.00468175413f, 0.0796926262f, -0.645964098f, 1.57079633f];
    private static readonly float[] Cosine = [-0.0000252020424f, 0.000919260274f, -0.0208634808f, 0.253669508f, -1.23370055f, 1f];
    private static readonly float[] Logarithm = [0.222222222f, 0.285714286f, 0.4f, 0.666666667f, 2f];

    /// <summary>Ten rounds on the four counter words, under two key words; both are used up.</summary>
    public static void Block(Span<uint> counter, Span<uint> key)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong even = 0xD2511F53UL * counter[0], odd = 0xCD9E8D57UL * counter[2];
            uint third = (uint)(even >> 32) ^ counter[3] ^ key[1];
            counter[0] = (uint)(odd >> 32) ^ counter[1] ^ key[0];
            counter[1] = (uint)odd;
            counter[2] = third;
            counter[3] = (uint)even;
            key[0] += 0x9E3779B9;
            key[1] += 0xBB67AE85;
        }
    }

    public static float Uniform(uint u) => ((u >> 9) + 0.5f) / 4194304f - 1f;

    /// <summary>Lane i of a block as N(0, 1): the pair's cosine on even lanes, its sine on odd ones.</summary>
    public static float Normal(ReadOnlySpan<uint> block, int lane)
    {
        uint a = block[lane / 2 * 2], b = block[lane / 2 * 2 + 1];
        float radius = MathF.Sqrt(-2f * Log(((a >> 8) + 1) / 16777216f));
        float turn = (b >> 8 & 0x3FFFFF) / 4194304f - 0.5f;
        float sine = turn * Polynomial(Sine, turn * turn), cosine = Polynomial(Cosine, turn * turn);
        (float x, float y) = (b >> 30) switch
        {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
        return radius * (lane % 2 == 0 ? x : y);
    }

    /// <summary>ln v = e · ln 2 + 2 artanh s for v = m · 2ᵉ, m in [√½, √2), s = (m − 1) / (m + 1).</summary>
    private static float Log(float v)
    {
        float m = v;
        int e = 0;
        for (; m < 0.70710677f; e--)
            m *= 2;
        float s = (m - 1f) / (m + 1f);
        return e * 0.693147182f + s * Polynomial(Logarithm, s * s);
    }

    private static float Polynomial(float[] coefficients, float x)
    {
        float sum = 0;
        foreach (float c in coefficients)
            sum = c + x * sum;
        return sum;
    }
}
