using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Gradients;
using FastGan.Tests.Ops;

namespace FastGan.Tests.Models;

/// <summary>
/// Whole networks of the presets' layers: what <see cref="Net.Backward"/> gives for L = Σ output · dy is the derivative of what
/// <see cref="Net.Forward"/> gives, by central differences in double precision. Spectral norm's gradient takes its two vectors as constants, and so
/// do the differences: they are of a network without the norm, whose weights are divided by σ = uᵀWv with u and v held.
/// </summary>
[TestClass]
public sealed class NetGradientTests
{
    private const int Batch = 6, Classes = 4;

    private static readonly Dictionary<string, (Shape Input, Layer[] Layers)> Nets = new()
    {
        ["mlp generator"] = (Shape.Matrix(1, 3),
            [new DenseLayer(5), new LeakyReluLayer(), new DenseLayer(4, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
             new DenseLayer(18), new TanhLayer(), new ReshapeLayer(3, 3, 2)]),
        ["mlp discriminator"] = (new Shape(1, 3, 3, 2),
            [new DenseLayer(5), new LeakyReluLayer(), new DenseLayer(4), new LeakyReluLayer(), new DenseLayer(1)]),
        ["convolution generator"] = (Shape.Matrix(1, 3),
            [new DenseLayer(12, Bias: false), new ReshapeLayer(2, 2, 3), new BatchNormLayer(), new ReluLayer(),
             new ConvTransposeLayer(2, Bias: false), new BatchNormLayer(), new ReluLayer(), new ConvTransposeLayer(3), new TanhLayer()]),
        ["convolution discriminator"] = (new Shape(1, 8, 8, 2),
            [new ConvLayer(3), new LeakyReluLayer(), new ConvLayer(4, Bias: false), new BatchNormLayer(), new LeakyReluLayer(),
             new DenseLayer(1)]),
        ["other kernels, strides and paddings"] = (new Shape(1, 4, 3, 2),
            [new ConvTransposeLayer(3, Kernel: 3, Stride: 2, Pad: 0), new LeakyReluLayer(), new ConvLayer(2, Kernel: 3, Stride: 1, Pad: 0),
             new BatchNormLayer(Epsilon: 0.1), new TanhLayer(), new ConvLayer(2, Kernel: 5, Stride: 3, Pad: 2)]),
        ["maxout, of vectors and images"] = (new Shape(1, 4, 3, 2),
            [new ConvLayer(6, Kernel: 3, Stride: 1), new MaxoutLayer(3), new DenseLayer(8), new MaxoutLayer(2), new DenseLayer(1)]),
        ["maxout at either end"] = (Shape.Matrix(1, 6), [new MaxoutLayer(2), new DenseLayer(10), new BatchNormLayer(), new MaxoutLayer(5)]),
        ["conditional generator"] = (Shape.Matrix(1, 3),
            [new LabelMultiplyLayer(), new DenseLayer(12, Bias: false), new ReshapeLayer(2, 2, 3), new BatchNormLayer(), new ReluLayer(),
             new ConvTransposeLayer(1), new TanhLayer()]),
        ["conditional discriminator"] = (new Shape(1, 4, 4, 2),
            [new LabelChannelLayer(), new ConvLayer(3), new LeakyReluLayer(), new ConvLayer(2, Bias: false), new BatchNormLayer(),
             new LeakyReluLayer(), new DenseLayer(1)]),
        ["labels amid the network"] = (Shape.Matrix(1, 3),
            [new DenseLayer(8), new LeakyReluLayer(), new LabelMultiplyLayer(), new ReshapeLayer(2, 2, 2), new LabelChannelLayer(),
             new ConvLayer(2, Kernel: 1, Stride: 1, Pad: 0)]),
        ["one-hot labels"] = (Shape.Matrix(1, 3), [new LabelOneHotLayer(), new DenseLayer(5), new BatchNormLayer(), new TanhLayer()]),
        ["one-hot labels amid the network"] = (Shape.Matrix(1, 3),
            [new DenseLayer(4), new LeakyReluLayer(), new LabelOneHotLayer(), new DenseLayer(3)]),
        ["spectral norm"] = (new Shape(1, 4, 4, 2),
            [new ConvLayer(3, SpectralNorm: true), new LeakyReluLayer(), new ConvLayer(2, Kernel: 1, Stride: 1, Pad: 0), new TanhLayer(),
             new DenseLayer(3, Bias: false, SpectralNorm: true), new TanhLayer(), new DenseLayer(1, SpectralNorm: true)]),
    };

    public static IEnumerable<object[]> Names => Nets.Keys.Select(name => new object[] { name });

    public static IEnumerable<object[]> Cases =>
        from net in Nets.Keys
        from groups in Enumerable.Range(1, 2)
        select new object[] { net, groups };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void BackwardIsTheDerivativeOfForward(string name, int groups)
    {
        using Bench bench = new(Nets[name].Input, Nets[name].Layers, groups);
        double[] dx = bench.Derivative(bench.X);
        Dictionary<Parameter, double[]> dweights =
            bench.Net.Parameters.Where(p => p.Trained).ToDictionary(p => p, p => bench.Derivative(bench.Weight(p)));

        // Every way in which a training step asks for gradients.
        SampleRange all = new(0, Batch), half = new(Batch / 2, Batch / 2);
        (bool, SampleRange?)[] ways = [(true, null), (true, all), (true, half), (false, all)];
        foreach ((bool weights, SampleRange? wanted) in ways)
        {
            string asked = $"weights {weights}, input {(wanted is null ? "none" : wanted)}";
            double[]? input = bench.Backward(weights, wanted);
            foreach ((Parameter p, double[] expected) in weights ? dweights : [])
                AssertClose(expected, bench.Gradient(p), $"{p.Name} of {asked}");

            Assert.AreEqual(wanted is null, input is null, asked);
            int sample = bench.Net.Input.Count;
            if (wanted is { } range)
                AssertClose(dx[(range.First * sample)..((range.First + range.Count) * sample)], input!, $"input of {asked}");
        }
    }

    /// <summary>To gradients of 1.</summary>
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void TheWeightsGradientIsAddedWhereThatIsAsked(string name)
    {
        using Bench bench = new(Nets[name].Input, Nets[name].Layers, groups: 2);
        if (bench.Net.HasSpectralNorm)
        {
            Assert.ThrowsExactly<ArgumentException>(() => bench.Backward(weights: true, null, Write.Accumulate));
            return;
        }

        Parameter[] trained = [.. bench.Net.Parameters.Where(p => p.Trained)];
        bench.Backward(weights: true, null);
        double[][] expected = [.. trained.Select(p => bench.Gradient(p).Select(v => 1 + v).ToArray())];
        bench.Backward(weights: true, null, Write.Accumulate);
        foreach ((Parameter p, double[] sum) in trained.Zip(expected))
            AssertClose(sum, bench.Gradient(p), p.Name);
    }

    /// <summary>In inference batch norm is a fixed map, by the running statistics: how a trained generator's output changes with its latent.</summary>
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void SoIsTheInputsGradientInInference(string name)
    {
        using Bench bench = new(Nets[name].Input, Nets[name].Layers, groups: 1, Mode.Inference);
        AssertClose(bench.Derivative(bench.X), bench.Backward(weights: false, new SampleRange(0, Batch))!, name);
        if (bench.Net.HasBatchNorm)
            Assert.ThrowsExactly<ArgumentException>(() => bench.Backward(weights: true, null));
    }

    /// <summary>
    /// By norm to 1e-7 of the gradient, or of 1 (measured: 1e-8): each loss is rounded at some 1e-16 of the terms it sums, and the
    /// difference divided by 2e-6; the third derivative adds less.
    /// </summary>
    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        Assert.AreEqual(0, Accuracy.Distance(expected, actual), 1e-7 * Math.Max(1, Accuracy.Norm(expected)), what);
    }

