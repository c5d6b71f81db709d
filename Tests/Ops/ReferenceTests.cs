using FastGan.Ops;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>
/// The reference against numbers worked out by hand: finite differences can't see a mistake that forward and backward share.
/// </summary>
[TestClass]
public sealed class ReferenceTests : IDisposable
{
    private readonly ReferenceDevice _device = new();
    private readonly Sandbox _box;

    public ReferenceTests() => _box = new Sandbox(_device);

    public void Dispose() => _device.Dispose();

    [TestMethod]
    [DataRow(1, 0, new double[] { 37, 47, 67, 77 })]
    [DataRow(2, 1, new double[] { 4, 18, 36, 77 })]
    public void Convolution(int stride, int pad, double[] expected)
    {
        ConvShape g = new(1, 3, 3, 1, 1, 2, stride, pad);
        Tensor y = _box.Empty(g.Y);
        _box.Ops.Conv(g, _box.Put(g.X, 1, 2, 3, 4, 5, 6, 7, 8, 9), _box.Put(g.Filter, 1, 2, 3, 4), null, Activation.Identity, y);
        _box.Run();
        Expect(y, expected);
    }

    [TestMethod]
    public void ConvolutionOrdersFiltersByOutputRowColumnInput()
    {
        // Two outputs, a 1 × 2 image of two channels: only w[k, r=1, s, c] meets the image.
        ConvShape g = new(1, 1, 2, 2, 2, 3, 1, 1);
        double[] w = new double[g.Filter.Count];
        w[((1 * 3 + 1) * 3 + 2) * 2 + 1] = 1; // k 1 takes channel 1 of the pixel on the right
        Tensor y = _box.Empty(g.Y);
        _box.Ops.Conv(g, _box.Put(g.X, 1, 2, 3, 4), _box.Put(g.Filter, w), _box.Put(10, 20), Activation.Identity, y);
        _box.Run();
        Expect(y, 10, 24, 10, 20);
    }

    [TestMethod]
    public void TransposedConvolution()
    {
        ConvShape g = new(1, 3, 3, 1, 1, 2, 1, 0);
        Tensor x = _box.Empty(g.X);
        _box.Ops.ConvBackwardData(g, _box.Put(g.Y, 1, 0, 0, 10), _box.Put(g.Filter, 1, 2, 3, 4), _box.Put(0.5), Activation.Identity, x);
        _box.Run();
        Expect(x, 1.5, 2.5, 0.5, 3.5, 14.5, 20.5, 0.5, 30.5, 40.5);
    }

    [TestMethod]
    public void BatchNorm()
    {
        // Mean 3, squared deviations 14: biased variance 3.5, unbiased 14 / 3.
        Tensor x = _box.Put(Shape.Matrix(4, 1), 1, 2, 3, 6), y = _box.Empty(x.Shape), inference = _box.Empty(x.Shape);
        BatchNormTensors bn = new(_box.Put(2), _box.Put(1), _box.Put(10), _box.Put(100), _box.Empty(1), _box.Empty(1));
        _box.Ops.BatchNorm(x, bn, 0.5, 0.1, Activation.Relu, y);
        _box.Ops.BatchNormInference(x, bn, 0.5, Activation.Identity, inference);
        _box.Run();
        Expect(bn.Mean, 3);
        Expect(bn.InvStd, 0.5);
        Expect(bn.RunningMean, 9.3);
        Expect(bn.RunningVar, 90 + 1.4 / 3);
        Expect(y, 0, 0, 1, 4);
        double invStd = 1 / Math.Sqrt(90.5 + 1.4 / 3);
        Expect(inference, 1 - 2 * 8.3 * invStd, 1 - 2 * 7.3 * invStd, 1 - 2 * 6.3 * invStd, 1 - 2 * 3.3 * invStd);
    }

