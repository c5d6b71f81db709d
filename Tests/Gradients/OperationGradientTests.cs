using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Tests.Gradients;

/// <summary>Every differentiable operation against its backward operations.</summary>
[TestClass]
public sealed class OperationGradientTests
{
    private static readonly ConvShape[] Geometries =
    [
        ConvShape.Dense(3, 5, 4), new(2, 5, 4, 3, 2, 3, 1, 1), new(2, 6, 6, 2, 3, 4, 2, 1), new(3, 4, 4, 3, 2, 4, 1, 0),
        new(2, 5, 7, 1, 2, 2, 3, 0), new(1, 5, 5, 2, 2, 5, 2, 2),
    ];

    private static readonly Activation[] Activations =
        [Activation.Identity, Activation.Relu, Activation.LeakyRelu(0.2), Activation.Tanh, Activation.Sigmoid];

    public static IEnumerable<object[]> Convolutions => Geometries.SelectMany(g => Activations.Select(act => new object[] { g, act }));

    public static IEnumerable<object[]> ActivationKinds => Activations.Select(act => new object[] { act });

    [TestMethod]
    [DynamicData(nameof(Convolutions))]
    public void Convolution(ConvShape g, Activation act)
    {
        using FiniteDifferences f = new();
        Tensor x = f.Random(g.X), w = f.Random(g.Filter, z => z / 4), bias = f.Vector(g.K), y = f.Empty(g.Y);
        f.Forward.Conv(g, x, w, bias, act, y);

        Tensor dy = f.Random(g.Y), dsum = f.Empty(g.Y);
        f.Backward.ActivationBackward(act, y, dy, dsum, Write.Overwrite, f.GradientOf(bias));
        f.Backward.ConvBackwardData(g, dsum, w, null, Activation.Identity, f.GradientOf(x));
        f.Backward.ConvBackwardFilter(g, x, dsum, Write.Overwrite, f.GradientOf(w));
        f.Check(y, dy);
    }

    [TestMethod]
    [DynamicData(nameof(Convolutions))]
    public void TransposedConvolution(ConvShape g, Activation act)
    {
        using FiniteDifferences f = new();
        Tensor y = f.Random(g.Y), w = f.Random(g.Filter, z => z / 4), bias = f.Vector(g.C), x = f.Empty(g.X);
        f.Forward.ConvBackwardData(g, y, w, bias, act, x);

        Tensor dx = f.Random(g.X), dsum = f.Empty(g.X);
        f.Backward.ActivationBackward(act, x, dx, dsum, Write.Overwrite, f.GradientOf(bias));
        f.Backward.Conv(g, dsum, w, null, Activation.Identity, f.GradientOf(y));
        f.Backward.ConvBackwardFilter(g, dsum, y, Write.Overwrite, f.GradientOf(w));
        f.Check(x, dx);
    }

    [TestMethod]
    [DynamicData(nameof(ActivationKinds))]
    public void BatchNorm(Activation act)
    {
        using FiniteDifferences f = new();
        Shape shape = new(3, 2, 4, 5);
        int C = shape.C;
        Tensor x = f.Random(shape, z => 1 + 2 * z), y = f.Empty(shape);
        BatchNormTensors bn = new(f.Vector(C), f.Vector(C), f.Vector(C), f.Vector(C, z => Math.Abs(z)), f.Empty(Shape.Vector(C)),
            f.Empty(Shape.Vector(C)));
        f.Forward.BatchNorm(x, bn, 1e-2, 0.1, act, y);

        Tensor dy = f.Random(shape);
        f.Backward.BatchNormBackward(x, y, dy, bn, act, f.GradientOf(x), Write.Overwrite, f.GradientOf(bn.Scale), f.GradientOf(bn.Bias));
        f.Check(y, dy);
    }

    [TestMethod]
    public void Multiply()
    {
        using FiniteDifferences f = new();
        Shape shape = Shape.Matrix(3, 7);
        Tensor a = f.Random(shape), b = f.Random(shape), y = f.Empty(shape), dy = f.Random(shape);
        f.Forward.Multiply(a, b, y);
        f.Backward.Multiply(dy, b, f.GradientOf(a));
        f.Backward.Multiply(dy, a, f.GradientOf(b));
        f.Check(y, dy);
    }

    [TestMethod]
    public void ScaleSamples()
    {
        using FiniteDifferences f = new();
        Shape shape = new(3, 2, 2, 2);
        Tensor x = f.Random(shape), over = f.Vector(3), under = f.Vector(3, z => 1 + Math.Abs(z)), y = f.Empty(shape), dy = f.Random(shape);
        f.Forward.ScaleSamples(x, over, under, y);
        f.Backward.ScaleSamples(dy, over, under, f.GradientOf(x));
        f.Check(y, dy);
    }

