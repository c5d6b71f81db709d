using System.Runtime.CompilerServices;
using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>
/// Elementary functions on vectors, within a few units in the last place, after Cephes (Moshier, single precision). NaN gives NaN.
/// </summary>
internal static class VectorMath<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>1.5 · 2²³: adding it to a small float rounds that to an integer.</summary>
    private const float Rounder = 12582912f;

    /// <summary>eˣ for x in [−87.3, 88.3]; beyond, its value at the nearer end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        x = S.Max(S.Min(x, S.Broadcast(88.3f)), S.Broadcast(-87.3f));
        V n = S.Subtract(S.MultiplyAdd(x, S.Broadcast(1.44269504f), S.Broadcast(Rounder)), S.Broadcast(Rounder));
        // x = n ln 2 + r. The first part of ln 2 has so few bits that n times it is exact.
        V r = S.MultiplyAdd(n, S.Broadcast(-0.693359375f), x);
        r = S.MultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
        V p = S.Broadcast(1.9875691500e-4f);
        p = S.MultiplyAdd(p, r, S.Broadcast(1.3981999507e-3f));
        p = S.MultiplyAdd(p, r, S.Broadcast(8.3334519073e-3f));
        p = S.MultiplyAdd(p, r, S.Broadcast(4.1665795894e-2f));
        p = S.MultiplyAdd(p, r, S.Broadcast(1.6666665459e-1f));
        p = S.MultiplyAdd(p, r, S.Broadcast(5.0000001201e-1f));
        p = S.Add(S.MultiplyAdd(p, S.Multiply(r, r), r), S.Broadcast(1f));
        return S.Multiply(p, S.PowerOfTwo(n));
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x) => S.Divide(S.Broadcast(1f), S.Add(S.Broadcast(1f), Exp(S.Subtract(S.Zero, x))));

    /// <summary>tanh x: an odd polynomial near 0, where 1 − 2 / (e²ˣ + 1) would cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V z = S.Multiply(x, x);
        V p = S.Broadcast(-5.70498872745e-3f);
        p = S.MultiplyAdd(p, z, S.Broadcast(2.06390887954e-2f));
        p = S.MultiplyAdd(p, z, S.Broadcast(-5.37397155531e-2f));
        p = S.MultiplyAdd(p, z, S.Broadcast(1.33314422036e-1f));
        p = S.MultiplyAdd(p, z, S.Broadcast(-3.33332819422e-1f));
        V near = S.MultiplyAdd(S.Multiply(p, z), x, x);

        V magnitude = S.Max(x, S.Subtract(S.Zero, x));
        V far = S.Subtract(S.Broadcast(1f), S.Divide(S.Broadcast(2f), S.Add(Exp(S.Add(magnitude, magnitude)), S.Broadcast(1f))));
        far = S.WherePositive(x, far, S.Subtract(S.Zero, far));
        return S.WherePositive(S.Subtract(magnitude, S.Broadcast(0.625f)), far, near);
    }

    /// <summary>act(x), with the slope of a leaky ReLU in every lane of <paramref name="slope"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Activate(ActivationKind kind, V slope, V x) => kind switch
    {
        ActivationKind.LeakyRelu => S.WherePositive(x, x, S.Multiply(x, slope)),
        ActivationKind.Tanh => Tanh(x),
        ActivationKind.Sigmoid => Sigmoid(x),
        _ => x,
    };
}