    [TestMethod]
    public void BinaryCrossEntropy()
    {
        Tensor logits = _box.Put(Shape.Matrix(4, 1), 0, Math.Log(3), 1000, -1000), loss = _box.Empty(1), score = _box.Empty(1),
            d = _box.Empty(logits.Shape);
        _box.Ops.BceWithLogits(logits, 1, -2, null, loss, score, d);
        _box.Run();
        Expect(loss, -2 * (Math.Log(2) + Math.Log(4 / 3.0) + 1000) / 4);
        Expect(score, (0.5 + 0.75 + 1) / 4);
        Expect(d, 0.25, 0.125, 0.5e-20, 0.5);
    }

    [TestMethod]
    public void Wasserstein()
    {
        Tensor scores = _box.Put(Shape.Matrix(2, 1), 3, 5), loss = _box.Empty(1), score = _box.Empty(1), d = _box.Empty(scores.Shape);
        _box.Ops.Wasserstein(scores, 1, null, loss, score, d);
        _box.Run();
        Expect(loss, -4);
        Expect(score, 4);
        Expect(d, -0.5, -0.5);
    }

    [TestMethod]
    [DataRow(1, 0.5, new double[] { -1 / 3.0, 0, 0 })]
    [DataRow(-1, 6.5 / 3, new double[] { 1 / 3.0, 1 / 3.0, 1 / 3.0 })]
    public void Hinge(double y, double expectedLoss, double[] gradient)
    {
        Tensor scores = _box.Put(Shape.Matrix(3, 1), -0.5, 1, 3), loss = _box.Empty(1), score = _box.Empty(1), d = _box.Empty(scores.Shape);
        _box.Ops.Hinge(scores, y, null, loss, score, d);
        _box.Run();
        Expect(loss, expectedLoss);
        Expect(score, 3.5 / 3);
        Expect(d, gradient);
    }

    [TestMethod]
    public void LeastSquares()
    {
        Tensor predictions = _box.Put(Shape.Matrix(2, 2), 1, 2, 3, 4), targets = _box.Put(Shape.Matrix(2, 2), 0, 2, 1, 1), loss = _box.Empty(1),
            score = _box.Empty(1), d = _box.Empty(predictions.Shape), lossToOne = _box.Empty(1), dToOne = _box.Empty(predictions.Shape);
        _box.Ops.LeastSquares(predictions, targets, 99, 3, null, loss, score, d);
        _box.Ops.LeastSquares(predictions, null, 1, 1, null, lossToOne, score, dToOne);
        _box.Run();
        Expect(loss, 3 * (1 + 0 + 4 + 9) / 4.0);
        Expect(d, 1.5, 0, 3, 4.5);
        Expect(lossToOne, (0 + 1 + 4 + 9) / 4.0);
        Expect(dToOne, 0, 0.5, 1, 1.5);
        Expect(score, 2.5);
    }

    [TestMethod]
    public void SoftmaxCrossEntropy()
    {
        // The largest of equal logits is the first.
        Tensor logits = _box.Put(Shape.Matrix(3, 2), 0, Math.Log(3), 1000, 1000, 5, 5), labels = _box.Ints(0, 0, 1), loss = _box.Empty(1),
            accuracy = _box.Empty(1), d = _box.Empty(logits.Shape);
        _box.Ops.SoftmaxCrossEntropy(logits, labels, 6, null, loss, accuracy, d);
        _box.Run();
        Expect(loss, 6 * (Math.Log(4) + Math.Log(2) + Math.Log(2)) / 3);
        Expect(accuracy, 1 / 3.0);
        Expect(d, -1.5, 1.5, -1, 1, 1, -1);
    }

