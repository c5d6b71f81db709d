namespace FastGan;

/// <summary>
/// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, 2011). A random number is a pure function of (seed, stream, step, index), so
/// that the order of work, the number of threads and a stop and resume cannot change it. This is the plain form, for what
/// the host draws itself (initial weights, the order of the data); backends compute the same blocks in their own way.
/// </summary>
/// <remarks>
/// Block b of (seed, stream, step) is Philox of the counter words (b, stream, step low, step high) under the key words (seed low, seed high).
/// Element i of a tensor takes lane i mod 4 of block i / 4. From a lane's 32 bits u come
/// <list type="bullet">
/// <item>U(−1, 1): ((u >> 9) + 0.5) · 2⁻²² − 1, exact in float;</item>
/// <item>a class: high word of u · classes;</item>
/// <item>N(0, 1): lanes 0, 1 and lanes 2, 3 are Box–Muller pairs: see <see cref="NormalPair"/>.</item>
/// </list>
/// </remarks>
public static class RandomNumbers
{
    /// <summary>Stream numbers, so that no two uses share a block. A recorded step adds its own ordinal to <see cref="Step"/>.</summary>
    public const uint InitGenerator = 1, InitDiscriminator = 2, DataOrder = 3, Samples = 4, MadeData = 5, Evaluation = 6, Step = 0x100;

    /// <summary>No run gets this far: the epoch whose order chooses the labelled images.</summary>
    public const ulong LabelledEpoch = ulong.MaxValue;

    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The four 32-bit lanes of a block.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(ulong seed, uint stream, ulong step, uint block)
    {
        (uint x0, uint x1, uint x2, uint x3) = (block, stream, (uint)step, (uint)(step >> 32));
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)M0 * x0, p1 = (ulong)M1 * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += W0;
            k1 += W1;
        }

        return (x0, x1, x2, x3);
    }

    public static float Uniform(uint u) => ((u >> 9) + 0.5f) * (1f / (1 << 22)) - 1f;

    /// <summary>Fills with N(0, 1), elements first, first + 1, … of (seed, stream, step); first is a multiple of 4.</summary>
    public static void Normal(ulong seed, uint stream, ulong step, Span<float> values, uint first = 0) =>
        Fill(seed, stream, step, values, first, static (a, b) => NormalPair(a, b));

    /// <summary>Fills with U(−1, 1), as <see cref="Normal"/>.</summary>
    public static void Uniform(ulong seed, uint stream, ulong step, Span<float> values, uint first = 0) =>
        Fill(seed, stream, step, values, first, static (a, b) => (Uniform(a), Uniform(b)));

    /// <summary>
    /// Box–Muller: r = √(−2 ln v) with v = ((a >> 8) + 1) · 2⁻²⁴ in (0, 1], θ = 2π · (b >> 8) · 2⁻²⁴ − π/4; (r cos θ, r sin θ).
    /// In float, with correctly rounded operations alone (no fused multiply-add, no library function), in the order written here, so
    /// that every backend that follows it agrees to the bit.
    /// </summary>
    public static (float Cos, float Sin) NormalPair(uint a, uint b)
    {
        float r = MathF.Sqrt(-2f * Ln(((a >> 8) + 1) * (1f / (1 << 24))));

        // The top two bits choose the quadrant, the rest an angle t in [−1/2, 1/2) quarter turns from its middle.
        uint angle = b >> 8;
        uint quadrant = angle >> 22;
        float t = (angle & 0x3FFFFF) * (1f / (1 << 22)) - 0.5f;
        float t2 = t * t;
        float sin = t * (1.57079633f + t2 * (-0.645964098f + t2 * (0.0796926262f + t2 * (-0.00468175413f + t2 * 0.000160441185f))));
        float cos = 1f + t2 * (-1.23370055f + t2 * (0.253669508f + t2 * (-0.0208634808f + t2 * (0.000919260274f + t2 * -0.0000252020424f))));

        // Rotate by the quadrant: (cos, sin) → (−sin, cos) for each quarter turn.
        (float x, float y) = (quadrant & 1) == 0 ? (cos, sin) : (-sin, cos);
        return (quadrant & 2) == 0 ? (r * x, r * y) : (r * -x, r * -y);
    }

    /// <summary>ln of a positive normal float: exponent · ln 2 + 2 artanh((m − 1) / (m + 1)), with the mantissa m in [√½, √2).</summary>
    private static float Ln(float v)
    {
        uint bits = BitConverter.SingleToUInt32Bits(v);
        int exponent = (int)(bits - 0x3F3504F3) >> 23;
        float m = BitConverter.UInt32BitsToSingle(bits - ((uint)exponent << 23));
        float s = (m - 1f) / (m + 1f);
        float s2 = s * s;
        float series = 2f + s2 * (0.666666667f + s2 * (0.4f + s2 * (0.285714286f + s2 * 0.222222222f)));
        return exponent * 0.693147182f + s * series;
    }

    /// <summary>A permutation of 0..n−1 by Fisher–Yates, for epoch <paramref name="epoch"/> of a run.</summary>
    public static void Shuffle(ulong seed, ulong epoch, Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        for (int i = order.Length - 1; i > 0; i--)
        {
            (uint u, uint v, _, _) = Block(seed, DataOrder, epoch, (uint)i);
            int j = (int)Math.BigMul(((ulong)u << 32) | v, (ulong)i + 1, out _);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    private static void Fill(ulong seed, uint stream, ulong step, Span<float> values, uint first, Func<uint, uint, (float, float)> pair)
    {
        for (int i = 0; i < values.Length; i += 4)
        {
            (uint x0, uint x1, uint x2, uint x3) = Block(seed, stream, step, (first + (uint)i) / 4);
            (float a, float b) = pair(x0, x1);
            (float c, float d) = pair(x2, x3);
            ReadOnlySpan<float> four = [a, b, c, d];
            four[..Math.Min(4, values.Length - i)].CopyTo(values[i..]);
        }
    }
}
