using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Models;

/// <summary>A line of a network's description.</summary>
/// <param name="Output">Shape of one sample after the layer.</param>
/// <param name="Trained">Trained numbers.</param>
public sealed record LayerSummary(string Layer, Shape Output, int Trained);

/// <summary>Turns layer records into steps with shapes, fuses activations, and lays the parameters out in a slab.</summary>
internal sealed class NetCompiler
{
    private const int ParameterAlignment = 16;
    private readonly string _net;
    private readonly int _classes;
    private readonly Initialisation _init;
    private readonly List<Parameter> _parameters = [];
    private readonly List<Parameter> _others = [];
    private readonly List<LayerSummary> _summaries = [];

    public NetCompiler(string net, NetSpec spec, Shape input, int classes)
    {
        _net = net;
        _classes = classes;
        _init = spec.Init;

        // What isn't trained lies behind what is, whose size is known only after a first walk.
        List<NetStep> steps = Walk(spec.Layers, input, 0);
        TrainedCount = End(_parameters, 0);
        _parameters.Clear();
        _others.Clear();
        _summaries.Clear();
        steps = Walk(spec.Layers, input, TrainedCount);
        if (steps.Count == 0)
            throw Bad(0, "a network needs at least one layer");
        Count = End(_others, TrainedCount);
        Steps = [.. steps];
        Parameters = [.. _parameters, .. _others];
        Summaries = [.. _summaries];
    }

    public NetStep[] Steps { get; }

    public Parameter[] Parameters { get; }

    public LayerSummary[] Summaries { get; }

    public int TrainedCount { get; }

    public int Count { get; }

    private List<NetStep> Walk(IReadOnlyList<Layer> layers, Shape at, int otherStart)
    {
        List<NetStep> steps = [];
        for (int i = 0; i < layers.Count; i++)
        {
            int first = i, before = _parameters.Count;
            NetStep step = Compile(layers, ref i, at, otherStart);
            steps.Add(step);
            at = step.Out;
            string text = string.Join(" + ", layers.Skip(first).Take(i - first + 1).Select(Name));
            _summaries.Add(new LayerSummary(text, at, _parameters.Skip(before).Sum(p => p.Shape.Count)));
        }

        return steps;
    }

    /// <summary>Compiles layer i and, where an activation follows that can be fused, layer i + 1.</summary>
    private NetStep Compile(IReadOnlyList<Layer> layers, ref int i, Shape at, int otherStart)
    {
        int index = i;
        string name = $"{index}.{Name(layers[index])}";
        switch (layers[index])
        {
            case DenseLayer l:
                {
                    ConvShape g = ConvShape.Dense(1, at.SampleCount, Positive(l.Units, index, "units"));
                    (Parameter w, Parameter? b) = Affine(name, g.Filter, g.C, l.Bias ? g.K : 0);
                    return new AffineStep(name, at, Shape.Matrix(1, g.K), g, false, w, b, Spectral(name, g, l.SpectralNorm, otherStart), Fused(layers, ref i));
                }

            case ConvLayer l:
                {
                    ConvShape g = new(1, at.H, at.W, at.C, Positive(l.Channels, index, "channels"), Positive(l.Kernel, index, "kernel"), Positive(l.Stride, index, "stride"), l.Pad);
                    if (l.Pad < 0 || l.Pad >= l.Kernel || at.H + 2 * l.Pad < l.Kernel || at.W + 2 * l.Pad < l.Kernel)
                        throw Bad(index, $"kernel {l.Kernel} with padding {l.Pad} doesn't fit an image of {at.H}×{at.W}");
                    (Parameter w, Parameter? b) = Affine(name, g.Filter, g.C * g.R * g.R, l.Bias ? g.K : 0);
                    return new AffineStep(name, at, g.Y, g, false, w, b, Spectral(name, g, l.SpectralNorm, otherStart), Fused(layers, ref i));
                }

            case ConvTransposeLayer l:
                {
                    int h = (at.H - 1) * Positive(l.Stride, index, "stride") - 2 * l.Pad + Positive(l.Kernel, index, "kernel");
                    int w_ = (at.W - 1) * l.Stride - 2 * l.Pad + l.Kernel;
                    if (l.Pad < 0 || l.Pad >= l.Kernel || h < 1 || w_ < 1)
                        throw Bad(index, $"kernel {l.Kernel} with padding {l.Pad} leaves nothing of an image of {at.H}×{at.W}");
                    ConvShape g = new(1, h, w_, Positive(l.Channels, index, "channels"), at.C, l.Kernel, l.Stride, l.Pad);
                    (Parameter w, Parameter? b) = Affine(name, g.Filter, g.C * g.R * g.R, l.Bias ? g.C : 0);
                    return new AffineStep(name, at, g.X, g, true, w, b, null, Fused(layers, ref i));
                }

            case BatchNormLayer l:
                {
                    Start scale = _init == Initialisation.Dcgan ? new Start(StartKind.Normal, 1, 0.02) : new Start(StartKind.Constant, 1);
                    Shape c = Shape.Vector(at.C);
                    return new NormStep(name, at, l,
                        Add(_parameters, $"{name}.scale", c, scale), Add(_parameters, $"{name}.bias", c, default),
                        Add(_others, $"{name}.running_mean", c, default, otherStart),
                        Add(_others, $"{name}.running_var", c, new Start(StartKind.Constant, 1), otherStart),
                        Fused(layers, ref i));
                }

            case ReshapeLayer l:
                {
                    Shape shape = new(1, l.Height, l.Width, l.Channels);
                    return shape.Count == at.Count ? new ViewStep(name, at, shape)
                        : throw Bad(index, $"{at.H}×{at.W}×{at.C} can't become {l.Height}×{l.Width}×{l.Channels}");
                }

            case MaxoutLayer { Pieces: < 2 } l:
                throw Bad(index, $"pieces is {l.Pieces}, must be at least 2");

            case MaxoutLayer l when at.C % l.Pieces != 0:
                throw Bad(index, $"{at.C} channels can't be grouped by {l.Pieces} pieces: use a multiple");

            case MaxoutLayer l:
                return new MaxoutStep(name, at, at with { C = at.C / l.Pieces });

            case LabelMultiplyLayer:
                return new LabelMultiplyStep(name, at, Table(index, name, at));

            case LabelChannelLayer:
                return new LabelChannelStep(name, at, Table(index, name, at with { C = 1 }));

            case LabelOneHotLayer when at is not { H: 1, W: 1 }:
                throw Bad(index, $"one-hot labels go beside a vector, not an image of {at.H}×{at.W}");

            case LabelOneHotLayer:
                Shape square = Shape.Matrix(Labels(index), _classes);
                return new LabelChannelStep(name, at, Add(_others, $"{name}.table", square, new Start(StartKind.Identity, 0, 1), otherStart));

            default:
                throw Bad(index, "an activation must follow a dense, convolution or batch-norm layer");
        }
    }

