using System.Text.Json.Serialization;

namespace FastGan.Models;

/// <summary>A layer of a network, as data. In files: <c>{ "layer": "conv", "channels": 64, … }</c>; an unknown key is refused.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "layer")]
[JsonDerivedType(typeof(DenseLayer), "dense")]
[JsonDerivedType(typeof(ConvLayer), "conv")]
[JsonDerivedType(typeof(ConvTransposeLayer), "conv_transpose")]
[JsonDerivedType(typeof(BatchNormLayer), "batch_norm")]
[JsonDerivedType(typeof(LeakyReluLayer), "leaky_relu")]
[JsonDerivedType(typeof(ReluLayer), "relu")]
[JsonDerivedType(typeof(TanhLayer), "tanh")]
[JsonDerivedType(typeof(MaxoutLayer), "maxout")]
[JsonDerivedType(typeof(ReshapeLayer), "reshape")]
[JsonDerivedType(typeof(LabelMultiplyLayer), "label_multiply")]
[JsonDerivedType(typeof(LabelChannelLayer), "label_channel")]
[JsonDerivedType(typeof(LabelOneHotLayer), "label_one_hot")]
public abstract record Layer;

/// <summary>y = W x + b on the flattened sample.</summary>
/// <param name="SpectralNorm">Whether W is divided by its largest singular value (Miyato et al., 2018).</param>
public sealed record DenseLayer(int Units, bool Bias = true, bool SpectralNorm = false) : Layer;

/// <summary>Convolution with a square kernel: (H, W) becomes ((H + 2·pad − kernel) / stride + 1, …).</summary>
/// <param name="SpectralNorm">As in <see cref="DenseLayer"/>, of the filters as a matrix of one row each.</param>
public sealed record ConvLayer(int Channels, int Kernel = 4, int Stride = 2, int Pad = 1, bool Bias = true, bool SpectralNorm = false) : Layer;

/// <summary>Transposed convolution: (H, W) becomes ((H − 1)·stride − 2·pad + kernel, …).</summary>
public sealed record ConvTransposeLayer(int Channels, int Kernel = 4, int Stride = 2, int Pad = 1, bool Bias = true) : Layer;

/// <summary>Batch norm over each channel (Ioffe and Szegedy, 2015).</summary>
public sealed record BatchNormLayer(double Epsilon = 1e-5, double Momentum = 0.1) : Layer;

public sealed record LeakyReluLayer(double Slope = 0.2) : Layer;

public sealed record ReluLayer : Layer;

public sealed record TanhLayer : Layer;

/// <summary>The largest of each group of neighbouring channels: of a dense layer of units · pieces, that many units (Goodfellow et al., 2013).</summary>
/// <param name="Pieces">Channels of a group, at least 2.</param>
public sealed record MaxoutLayer(int Pieces) : Layer;

/// <summary>The same numbers as (height, width, channels).</summary>
public sealed record ReshapeLayer(int Height, int Width, int Channels) : Layer;

/// <summary>Multiplies the sample, element by element, by a learned embedding of its label, as wide as the sample.</summary>
public sealed record LabelMultiplyLayer : Layer;

/// <summary>Appends a channel: a learned embedding of the label, of image size.</summary>
public sealed record LabelChannelLayer : Layer;

/// <summary>Appends the label as channels, one for each class: 1 in its own and 0 in the others.</summary>
public sealed record LabelOneHotLayer : Layer;

/// <summary>How weights start.</summary>
public enum Initialisation
{
    /// <summary>U(±1/√fan-in) for weights and biases, the default of PyTorch's layers; batch norm 1 and 0.</summary>
    FanIn,

    /// <summary>Weights N(0, 0.02²), batch-norm scales N(1, 0.02²), biases 0 (Radford, Metz and Chintala, 2016).</summary>
    Dcgan,
}

/// <summary>A network as data.</summary>
public sealed record NetSpec(Initialisation Init, IReadOnlyList<Layer> Layers);