    /// <summary>A network with random weights, input and dL/doutput.</summary>
    private sealed class Bench : IDisposable
    {
        /// <summary>A class that comes once, one twice, one three times, one not at all.</summary>
        private static readonly int[] Labels = [0, 2, 1, 0, 2, 2];

        private readonly ReferenceDevice _device = new();
        private readonly Tensor _labels = new("labels", Shape.Matrix(Batch, 1), Element.Int32);
        private readonly Tensor _y, _dy;
        private readonly double[] _weights, _doutput;
        private readonly int _groups;
        private readonly Net _plain;
        private readonly Dictionary<Parameter, (double[] U, double[] V)> _held;
        private readonly Mode _mode;
        private readonly Program _forward;

        public Bench(Shape input, Layer[] layers, int groups, Mode mode = Mode.Training)
        {
            _groups = groups;
            _mode = mode;
            Net = new Net("net", new NetSpec(Initialisation.FanIn, layers), input, Classes);
            _plain = new Net("net", new NetSpec(Initialisation.FanIn, [.. layers.Select(WithoutSpectralNorm)]), input, Classes);
            X = new Tensor("x", input.WithN(Batch));
            _y = new Tensor("y", Net.Output.WithN(Batch));
            _dy = new Tensor("dy", _y.Shape);
            foreach (Tensor t in new[] { Net.Weights, Net.Gradients, _plain.Weights, X, _labels, _y, _dy })
                _device.Allocate(t.Storage);

            Random random = new(1);
            double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
            _weights = Numbers(Net.Weights.Count);
            foreach (Parameter p in Net.Parameters.Where(p => p.Name.EndsWith("running_var", StringComparison.Ordinal)))
            {
                foreach (ref double v in _weights.AsSpan(p.Offset, p.Shape.Count))
                    v = v * v + 0.1;
            }

            _device.Write(Net.Weights, _weights);
            _device.Write(X, Numbers(X.Count));
            _device.Write(_labels, Labels);
            _doutput = Numbers(_dy.Count);

            _held = (from p in Net.Parameters
                     from u in Net.Parameters
                     where p.Trained && !u.Trained && u.Name == p.Name.Replace(".weight", ".spectral_u", StringComparison.Ordinal)
                     select (Weight: p, U: u)).ToDictionary(s => s.Weight, s => PowerIteration(s.Weight.Shape, Values(s.Weight), Values(s.U)));

            Recorder r = new("forward");
            _plain.Forward(r, X, _labels, mode, groups, output: _y);
            _forward = r.Finish();
            _forward.Plan(_device);
        }

