using FastGan.Tensors;

namespace FastGan.Models;

/// <summary>How the numbers of one parameter start.</summary>
public enum StartKind
{
    Constant,

    /// <summary>N(Center, Spread²).</summary>
    Normal,

    /// <summary>U(−Spread, Spread) about Center.</summary>
    Uniform,

    /// <summary>1 on the diagonal of the square matrix, else 0.</summary>
    Identity,
}

public readonly record struct Start(StartKind Kind, double Center, double Spread = 0);

/// <summary>One named tensor of a network and its place in the network's slab.</summary>
/// <param name="Trained">False for what no gradient changes, such as batch norm's running statistics; those lie behind all trained parameters.</param>
public sealed record Parameter(string Name, Shape Shape, int Offset, Start Start, bool Trained);