    private (Parameter Weight, Parameter? Bias) Affine(string name, Shape filter, int fanIn, int biases)
    {
        Start start = _init == Initialisation.Dcgan ? new Start(StartKind.Normal, 0, 0.02) : new Start(StartKind.Uniform, 0, 1 / Math.Sqrt(fanIn));
        Parameter weight = Add(_parameters, $"{name}.weight", filter, start);
        Start zero = _init == Initialisation.Dcgan ? default : start;
        return (weight, biases == 0 ? null : Add(_parameters, $"{name}.bias", Shape.Vector(biases), zero));
    }

    /// <summary>The singular vector that spectral norm keeps from step to step.</summary>
    private Parameter? Spectral(string name, ConvShape g, bool wanted, int otherStart) => wanted
        ? Add(_others, $"{name}.spectral_u", Shape.Vector(g.K), new Start(StartKind.Normal, 0, 1), otherStart)
        : null;

    private Parameter Table(int index, string name, Shape sample) =>
        Add(_parameters, $"{name}.table", sample.WithN(Labels(index)), new Start(StartKind.Normal, 0, 1));

    private int Labels(int index) => _classes > 0 ? _classes : throw Bad(index, "the layer needs labels, and the model has no classes");

    private Parameter Add(List<Parameter> to, string name, Shape shape, Start start, int from = 0)
    {
        Parameter p = new($"{_net}.{name}", shape, End(to, from), start, to == _parameters);
        to.Add(p);
        return p;
    }

    /// <summary>The first aligned place behind the last parameter.</summary>
    private static int End(List<Parameter> parameters, int start)
    {
        int end = parameters.Count == 0 ? start : parameters[^1].Offset + parameters[^1].Shape.Count;
        return (end + ParameterAlignment - 1) / ParameterAlignment * ParameterAlignment;
    }

    private static Activation Fused(IReadOnlyList<Layer> layers, ref int i)
    {
        Activation act = i + 1 == layers.Count ? Activation.Identity : layers[i + 1] switch
        {
            LeakyReluLayer l => Activation.LeakyRelu(l.Slope),
            ReluLayer => Activation.Relu,
            TanhLayer => Activation.Tanh,
            _ => Activation.Identity,
        };
        if (act.Kind != ActivationKind.Identity)
            i++;
        return act;
    }

    private static string Name(Layer layer) => layer switch
    {
        DenseLayer => "dense",
        ConvLayer => "conv",
        ConvTransposeLayer => "conv_transpose",
        BatchNormLayer => "batch_norm",
        LeakyReluLayer => "leaky_relu",
        ReluLayer => "relu",
        TanhLayer => "tanh",
        MaxoutLayer => "maxout",
        ReshapeLayer => "reshape",
        LabelMultiplyLayer => "label_multiply",
        LabelOneHotLayer => "label_one_hot",
        _ => "label_channel",
    };

    private int Positive(int value, int layer, string key) => value > 0 ? value : throw Bad(layer, $"{key} is {value}, must be at least 1");

    private FastGanException Bad(int layer, string what) => new($"{_net}, layer {layer}: {what}");
}