    [TestMethod]
    public void LogSumExp()
    {
        Tensor logits = _box.Put(Shape.Matrix(3, 2), 0, Math.Log(3), 1000, 1000, -1000, -2000), y = _box.Empty(Shape.Matrix(3, 1)), d = _box.Empty(logits.Shape);
        _box.Ops.LogSumExp(logits, y);
        _box.Ops.LogSumExpBackward(logits, y, _box.Put(y.Shape, 2, 3, 5), d);
        _box.Run();
        Expect(y, Math.Log(4), 1000 + Math.Log(2), -1000);
        Expect(d, 0.5, 1.5, 1.5, 1.5, 5, 0);
    }

    [TestMethod]
    public void SoftmaxBackward()
    {
        // The last is so sure that nothing changes it.
        Tensor y = _box.Put(Shape.Matrix(3, 2), 0.25, 0.75, 0.5, 0.5, 1, 0), d = _box.Empty(y.Shape);
        _box.Ops.SoftmaxBackward(y, _box.Put(y.Shape, 8, 4, 3, 3, 5, 7), d);
        _box.Run();
        Expect(d, 0.75, -0.75, 0, 0, 0, 0);
    }

    [TestMethod]
    public void Mix()
    {
        Tensor a = _box.Put(Shape.Matrix(3, 2), 1, 2, 3, 4, 5, 6), b = _box.Put(a.Shape, 5, 6, 7, 8, 9, 10), y = _box.Empty(a.Shape);
        _box.Ops.Mix(a, b, _box.Put(Shape.Matrix(3, 1), 0.5, -1, 1), y);
        _box.Run();
        Expect(y, 2, 3, 7, 8, 5, 6);
    }

    [TestMethod]
    [DataRow(1, 10, 85, new double[] { 24, 32, 0, 0 })]
    [DataRow(0, 0.5, 6.25, new double[] { 1.5, 2, 0, 0 })]
    public void GradientPenalty(double center, double weight, double expectedLoss, double[] gradient)
    {
        Tensor g = _box.Put(Shape.Matrix(2, 2), 3, 4, 0, 0), loss = _box.Empty(1), norm = _box.Empty(1), d = _box.Empty(g.Shape);
        _box.Ops.GradientPenalty(g, center, weight, null, loss, norm, d);
        _box.Run();
        Expect(loss, expectedLoss);
        Expect(norm, 2.5);
        Expect(d, gradient);
    }

    [TestMethod]
    public void SpectralNorm()
    {
        // wᵀu = (6, 8), wv = (3, 4).
        Tensor w = _box.Put(Shape.Matrix(2, 2), 1, 3, 4, 2), u = _box.Put(2, 1), v = _box.Empty(2), sigma = _box.Empty(1), y = _box.Empty(w.Shape);
        _box.Ops.SpectralNorm(w, u, v, sigma, y);
        _box.Run();
        Expect(v, 0.6, 0.8);
        Expect(u, 0.6, 0.8);
        Expect(sigma, 5);
        Expect(y, 0.2, 0.6, 0.8, 0.4);
    }

    /// <summary>The singular values of ((3, 0), (4, 5)) are √45 and √5: each step of the iteration leaves a ninth of the error in u.</summary>
    [TestMethod]
    public void SpectralNormFindsTheLargestSingularValue()
    {
        Tensor w = _box.Put(Shape.Matrix(2, 2), 3, 0, 4, 5), u = _box.Put(1, 0), v = _box.Empty(2), sigma = _box.Empty(1), y = _box.Empty(w.Shape);
        _box.Ops.SpectralNorm(w, u, v, sigma, y);
        _box.Run(times: 20);
        Expect(sigma, Math.Sqrt(45));
        Expect(u, 1 / Math.Sqrt(10), 3 / Math.Sqrt(10));
        Expect(v, 1 / Math.Sqrt(2), 1 / Math.Sqrt(2));
    }

