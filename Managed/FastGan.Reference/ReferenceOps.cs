using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

/// <summary>Every operation straight from its formula in <see cref="IOps"/>, for obviousness before speed.</summary>
internal sealed unsafe partial class ReferenceOps : IOps
{
    private static double* Reals(Tensor t) => (double*)t.Storage.Address + t.Offset;

    private static int* Ints(Tensor t) => (int*)t.Storage.Address + t.Offset;

    private static byte* Bytes(Tensor t) => (byte*)t.Storage.Address + t.Offset;

    private static double Activate(Activation act, double v) => act.Kind switch
    {
        ActivationKind.Identity => v,
        ActivationKind.LeakyRelu => v > 0 ? v : act.Slope * v,
        ActivationKind.Tanh => Math.Tanh(v),
        ActivationKind.Sigmoid => Sigmoid(v),
        _ => throw new ArgumentOutOfRangeException(nameof(act)),
    };

    /// <summary>The derivative at the point where the output is y.</summary>
    private static double Slope(Activation act, double y) => act.Kind switch
    {
        ActivationKind.Identity => 1,
        ActivationKind.LeakyRelu => y > 0 ? 1 : act.Slope,
        ActivationKind.Tanh => 1 - y * y,
        ActivationKind.Sigmoid => y * (1 - y),
        _ => throw new ArgumentOutOfRangeException(nameof(act)),
    };

    /// <summary>1 / (1 + e⁻ᵛ), without overflow and with full relative precision on both sides.</summary>
    private static double Sigmoid(double v) => v >= 0 ? 1 / (1 + Math.Exp(-v)) : Math.Exp(v) / (1 + Math.Exp(v));

    private static void Put(Write mode, double value, double* to) => *to = mode == Write.Accumulate ? *to + value : value;
}
