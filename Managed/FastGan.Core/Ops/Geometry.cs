using FastGan.Tensors;

namespace FastGan.Ops;

/// <summary>
/// Geometry of y[n,oh,ow,k] = Σ_{r,s,c} x[n, oh·stride − pad + r, ow·stride − pad + s, c] · w[k,r,s,c], with square filters.
/// A dense layer is the case H = W = R = 1; a transposed convolution is the backward-data pass of this geometry.
/// </summary>
public readonly record struct ConvShape(int N, int H, int W, int C, int K, int R, int Stride, int Pad)
{
    public static ConvShape Dense(int n, int inputs, int outputs) => new(n, 1, 1, inputs, outputs, 1, 1, 0);

    public int OutH => (H + 2 * Pad - R) / Stride + 1;

    public int OutW => (W + 2 * Pad - R) / Stride + 1;

    public bool IsDense => H == 1 && W == 1 && R == 1;

    /// <summary>(N, H, W, C)</summary>
    public Shape X => new(N, H, W, C);

    /// <summary>(N, OutH, OutW, K)</summary>
    public Shape Y => new(N, OutH, OutW, K);

    /// <summary>(K, R, R, C): for a dense layer one row of C inputs for each of K outputs.</summary>
    public Shape Filter => new(K, R, R, C);

    /// <summary>Two for each multiply-add, padding included, the same for all three passes.</summary>
    public long Flops => 2L * N * OutH * OutW * K * R * R * C;

    public override string ToString() => IsDense ? $"n{N} c{C} k{K}" : $"n{N} h{H} w{W} c{C} k{K} r{R} s{Stride} p{Pad}";
}

public enum ActivationKind
{
    Identity,
    LeakyRelu,
    Tanh,
    Sigmoid,
}

/// <summary>
/// An elementwise function whose derivative follows from its output y: leaky ReLU y &gt; 0 ? 1 : slope, tanh 1 − y²,
/// sigmoid y(1 − y). ReLU is leaky ReLU of slope 0.
/// </summary>
public readonly record struct Activation(ActivationKind Kind, double Slope = 0)
{
    public static Activation Identity => default;

    public static Activation Relu => new(ActivationKind.LeakyRelu);

    public static Activation LeakyRelu(double slope) => new(ActivationKind.LeakyRelu, slope);

    public static Activation Tanh => new(ActivationKind.Tanh);

    public static Activation Sigmoid => new(ActivationKind.Sigmoid);

    public override string ToString() => Kind switch
    {
        ActivationKind.Identity => "id",
        ActivationKind.LeakyRelu => Slope == 0 ? "relu" : "lrelu",
        ActivationKind.Tanh => "tanh",
        _ => "sigmoid",
    };
}

/// <summary>Whether a gradient replaces what its tensor holds or is added to it.</summary>
public enum Write
{
    Overwrite,
    Accumulate,
}

public enum Distribution
{
    /// <summary>N(0, 1).</summary>
    Normal,

    /// <summary>U(−1, 1).</summary>
    Uniform,
}

/// <summary>
/// The tensors of one batch norm, each a vector of C: learned scale and bias; running mean and unbiased running variance,
/// used in inference; mean and 1/√(var + ε) of the batch, saved by the forward pass for the backward pass.
/// </summary>
public readonly record struct BatchNormTensors(Tensor Scale, Tensor Bias, Tensor RunningMean, Tensor RunningVar, Tensor Mean, Tensor InvStd);

/// <summary>What is done at random to real and generated images alike, so that the discriminator can't learn the data by heart (Zhao et al., 2020).</summary>
/// <param name="Flip">Mirrors half of the images, left to right.</param>
/// <param name="Shift">Moves an image by up to this many pixels in either direction.</param>
public sealed record Augmentation(bool Flip = false, int Shift = 0)
{
    public override string ToString() => $"{(Flip ? "flip " : "")}shift {Shift}";
}
