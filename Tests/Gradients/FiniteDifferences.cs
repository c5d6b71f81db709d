using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Ops;

namespace FastGan.Tests.Gradients;

/// <summary>
/// Compares analytic gradients of L = Σ dy ∘ y, with random inputs and a random dy, to central differences (L(v + h) − L(v − h)) / 2h for
/// every element v of every input, on the reference backend.
/// </summary>
internal sealed class FiniteDifferences : IDisposable
{
    /// <summary>
    /// The difference is off by about h²/6 · L‴, from what it truncates, and 2⁻⁵³ · |L| / h, from rounding. With L and its
    /// derivatives near 1, h = 1e-5 makes both about 1e-11, and 1e-7 leaves room for steep places.
    /// </summary>
    private const double Step = 1e-5, Tolerance = 1e-7;

    private readonly ReferenceDevice _device = new();
    private readonly Recorder _forward = new("forward"), _backward = new("backward");
    private readonly List<(Tensor Value, Tensor Gradient)> _pairs = [];
    private uint _tensors;

    public IOps Forward => _forward;

    public IOps Backward => _backward;

    /// <summary>N(0, 1) numbers, through <paramref name="map"/>.</summary>
    public Tensor Random(Shape shape, Func<float, double>? map = null)
    {
        Tensor tensor = Empty(shape);
        float[] draws = new float[shape.Count];
        RandomNumbers.Normal(1, _tensors, 0, draws);
        _device.Write(tensor, Array.ConvertAll(draws, z => map is null ? z : map(z)));
        return tensor;
    }

    public Tensor Vector(int count, Func<float, double>? map = null) => Random(Shape.Vector(count), map);

    public Tensor Ints(params int[] values)
    {
        Tensor tensor = Empty(Shape.Vector(values.Length), Element.Int32);
        _device.Write(tensor, values);
        return tensor;
    }

    /// <summary>A tensor for an output. Zero, where it is an input.</summary>
    public Tensor Empty(Shape shape, Element element = Element.Real)
    {
        Tensor tensor = new($"t{_tensors++}", shape, element);
        _device.Allocate(tensor.Storage);
        return tensor;
    }

    /// <summary>
    /// An empty tensor that the backward pass will fill with the gradient of <paramref name="value"/>; <see cref="Check"/> compares it.
    /// </summary>
    public Tensor GradientOf(Tensor value)
    {
        Tensor gradient = Empty(value.Shape);
        _pairs.Add((value, gradient));
        return gradient;
    }

    public void Check(Tensor y, Tensor dy)
    {
        var forward = _forward.Finish();
        _device.Run(forward);
        _device.Run(_backward.Finish());
        double[] weights = _device.Read<double>(dy);
        double L()
        {
            _device.Run(forward);
            return _device.Read<double>(y).Zip(weights, (a, b) => a * b).Sum();
        }

        foreach ((Tensor value, Tensor gradient) in _pairs)
        {
            double[] analytic = _device.Read<double>(gradient), numeric = Derivative(_device, value, L, Step);
            double norm = Accuracy.Norm(analytic);
            Assert.AreNotEqual(0, norm, $"the gradient of {value} is zero");
            Assert.AreEqual(0, Accuracy.Distance(numeric, analytic), Tolerance * norm, $"gradient of {value}");
        }
    }

    /// <summary>The derivative of a loss by each number of a tensor, by central differences; the tensor is left as it was.</summary>
    public static double[] Derivative(Device device, Tensor t, Func<double> loss, double step)
    {
        double[] values = device.Read<double>(t), derivative = new double[t.Count];
        for (int i = 0; i < t.Count; i++)
        {
            double value = values[i];
            double LossAt(double v)
            {
                values[i] = v;
                device.Write(t, values);
                return loss();
            }

            derivative[i] = (LossAt(value + step) - LossAt(value - step)) / (2 * step);
            values[i] = value;
        }

        device.Write(t, values);
        return derivative;
    }

    public void Dispose() => _device.Dispose();
}
