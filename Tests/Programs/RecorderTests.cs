using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Tests.Programs;

[TestClass]
public sealed class RecorderTests
{
    private static readonly ConvShape G = new(2, 8, 8, 3, 16, 4, 2, 1);
    private static readonly Shape Image = new(2, 4, 4, 3);

    /// <summary>Each call has one wrong operand; the error names it, and nothing is recorded.</summary>
    public static IEnumerable<object[]> WrongCalls =>
    [
        [Call(r => r.GatherImages(Real(Image), Ints(2), Real(Image))), "holds Real, not Byte"],
        [Call(r => r.GatherImages(new("d", Image, Element.Byte), Ints(3), Real(Image))), "images"],
        [Call(r => r.GatherLabels(Ints(9), Ints(2), Ints(3))), "batch"],
        [Call(r => r.GatherLabels(Ints(9), Ints(2), Real(Shape.Vector(2)))), "holds Real, not Int32"],
        [Call(r => r.Noise(Distribution.Normal, 1, Ints(2), Real(Image))), "key"],
        [Call(r => r.RandomLabels(10, 1, Ints(4), Real(Shape.Vector(2)))), "holds Real, not Int32"],
        [Call(r => r.Conv(G, Real(Image), Real(G.Filter), null, default, Real(G.Y))), "x is 2x4x4x3, should be 2x8x8x3"],
        [Call(r => r.Conv(G, Real(G.X), Real(G.X), null, default, Real(G.Y))), "w is"],
        [Call(r => r.Conv(G, Real(G.X), Real(G.Filter), Real(Shape.Vector(3)), default, Real(G.Y))), "bias is 3, should be 16"],
        [Call(r => r.Conv(G, Real(G.X), Real(G.Filter), null, default, Real(G.X))), "y is"],
        [Call(r => r.ConvBackwardData(G, Real(G.Y), Real(G.Filter), Real(Shape.Vector(16)), default, Real(G.X))),
            "bias is 16, should be 3"],
        [Call(r => r.ConvBackwardData(G, Real(G.X), Real(G.Filter), null, default, Real(G.X))), "y is"],
        [Call(r => r.ConvBackwardFilter(G, Real(G.X), Real(G.Y), Write.Overwrite, Real(G.X))), "dw is"],
        [Call(r => r.ActivationBackward(default, Real(Image), Real(Image), Real(G.X), Write.Overwrite, null)), "dx is"],
        [Call(r => r.ActivationBackward(default, Real(Image), Real(Image), Real(Image), Write.Overwrite, Real(Shape.Vector(4)))),
            "dbias is"],
        [Call(r => r.BatchNorm(Real(Image), Statistics(4), 1e-5, 0.1, default, Real(Image))), "Scale is 4, should be 3"],
        [Call(r => r.BatchNorm(Real(Shape.Matrix(1, 3)), Statistics(3), 1e-5, 0.1, default, Real(Shape.Matrix(1, 3)))), "has no variance"],
        [Call(r => r.BatchNormBackward(Real(Image), Real(Image), Real(Image), Statistics(3), default, Real(Image), Write.Overwrite,
            Real(Shape.Vector(3)), Real(Shape.Vector(2)))), "dbias is 2"],
        [Call(r => r.BatchNormInference(Real(Image), Statistics(3), 1e-5, default, Real(G.X))), "y is"],
        [Call(r => r.Multiply(Real(Image), Real(G.X), Real(Image))), "b is"],
        [Call(r => r.ScaleSamples(Real(Image), Real(Shape.Vector(2)), Real(Shape.Vector(3)), Real(Image))),
            "denominator is 3, should be 2"],
        [Call(r => r.ConcatChannels(Real(Image), Real(G.X), Real(Image))), "b is"],
        [Call(r => r.ConcatChannels(Real(Image), Real(Image), Real(Image))), "y is 2x4x4x3, should be 2x4x4x6"],
        [Call(r => r.SliceChannels(Real(Image), 1, Real(Image))), "channels 1..4"],
        [Call(r => r.Maxout(Real(Image), Real(Image with { C = 2 }))), "y has 2 channels, of which 3 is no multiple"],
        [Call(r => r.Maxout(Real(Image), Real(G.X))), "y is"],
        [Call(r => r.MaxoutBackward(Real(Image), Real(Image with { C = 4 }), Real(Image))), "dy has 4 channels"],
        [Call(r => r.MaxoutBackward(Real(Image), Real(Image with { C = 1 }), Real(Image with { C = 1 }))), "dx is"],
        [Call(r => r.Embed(Real(Shape.Matrix(10, 5)), Ints(2), Real(Shape.Matrix(2, 4)))), "table is"],
        [Call(r => r.EmbedBackward(Ints(2), Real(Shape.Matrix(3, 5)), Write.Overwrite, Real(Shape.Matrix(10, 5)))), "dy is"],
        [Call(r => r.BceWithLogits(Real(Shape.Matrix(2, 3)), 1, 1, null, Real(Shape.Scalar), Real(Shape.Scalar), Real(Shape.Matrix(2, 3)))),
            "logits is"],
        [Call(r => r.Wasserstein(Real(Shape.Matrix(2, 1)), 1, null, Real(Shape.Scalar), Real(Shape.Vector(2)), Real(Shape.Matrix(2, 1)))),
            "score is"],
        [Call(r => r.Hinge(Real(Shape.Matrix(2, 1)), 1, null, Real(Shape.Scalar), Real(Shape.Scalar), Real(Shape.Matrix(1, 2)))), "gradient is"],
        [Call(r => r.LeastSquares(Real(Shape.Matrix(2, 3)), Real(Shape.Matrix(2, 1)), 0, 1, null, Real(Shape.Scalar), Real(Shape.Scalar),
            Real(Shape.Matrix(2, 3)))), "targets is"],
        [Call(r => r.SoftmaxCrossEntropy(Real(Shape.Matrix(2, 3)), Ints(3), 1, null, Real(Shape.Scalar), Real(Shape.Scalar), Real(Shape.Matrix(2, 3)))),
            "logits is 2x3, should be 3x3"],
        [Call(r => r.LogSumExp(Real(Shape.Matrix(2, 3)), Real(Shape.Matrix(2, 3)))), "y is 2x3, should be 2x1"],
        [Call(r => r.LogSumExpBackward(Real(Shape.Matrix(2, 3)), Real(Shape.Matrix(2, 1)), Real(Shape.Matrix(3, 1)), Real(Shape.Matrix(2, 3)))), "dy is"],
        [Call(r => r.SoftmaxBackward(Real(Image), Real(Image), Real(Image))), "y is"],
        [Call(r => r.SoftmaxBackward(Real(Shape.Matrix(2, 3)), Real(Shape.Matrix(2, 1)), Real(Shape.Matrix(2, 3)))), "dy is 2x1, should be 2x3"],
        [Call(r => r.Mix(Real(Image), Real(Image), Real(Shape.Matrix(3, 1)), Real(Image))), "t is 3, should be 2"],
        [Call(r => r.GradientPenalty(Real(Image), 1, 10, null, Real(Shape.Scalar), Real(Shape.Vector(2)), Real(Image))), "score is"],
        [Call(r => r.SpectralNorm(Real(G.Filter), Real(Shape.Vector(3)), Real(Shape.Vector(48)), Real(Shape.Scalar), Real(G.Filter))), "u is 3, should be 16"],
        [Call(r => r.SpectralNormBackward(Real(G.Filter), Real(G.Filter), Real(Shape.Vector(16)), Real(Shape.Vector(16)), Real(Shape.Scalar), Real(G.Filter))),
            "v is 16, should be 48"],
        [Call(r => r.Augment(new(true, 1), 1, Ints(2), Real(Image), Real(Image))), "key is"],
        [Call(r => r.AugmentBackward(new(true, 1), 1, Ints(4), Real(Image), Real(G.X))), "dx is"],
        [Call(r => r.Update(new AdamRule(), Real(Shape.Vector(2)), Real(Shape.Vector(9)), null, Real(Shape.Vector(9)), Real(Shape.Vector(9)))),
            "state is 9, should be 18"],
        [Call(r => r.Update(new SgdRule(), Real(Shape.Vector(2)), Real(Shape.Vector(9)), null, Real(Shape.Vector(9)), Real(Shape.Vector(9)), Real(Shape.Vector(9)))),
            "norm is"],
        [Call(r => r.MovingAverage(0.9, Real(Shape.Vector(9)), Real(Shape.Vector(8)))), "average is"],
        [Call(r => r.Norm(Real(Shape.Vector(9)), null, Real(Shape.Vector(9)))), "norm is"],
    ];