    [TestMethod]
    public void SpectralNormBackward()
    {
        // ⟨dy, y⟩ = 0.6, uvᵀ = ((3, −1), (6, −2)).
        Tensor y = _box.Put(Shape.Matrix(2, 2), 0.2, 0.6, 0.8, 0.4), dy = _box.Put(y.Shape, 1, 0, 0, 1), dw = _box.Empty(y.Shape);
        _box.Ops.SpectralNormBackward(dy, y, _box.Put(1, 2), _box.Put(3, -1), _box.Put(5), dw);
        _box.Run();
        Expect(dw, -0.16, 0.12, -0.72, 0.44);
    }

    /// <summary>Of Philox blocks 0 and 1 under key 0: the first image isn't flipped, moves down 1 and right 1, the second is flipped and moves right 1.</summary>
    [TestMethod]
    public void Augmentation()
    {
        Tensor x = _box.Put(new Shape(2, 2, 3, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), y = _box.Empty(x.Shape), dx = _box.Empty(x.Shape), key = _box.Ints(0, 0, 0, 0);
        _box.Ops.Augment(new(Flip: true, Shift: 1), 0, key, x, y);
        _box.Ops.AugmentBackward(new(Flip: true, Shift: 1), 0, key, x, dx);
        _box.Run();
        Expect(y, 5, 6, -1, -1, -1, -1, -1, 9, 8, -1, 12, 11);
        Expect(dx, 0, 0, 0, 0, 1, 2, 0, 9, 8, 0, 12, 11);
    }

    [TestMethod]
    public void Images()
    {
        Tensor dataset = _box.Empty(new(2, 1, 1, 2), Element.Byte), images = _box.Empty(new Shape(1, 1, 1, 2));
        _device.Write<byte>(dataset, [1, 2, 0, 255]);
        _box.Ops.GatherImages(dataset, _box.Ints(1), images);
        _box.Run();
        Expect(images, -1, 1);
    }

    /// <summary>At first Adam moves every parameter by the learning rate, whatever the size of its gradient.</summary>
    [TestMethod]
    public void Adam()
    {
        (double rate, double correction) = new AdamRule().Rates(0.1, 1);
        Tensor parameters = _box.Put(1, 1), state = _box.Empty(4);
        _box.Ops.Update(new AdamRule(), _box.Put(rate, correction), _box.Put(0.5, -300), null, state, parameters);
        _box.Run();
        Expect(parameters, 1 - 0.1 / (1 + 2e-8), 1 + 0.1 / (1 + 1e-8 / 300));
        Expect(state, 0.25, -150, 0.00025, 90);
    }

    [TestMethod]
    public void RmsProp()
    {
        Tensor parameters = _box.Put(1), state = _box.Put(1);
        _box.Ops.Update(new RmsPropRule(0.75, 1), _box.Put(0.1, 1), _box.Put(2), null, state, parameters);
        _box.Run();
        Expect(state, 1.75);
        Expect(parameters, 1 - 0.2 / (Math.Sqrt(1.75) + 1));
    }

    [TestMethod]
    public void MomentumTwice()
    {
        Tensor parameters = _box.Put(1), state = _box.Empty(1);
        _box.Ops.Update(new SgdRule(0.9), _box.Put(0.1, 1), _box.Put(2), null, state, parameters);
        _box.Run(times: 2);
        Expect(state, 3.8);
        Expect(parameters, 1 - 0.2 - 0.38);
    }

    [TestMethod]
    public void ClipAverageAndNorm()
    {
        Tensor values = _box.Put(-3, 4, 0.5), average = _box.Put(1, 1, 1), norm = _box.Empty(1);
        _box.Ops.Norm(_box.Put(-3, 4), null, norm);
        _box.Ops.Clip(1, null, values);
        _box.Ops.MovingAverage(0.75, values, average);
        _box.Run();
        Expect(norm, 5);
        Expect(values, -1, 1, 0.5);
        Expect(average, 0.5, 1, 0.875);
    }

    private void Expect(Tensor tensor, params double[] expected)
    {
        double[] actual = _box.Read(tensor);
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-12 * Math.Abs(expected[i]), $"element {i}");
    }
}
