namespace FastGan.Programs;

/// <summary>
/// What matrix operations work with. Master weights, statistics, losses and optimizer state are single precision in all of them, and so are
/// sums (Micikevicius et al., 2018).
/// </summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Fp32,

    /// <summary>Stored in single precision; tensor cores round the factors of products to 10 bits.</summary>
    Tf32,

    /// <summary>Half-precision activations and gradients, with dynamic loss scaling.</summary>
    Fp16,

    /// <summary>bfloat16 activations and gradients: the range of single precision, 8 bits.</summary>
    Bf16,
}