    [TestMethod]
    [DynamicData(nameof(WrongCalls))]
    public void WrongShapesAreRefused(Action<Recorder> call, string why)
    {
        Recorder r = new("wrong");
        Exception e = Assert.Throws<Exception>(() => call(r));
        Assert.Contains(why, e.Message);
        Assert.IsEmpty(r.Finish().Instructions);
    }

    [TestMethod]
    public void TheTraceSaysWhatAnInstructionCosts()
    {
        using Reference.ReferenceDevice device = new();
        Recorder r = new("one");
        r.Conv(G, Real(G.X), Real(G.Filter), null, Activation.LeakyRelu(0.2), Real(G.Y));
        var program = r.Finish();
        Assert.AreEqual(2 * 2 * 4 * 4 * 16 * 4 * 4 * 3, program.Flops);
        Assert.AreEqual(8 * (G.X.Count + G.Filter.Count + G.Y.Count), program.Instructions[0].Bytes(device));
        string line = program.Trace(device).Single();
        Assert.Contains("conv n2 h8 w8 c3 k16 r4 s2 p1 lrelu", line);
        Assert.Contains("t 2x8x8x3, t 16x4x4x3 -> t 2x4x4x16", line);
    }

    private static Action<Recorder> Call(Action<Recorder> call) => call;

    private static Tensor Real(Shape shape) => new("t", shape);

    private static Tensor Ints(int count) => new("i", Shape.Vector(count), Element.Int32);

    private static BatchNormTensors Statistics(int channels)
    {
        Tensor[] t = [.. Enumerable.Range(0, 6).Select(_ => Real(Shape.Vector(channels)))];
        return new(t[0], t[1], t[2], t[3], t[4], t[5]);
    }
}
