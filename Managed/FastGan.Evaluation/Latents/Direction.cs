using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Latents;

/// <summary>A way to move in latent space.</summary>
/// <param name="Name">Of the attribute that it is meant to change, or of the component.</param>
/// <param name="Vector">Of length 1.</param>
public sealed record Direction(string Name, Vector<double> Vector);
