using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Gradients;
using FastGan.Tests.Ops;

namespace FastGan.Tests.Models;

/// <summary>
/// Gradients of second order: what <see cref="Net.BackwardOfInputGradient"/> adds to the weights' gradient is the derivative of a penalty on the
/// norm of the network's own gradient by its input, by central differences of the penalty in double precision.
/// </summary>
[TestClass]
public sealed class PenaltyGradientTests
{
    private const int Batch = 4, Classes = 4;
    private const double Weight = 3;

    private static readonly Dictionary<string, (Shape Input, Layer[] Layers)> Nets = new()
    {
        ["mlp"] = (new Shape(1, 3, 3, 2),
            [new DenseLayer(5), new LeakyReluLayer(), new DenseLayer(4), new ReluLayer(), new DenseLayer(1)]),
        ["convolutions"] = (new Shape(1, 8, 8, 2),
            [new ConvLayer(3), new LeakyReluLayer(), new ConvLayer(4, Kernel: 3, Stride: 1, Pad: 0), new LeakyReluLayer(0.1), new DenseLayer(1)]),
        ["label channel"] = (new Shape(1, 4, 4, 2),
            [new LabelChannelLayer(), new ConvLayer(3), new LeakyReluLayer(), new DenseLayer(1)]),
        ["one-hot labels"] = (Shape.Matrix(1, 3), [new LabelOneHotLayer(), new DenseLayer(6), new LeakyReluLayer(), new DenseLayer(1)]),
        ["labels that multiply, a reshape, a transposed convolution"] = (Shape.Matrix(1, 3),
            [new DenseLayer(8), new LeakyReluLayer(), new LabelMultiplyLayer(), new ReshapeLayer(2, 2, 2), new ConvTransposeLayer(3), new LeakyReluLayer(),
             new ConvLayer(2), new LeakyReluLayer(), new DenseLayer(1)]),
        ["several outputs"] = (new Shape(1, 4, 4, 1), [new ConvLayer(3), new LeakyReluLayer(), new DenseLayer(3)]),
    };

    public static IEnumerable<object[]> Cases =>
        from net in Nets.Keys
        from center in new[] { 0.0, 1.0 }
        from groups in Enumerable.Range(1, 2)
        select new object[] { net, center, groups };

    /// <summary>By norm to 1e-7 of the gradient, or of 1, as in <see cref="NetGradientTests"/>.</summary>
    /// <param name="groups">Of 2, the penalty is on the batch's second half, the gradient by the weights being the whole batch's.</param>
    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void ThePenaltysGradientIsItsDerivative(string name, double center, int groups)
    {
        using Bench bench = new(Nets[name].Input, Nets[name].Layers, center, groups);
        double[] before = [.. Enumerable.Range(0, bench.Net.Gradients.Count).Select(i => Math.Sin(i))];
        double[] after = bench.AddGradient(before);
        foreach (Parameter p in bench.Net.Parameters.Where(p => p.Trained))
        {
            double[] expected = bench.Derivative(p);
            for (int i = 0; i < expected.Length; i++)
                expected[i] += before[p.Offset + i];
            Assert.AreEqual(0, Accuracy.Distance(expected, after.AsSpan(p.Offset, p.Shape.Count)), 1e-7 * Math.Max(1, Accuracy.Norm(expected)), p.Name);
        }
    }

    /// <summary>A network with random weights, on a random batch.</summary>
    private sealed class Bench : IDisposable
    {
        private static readonly int[] Labels = [2, 0, 2, 1];

        private readonly ReferenceDevice _device = new();
        private readonly Tensor _x, _loss = new("penalty", Shape.Scalar), _norm = new("norm", Shape.Scalar);
        private readonly Tensor _labels = new("labels", Shape.Matrix(Batch, 1), Element.Int32);
        private readonly Program _penalty, _withGradient;

        public Bench(Shape input, Layer[] layers, double center, int groups)
        {
            Net = new Net("net", new NetSpec(Initialisation.FanIn, layers), input, Classes);
            _x = new Tensor("x", input.WithN(Batch));
            foreach (Tensor t in new[] { Net.Weights, Net.Gradients, _x, _labels, _loss, _norm })
                _device.Allocate(t.Storage);
            Random random = new(1);
            Net.Initialise(_device, seed: 1, stream: 1);
            foreach (Tensor t in new[] { Net.Trained, _x })
                _device.Write(t, [.. Enumerable.Range(0, t.Count).Select(_ => 2 * random.NextDouble() - 1)]);
            _device.Write(_labels, Labels);
            _penalty = Record(center, groups, gradient: false);
            _withGradient = Record(center, groups, gradient: true);
        }

        public Net Net { get; }

        /// <summary>The weights' gradient that is left where there was one <paramref name="before"/>.</summary>
        public double[] AddGradient(double[] before)
        {
            _device.Write(Net.Gradients, before);
            _device.Run(_withGradient);
            return _device.Read<double>(Net.Gradients);
        }

        /// <summary>d penalty / d parameter by central differences.</summary>
        public double[] Derivative(Parameter p) => FiniteDifferences.Derivative(_device, Net.Weights.Slice(p.Offset, p.Shape), Penalty, step: 1e-6);

        public void Dispose() => _device.Dispose();

        private double Penalty()
        {
            _device.Run(_penalty);
            return _device.Read<double>(_loss)[0];
        }

        private Program Record(double center, int groups, bool gradient)
        {
            Recorder r = new("penalty");
            Tape tape = Net.Forward(r, _x, _labels, Mode.Training, groups);
            if (groups > 1)
                tape = tape.Group(groups - 1);
            Tensor ones = r.Temporary("ones", tape.Output.Shape);
            r.Fill(1, ones);
            Tensor g = Net.Backward(r, tape, ones, weights: false, new SampleRange(0, ones.Shape.N))!;
            r.GradientPenalty(g, center, Weight, null, _loss, _norm, g);
            if (gradient)
                Net.BackwardOfInputGradient(r, tape, g);
            Program program = r.Finish();
            program.Plan(_device);
            return program;
        }
    }
}
