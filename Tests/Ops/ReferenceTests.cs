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
    public void Images()
    {
        Tensor dataset = _box.Empty(new(2, 1, 1, 2), Element.Byte), indices = _box.Empty(Shape.Vector(1), Element.Int32),
            images = _box.Empty(new Shape(1, 1, 1, 2));
        _device.Write<byte>(dataset, [1, 2, 0, 255]);
        _device.Write<int>(indices, [1]);
        _box.Ops.GatherImages(dataset, indices, images);
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