        public Net Net { get; }

        public Tensor X { get; }

        public Tensor Weight(Parameter p) => Net.Weights.Slice(p.Offset, p.Shape);

        public double[] Gradient(Parameter p) => _device.Read<double>(Net.Gradients.Slice(p.Offset, p.Shape));

        /// <summary>dL/dt by central differences.</summary>
        public double[] Derivative(Tensor t) => FiniteDifferences.Derivative(_device, t, Loss, step: 1e-6);

        /// <summary>Runs a forward and a backward pass; the weights' gradient replaces the NaN put into the network's slab, or is added to ones.</summary>
        /// <returns>dL/dinput, where it is wanted</returns>
        public double[]? Backward(bool weights, SampleRange? input, Write mode = Write.Overwrite)
        {
            Recorder r = new("backward");
            Tensor? dx = Net.Backward(r, Net.Forward(r, X, _labels, _mode, _groups), _dy, weights, input, mode);
            Program backward = r.Finish();
            backward.Plan(_device);
            _device.Write(Net.Weights, _weights);
            _device.Write(_dy, _doutput);
            _device.Write(Net.Gradients, Enumerable.Repeat(mode == Write.Overwrite ? double.NaN : 1, Net.Gradients.Count).ToArray());
            _device.Run(backward);
            return dx is null ? null : _device.Read<double>(dx);
        }

        public void Dispose() => _device.Dispose();

        private double[] Values(Parameter p) => _device.Read<double>(Weight(p));

        private double Loss()
        {
            foreach (Parameter p in _plain.Parameters)
            {
                Parameter own = Net.Parameters.Single(q => q.Name == p.Name);
                double[] w = Values(own);
                double sigma = _held.TryGetValue(own, out (double[] U, double[] V) held) ? Product(held.U, w, held.V) : 1;
                _device.Write(_plain.Weights.Slice(p.Offset, p.Shape), [.. w.Select(v => v / sigma)]);
            }

            _device.Run(_forward);
            return _device.Read<double>(_y).Zip(_doutput, (y, dy) => y * dy).Sum();
        }

        private static Layer WithoutSpectralNorm(Layer layer) => layer switch
        {
            DenseLayer dense => dense with { SpectralNorm = false },
            ConvLayer conv => conv with { SpectralNorm = false },
            _ => layer,
        };

        /// <summary>v = wᵀu / ‖wᵀu‖ and u = wv / ‖wv‖ of a weight with one row for each output.</summary>
        private static (double[] U, double[] V) PowerIteration(Shape shape, double[] w, double[] start)
        {
            int K = shape.N, width = shape.SampleCount;
            static double[] Unit(double[] a) => [.. a.Select(x => x / Accuracy.Norm(a))];
            double[] v = Unit([.. Enumerable.Range(0, width).Select(i => Enumerable.Range(0, K).Sum(k => w[k * width + i] * start[k]))]);
            double[] u = Unit([.. Enumerable.Range(0, K).Select(k => Enumerable.Range(0, width).Sum(i => w[k * width + i] * v[i]))]);
            return (u, v);
        }

        /// <summary>uᵀwv</summary>
        private static double Product(double[] u, double[] w, double[] v) => w.Select((x, i) => u[i / v.Length] * x * v[i % v.Length]).Sum();
    }
}