    [TestMethod]
    public void ConcatChannels()
    {
        using FiniteDifferences f = new();
        Tensor a = f.Random(new(2, 3, 2, 3)), b = f.Random(new(2, 3, 2, 1)), y = f.Empty(new(2, 3, 2, 4)), dy = f.Random(y.Shape);
        f.Forward.ConcatChannels(a, b, y);
        f.Backward.SliceChannels(dy, 0, f.GradientOf(a));
        f.Backward.SliceChannels(dy, 3, f.GradientOf(b));
        f.Check(y, dy);
    }

    [TestMethod]
    public void SliceChannels()
    {
        using FiniteDifferences f = new();
        Tensor x = f.Random(new(2, 3, 2, 4)), y = f.Empty(new(2, 3, 2, 2)), dy = f.Random(y.Shape);
        f.Forward.SliceChannels(x, 1, y);
        Tensor zero = f.Empty(new(2, 3, 2, 1)), left = f.Empty(new(2, 3, 2, 3));
        f.Backward.ConcatChannels(zero, dy, left);
        f.Backward.ConcatChannels(left, zero, f.GradientOf(x));
        f.Check(y, dy);
    }

    /// <summary>Each piece of a group is drawn from an interval of its own, so that none are equal, and another one's is the highest in the next group.</summary>
    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void Maxout(int pieces)
    {
        using FiniteDifferences f = new();
        Shape shape = new(3, 2, 2, 3);
        int i = 0;
        Tensor x = f.Random(shape with { C = shape.C * pieces }, z => (i / pieces + 3 * i++) % pieces + 0.4 * Math.Tanh(z)), y = f.Empty(shape), dy = f.Random(shape);
        f.Forward.Maxout(x, y);
        f.Backward.MaxoutBackward(x, dy, f.GradientOf(x));
        f.Check(y, dy);
    }

    [TestMethod]
    public void Embed()
    {
        using FiniteDifferences f = new();
        Tensor table = f.Random(Shape.Matrix(4, 6)), labels = f.Ints(2, 0, 2, 3, 2), y = f.Empty(new(5, 2, 3, 1)), dy = f.Random(y.Shape);
        f.Forward.Embed(table, labels, y);
        f.Backward.EmbedBackward(labels, dy, Write.Overwrite, f.GradientOf(table));
        f.Check(y, dy);
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(0, 0.5)]
    [DataRow(0.9, 1)]
    [DataRow(0, -1)]
    public void BinaryCrossEntropy(double target, double weight)
    {
        using FiniteDifferences f = new();
        Tensor logits = f.Random(Shape.Matrix(7, 1), z => 3 * z), loss = f.Empty(Shape.Scalar), score = f.Empty(Shape.Scalar),
            one = f.Vector(1, _ => 1);
        f.Forward.BceWithLogits(logits, target, weight, null, loss, score, f.GradientOf(logits));
        f.Check(loss, one);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(-1)]
    public void Wasserstein(double y)
    {
        using FiniteDifferences f = new();
        Tensor scores = f.Random(Shape.Matrix(7, 1)), loss = f.Empty(Shape.Scalar), score = f.Empty(Shape.Scalar),
            one = f.Vector(1, _ => 1);
        f.Forward.Wasserstein(scores, y, null, loss, score, f.GradientOf(scores));
        f.Check(loss, one);
    }

