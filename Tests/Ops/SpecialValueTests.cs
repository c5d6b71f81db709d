using FastGan.Cpu;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Cuda;

namespace FastGan.Tests.Ops;

/// <summary>
/// Where a formula divides by zero, jumps, or overflows unless it is written with care, on every device. All numbers, results too, are exact in
/// half precision.
/// </summary>
[TestClass]
public sealed class SpecialValueTests
{
    public static IEnumerable<object[]> Devices => [["reference"], ["cpu"], .. Enum.GetNames<Precision>().Select(p => new object[] { p })];

    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void AZeroMatrixStaysZero(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        Shape shape = Shape.Matrix(3, 33);
        Tensor w = box.Empty(shape, Element.Weight), u = box.Empty(Shape.Vector(3), Element.Weight), v = box.Empty(Shape.Vector(33), Element.Full),
            sigma = box.Empty(Shape.Scalar, Element.Full), y = box.Empty(shape), dy = box.Put(shape, [.. Enumerable.Range(1, 99).Select(i => (double)i)]),
            dw = box.Empty(shape);
        device.Write(w, new double[99]);
        device.Write(u, [1.0, 2, 3]);
        box.Ops.SpectralNorm(w, u, v, sigma, y);
        box.Ops.SpectralNormBackward(dy, y, u, v, sigma, dw);
        box.Run();
        foreach (Tensor t in (Tensor[])[u, v, sigma, y, dw])
            CollectionAssert.AreEqual(new double[t.Count], box.Read(t), $"{t}");
    }

    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void AZeroGradientHasNoDirection(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        Tensor g = box.Put(Shape.Matrix(2, 2), 0, 0, 3, 4), loss = box.Empty(Shape.Scalar, Element.Full), norm = box.Empty(Shape.Scalar, Element.Full),
            dg = box.Empty(g.Shape);
        box.Ops.GradientPenalty(g, 3, 5, null, loss, norm, dg);
        box.Run();
        CollectionAssert.AreEqual(new double[] { 32.5 }, box.Read(loss));
        CollectionAssert.AreEqual(new double[] { 2.5 }, box.Read(norm));
        CollectionAssert.AreEqual(new double[] { 0, 0, 6, 8 }, box.Read(dg));
    }

    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void LargeLogitsDoNotOverflow(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        Tensor logits = box.Put(Shape.Matrix(4, 3), 1024, 0, 0, -1024, -4096, -2048, 0, -1024, -8192, 64, 8192, 4096), y = box.Empty(Shape.Matrix(4, 1)),
            d = box.Empty(logits.Shape), loss = box.Empty(Shape.Scalar, Element.Full), accuracy = box.Empty(Shape.Scalar, Element.Full),
            dloss = box.Empty(logits.Shape);
        box.Ops.LogSumExp(logits, y);
        box.Ops.LogSumExpBackward(logits, y, box.Put(y.Shape, 1, 2, 3, 4), d);
        box.Ops.SoftmaxCrossEntropy(logits, box.Ints(1, 0, 2, 1), 4, null, loss, accuracy, dloss);
        box.Run();
        CollectionAssert.AreEqual(new double[] { 1024, -1024, 0, 8192 }, box.Read(y));
        CollectionAssert.AreEqual(new double[] { 1, 0, 0, 2, 0, 0, 3, 0, 0, 0, 4, 0 }, box.Read(d));
        CollectionAssert.AreEqual(new double[] { 1024 + 8192 }, box.Read(loss));
        CollectionAssert.AreEqual(new double[] { 0.5 }, box.Read(accuracy));
        CollectionAssert.AreEqual(new double[] { 1, -1, 0, 0, 0, 0, 1, 0, -1, 0, 0, 0 }, box.Read(dloss));
    }

    /// <summary>Classes enough that threads share them.</summary>
    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void TheFirstOfEqualLogitsIsTheLargest(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        const int Classes = 600;
        double[] equal = [.. Enumerable.Range(0, Classes).Select(k => k % 200 == 37 ? 2.0 : 1)];
        Tensor logits = box.Put(Shape.Matrix(4, Classes), [.. equal, .. equal, .. equal, .. new double[Classes]]), loss = box.Empty(Shape.Scalar, Element.Full),
            accuracy = box.Empty(Shape.Scalar, Element.Full);
        box.Ops.SoftmaxCrossEntropy(logits, box.Ints(37, 237, 437, 0), 1, null, loss, accuracy, box.Empty(logits.Shape));
        box.Run();
        CollectionAssert.AreEqual(new double[] { 0.5 }, box.Read(accuracy));
        double mixed = Math.Log(3 + 597 / Math.E), even = Math.Log(Classes);
        Assert.AreEqual((3 * mixed + even) / 4, box.Read(loss)[0], 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void TheHingeIsFlatFromItsKink(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        Tensor scores = box.Put(Shape.Matrix(4, 1), 1, -1, 0, 2), d = box.Empty(scores.Shape), fakeD = box.Empty(scores.Shape),
            loss = box.Empty(Shape.Scalar, Element.Full), score = box.Empty(Shape.Scalar, Element.Full);
        box.Ops.Hinge(scores, 1, null, loss, score, d);
        box.Ops.Hinge(scores, -1, null, loss, score, fakeD);
        box.Run();
        CollectionAssert.AreEqual(new double[] { 0, -0.25, -0.25, 0 }, box.Read(d));
        CollectionAssert.AreEqual(new double[] { 0.25, 0, 0.25, 0.25 }, box.Read(fakeD));
    }

    [TestMethod]
    [DynamicData(nameof(Devices))]
    public void TheFirstOfEqualPiecesTakesTheGradient(string name)
    {
        using Device device = Open(name);
        Sandbox box = new(device);
        Tensor x = box.Put(Shape.Matrix(2, 6), 1, 2, 2, -3, -3, -3, 0, -1, 0, 5, double.NaN, 6), y = box.Empty(Shape.Matrix(2, 2)), dx = box.Empty(x.Shape);
        box.Ops.Maxout(x, y);
        box.Ops.MaxoutBackward(x, box.Put(y.Shape, 1, 2, 3, 4), dx);
        box.Run();
        CollectionAssert.AreEqual(new double[] { 2, -3, 0, double.NaN }, box.Read(y));
        CollectionAssert.AreEqual(new double[] { 0, 1, 0, 2, 0, 0, 3, 0, 0, 0, 4, 0 }, box.Read(dx));
    }

    private static Device Open(string name) => name switch
    {
        "reference" => new ReferenceDevice(),
        "cpu" => new CpuDevice(2),
        _ => Gpu.Open(Enum.Parse<Precision>(name)),
    };
}
