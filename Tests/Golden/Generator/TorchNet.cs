using FastGan.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace FastGan.Tests.Golden;

/// <summary>A network's layers in libtorch's functions, NCHW, in training mode; the gradients are autograd's.</summary>
internal sealed class TorchNet
{
    private readonly Net _net;
    private readonly NetSpec _spec;
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>What the layers with spectral norm use for their weights, by layer.</summary>
    private readonly Dictionary<int, Tensor> _normalised = [];

    /// <param name="net">Names and shapes of the parameters.</param>
    /// <param name="weights">The network's slab.</param>
    public TorchNet(Net net, NetSpec spec, double[] weights)
    {
        (_net, _spec) = (net, spec);
        foreach (Parameter p in net.Parameters)
        {
            Tensor values = tensor(weights.AsSpan(p.Offset, p.Shape.Count).ToArray(), float64);
            Tensor own = ToTorch(p, values.reshape(p.Shape.N, p.Shape.H, p.Shape.W, p.Shape.C)).contiguous().clone();
            _tensors.Add(p.Name, p.Trained ? new TorchSharp.Modules.Parameter(own) : own);
        }
    }

    public IEnumerable<TorchSharp.Modules.Parameter> Trained => _tensors.Values.OfType<TorchSharp.Modules.Parameter>();

    /// <summary>
    /// Spectral norm, once before each pass over a batch: one step of power iteration, and the weights divided by σ = uᵀWv, through which gradients
    /// flow with u and v held.
    /// </summary>
    public void Normalise()
    {
        for (int i = 0; i < _spec.Layers.Count; i++)
        {
            if (Find(i, "spectral_u") is not { } u)
                continue;
            Tensor w = At(i, "weight"), rows = w.flatten(1), held = rows.detach();
            Tensor v = F.normalize(held.t().mv(u), dim: 0);
            u.copy_(F.normalize(held.mv(v), dim: 0));
            _normalised[i] = w / u.clone().dot(rows.mv(v));
        }
    }

    /// <param name="x">(N, features) or (N, C, H, W).</param>
    /// <param name="labels">(N) int64.</param>
    public Tensor Forward(Tensor x, Tensor? labels)
    {
        for (int i = 0; i < _spec.Layers.Count; i++)
            x = Forward(i, x, labels);
        return x;
    }

    /// <summary>Adds every parameter, running statistics included, under prefix + its name.</summary>
    public void SaveWeights(GoldenFile file, string prefix)
    {
        foreach (Parameter p in _net.Parameters)
            Save(file, prefix, p, _tensors[p.Name].detach());
    }

    /// <summary>Adds the gradient of every trained parameter under prefix + the parameter's name.</summary>
    public void SaveGradients(GoldenFile file, string prefix)
    {
        foreach (Parameter p in _net.Parameters.Where(p => p.Trained))
            Save(file, prefix, p, _tensors[p.Name].grad!);
    }

    /// <summary>In the project's layout.</summary>
    private static void Save(GoldenFile file, string prefix, Parameter p, Tensor t) =>
        file.Add(prefix + p.Name, p.Shape, FromTorch(p, t).contiguous().data<double>());

    private Tensor Forward(int index, Tensor x, Tensor? labels)
    {
        switch (_spec.Layers[index])
        {
            case DenseLayer:
                return F.linear(Nhwc(x).flatten(1), Weight(index), Find(index, "bias"));
            case ConvLayer l:
                return F.conv2d(x, Weight(index), Find(index, "bias"), strides: [l.Stride, l.Stride], padding: [l.Pad, l.Pad]);
            case ConvTransposeLayer l:
                return F.conv_transpose2d(
                    x, At(index, "weight"), Find(index, "bias"), strides: [l.Stride, l.Stride], padding: [l.Pad, l.Pad]);
            case BatchNormLayer l:
                return F.batch_norm(x, At(index, "running_mean"), At(index, "running_var"), At(index, "scale"), At(index, "bias"),
                    training: true, l.Momentum, l.Epsilon);
            case LeakyReluLayer l:
                return F.leaky_relu(x, l.Slope);
            case ReluLayer:
                return F.relu(x);
            case TanhLayer:
                return x.tanh();
            case ReshapeLayer l:
                return Nhwc(x).reshape(-1, l.Height, l.Width, l.Channels).permute(0, 3, 1, 2);
            case LabelMultiplyLayer:
                return x * At(index, "table").index_select(0, labels!);
            case LabelChannelLayer:
                return cat([x, At(index, "table").index_select(0, labels!).reshape(-1, 1, x.shape[2], x.shape[3])], 1);
            case LabelOneHotLayer:
                return cat([x, F.one_hot(labels!, At(index, "table").shape[0]).to(float64)], 1);
            default:
                throw new NotSupportedException($"{_spec.Layers[index]}");
        }
    }

    /// <summary>An image as the project flattens it: rows, columns, then channels.</summary>
    private static Tensor Nhwc(Tensor x) => x.dim() == 4 ? x.permute(0, 2, 3, 1) : x;

    private Tensor Weight(int index) => _normalised.TryGetValue(index, out Tensor? w) ? w : At(index, "weight");

    private Tensor At(int index, string part) => Find(index, part) ?? throw new KeyNotFoundException($"layer {index} has no {part}");

    private Tensor? Find(int index, string part)
    {
        Parameter? p = _net.Parameters.FirstOrDefault(p =>
            p.Name.StartsWith($"{_net.Name}.{index}.", StringComparison.Ordinal) && p.Name.EndsWith($".{part}", StringComparison.Ordinal));
        return p is null ? null : _tensors[p.Name];
    }

    /// <summary>
    /// A filter (K, R, R, C) becomes libtorch's (K, C, R, R): for a convolution (out, in, …), for a transposed one, whose geometry is the
    /// convolution it is the adjoint of, (in, out, …), as libtorch has it too.
    /// </summary>
    private static Tensor ToTorch(Parameter p, Tensor t) => Layout(p) switch
    {
        1 => t.reshape(-1),
        2 => t.reshape(p.Shape.N, -1),
        _ => t.permute(0, 3, 1, 2),
    };

    private static Tensor FromTorch(Parameter p, Tensor t) => Layout(p) == 4 ? t.permute(0, 2, 3, 1) : t;

    /// <summary>Dimensions that the parameter has in libtorch.</summary>
    private static int Layout(Parameter p) =>
        p.Name.EndsWith(".table", StringComparison.Ordinal) || p.Name.EndsWith(".dense.weight", StringComparison.Ordinal) ? 2
        : p.Name.EndsWith(".weight", StringComparison.Ordinal) ? 4 : 1;
}