    /// <summary>The scores keep off the kink at y · s = 1.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(-1)]
    public void Hinge(double y)
    {
        using FiniteDifferences f = new();
        Tensor scores = f.Random(Shape.Matrix(7, 1), z => y * (1 + z + 0.1 * Math.Sign(z))), loss = f.Empty(Shape.Scalar), score = f.Empty(Shape.Scalar),
            one = f.Vector(1, _ => 1);
        f.Forward.Hinge(scores, y, null, loss, score, f.GradientOf(scores));
        f.Check(loss, one);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void LeastSquares(bool oneTarget)
    {
        using FiniteDifferences f = new();
        Tensor predictions = f.Random(Shape.Matrix(5, 3)), targets = f.Random(predictions.Shape), loss = f.Empty(Shape.Scalar), score = f.Empty(Shape.Scalar),
            one = f.Vector(1, _ => 1);
        f.Forward.LeastSquares(predictions, oneTarget ? null : targets, 0.9, 0.5, null, loss, score, f.GradientOf(predictions));
        f.Check(loss, one);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void SoftmaxCrossEntropy(int classes)
    {
        using FiniteDifferences f = new();
        Tensor logits = f.Random(Shape.Matrix(4, classes), z => 3 * z), labels = f.Ints(1, 0, classes - 1, 1), loss = f.Empty(Shape.Scalar),
            accuracy = f.Empty(Shape.Scalar), one = f.Vector(1, _ => 1);
        f.Forward.SoftmaxCrossEntropy(logits, labels, -0.5, null, loss, accuracy, f.GradientOf(logits));
        f.Check(loss, one);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public void LogSumExp(int classes)
    {
        using FiniteDifferences f = new();
        Tensor logits = f.Random(Shape.Matrix(4, classes), z => 3 * z), y = f.Empty(Shape.Matrix(4, 1)), dy = f.Random(y.Shape);
        f.Forward.LogSumExp(logits, y);
        f.Backward.LogSumExpBackward(logits, y, dy, f.GradientOf(logits));
        f.Check(y, dy);
    }

    /// <summary>The softmax is the gradient of the log-sum-exp.</summary>
    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void Softmax(int classes)
    {
        using FiniteDifferences f = new();
        Tensor logits = f.Random(Shape.Matrix(4, classes), z => 3 * z), sum = f.Empty(Shape.Matrix(4, 1)), ones = f.Random(sum.Shape, _ => 1), y = f.Empty(logits.Shape),
            dy = f.Random(y.Shape);
        f.Forward.LogSumExp(logits, sum);
        f.Forward.LogSumExpBackward(logits, sum, ones, y);
        f.Backward.SoftmaxBackward(y, dy, f.GradientOf(logits));
        f.Check(y, dy);
    }

    /// <summary>The gradients of a mixture are mixtures with zero.</summary>
    [TestMethod]
    public void Mix()
    {
        using FiniteDifferences f = new();
        Shape shape = new(3, 2, 2, 2);
        Tensor a = f.Random(shape), b = f.Random(shape), t = f.Random(Shape.Matrix(3, 1)), y = f.Empty(shape), dy = f.Random(shape), zero = f.Empty(shape);
        f.Forward.Mix(a, b, t, y);
        f.Backward.Mix(dy, zero, t, f.GradientOf(a));
        f.Backward.Mix(zero, dy, t, f.GradientOf(b));
        f.Check(y, dy);
    }

    [TestMethod]
    [DataRow(1, 10)]
    [DataRow(0, 0.5)]
    public void GradientPenalty(double center, double weight)
    {
        using FiniteDifferences f = new();
        Tensor g = f.Random(new(3, 2, 4, 1)), loss = f.Empty(Shape.Scalar), norm = f.Empty(Shape.Scalar), one = f.Vector(1, _ => 1);
        f.Forward.GradientPenalty(g, center, weight, null, loss, norm, f.GradientOf(g));
        f.Check(loss, one);
    }

    /// <summary>By y = w / uᵀwv with u and v held, from products: the operation itself moves u and v.</summary>
    [TestMethod]
    public void SpectralNorm()
    {
        using FiniteDifferences f = new();
        const int K = 3, Columns = 8;
        Tensor w = f.Random(new(K, 2, 2, 2)), u = f.Vector(K), v = f.Vector(Columns), sigma = f.Empty(Shape.Scalar), y = f.Empty(w.Shape), one = f.Vector(1, _ => 1);
        Tensor product = f.Empty(Shape.Vector(K)), flat = w.Reshape(Shape.Vector(w.Count));
        f.Forward.Conv(ConvShape.Dense(1, Columns, K), v, w.Reshape(Shape.Matrix(K, Columns)), null, Activation.Identity, product);
        f.Forward.Conv(ConvShape.Dense(1, K, 1), product, u, null, Activation.Identity, sigma);
        f.Forward.ScaleSamples(flat, one, sigma, y.Reshape(flat.Shape));

        Tensor dy = f.Random(w.Shape);
        f.Backward.SpectralNormBackward(dy, y, u, v, sigma, f.GradientOf(w));
        f.Check(y, dy);
    }

    [TestMethod]
    public void Augment()
    {
        using FiniteDifferences f = new();
        Augmentation augmentation = new(Flip: true, Shift: 1);
        Tensor x = f.Random(new(4, 3, 5, 2)), y = f.Empty(x.Shape), key = f.Ints(1, 2, 3, 4), dy = f.Random(x.Shape);
        f.Forward.Augment(augmentation, 7, key, x, y);
        f.Backward.AugmentBackward(augmentation, 7, key, dy, f.GradientOf(x));
        f.Check(y, dy);
    }
}
