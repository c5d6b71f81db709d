using FastGan.Programs;

namespace FastGan.Measuring;

/// <summary>What a vendor's data sheet says of a card: memory, and dense arithmetic with sums in single precision, at boost clocks.</summary>
/// <param name="DeviceName">What the driver calls it.</param>
/// <param name="Fp32">Floating-point operations a second of the ordinary cores.</param>
/// <param name="Tf32">Of the tensor cores, as the two that follow.</param>
public sealed record Card(string Name, string DeviceName, double BytesPerSecond, double Fp32, double Tf32, double Fp16, double Bf16)
{
    /// <summary>Floating-point operations a second of products of matrices.</summary>
    public double MatrixFlopsPerSecond(Precision precision) => precision switch
    {
        Precision.Fp32 => Fp32,
        Precision.Tf32 => Tf32,
        Precision.Fp16 => Fp16,
        _ => Bf16,
    };
}

/// <summary>
/// Published rates: NVIDIA's data sheets of the H100 and A100, whose tensor rates are halved where they are given with sparsity, and the appendix
/// of the Ada whitepaper.
/// </summary>
public static class Cards
{
    public static IReadOnlyList<Card> All { get; } =
    [
        new("H100 SXM", "NVIDIA H100 80GB HBM3", 3.35e12, 67e12, 494e12, 989e12, 989e12),
        new("A100 SXM 80GB", "NVIDIA A100-SXM4-80GB", 2.039e12, 19.5e12, 156e12, 312e12, 312e12),
        new("RTX 4090", "NVIDIA GeForce RTX 4090", 1.008e12, 82.6e12, 82.6e12, 165e12, 165e12),
    ];

    /// <summary>The card that a device is; null for one that isn't listed.</summary>
    public static Card? Of(Device device) => All.FirstOrDefault(card => device.Description.StartsWith($"{card.DeviceName},", StringComparison.Ordinal));
}
