using FastGan.Models;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Models;

[TestClass]
public sealed class OneHotLabelTests
{
    /// <summary>From its initial weights on, the layer puts beside each sample a 1 in the channel of its class and 0 in the others.</summary>
    [TestMethod]
    public void EachClassHasAChannel()
    {
        Net net = new("net", new NetSpec(Initialisation.FanIn, [new LabelOneHotLayer()]), Shape.Matrix(1, 1), classes: 3);
        Tensor x = new("x", Shape.Matrix(4, 1)), y = new("y", Shape.Matrix(4, 4)), labels = new("labels", Shape.Matrix(4, 1), Element.Int32);
        using ReferenceDevice device = new();
        foreach (Tensor t in new[] { net.Weights, x, y, labels })
            device.Allocate(t.Storage);
        net.Initialise(device, seed: 1, stream: 1);
        device.Write<double>(x, [5, 6, 7, 8]);
        device.Write<int>(labels, [2, 0, 1, 2]);

        Recorder r = new("one-hot");
        net.Forward(r, x, labels, Mode.Training, output: y);
        Program program = r.Finish();
        program.Plan(device);
        device.Run(program);
        CollectionAssert.AreEqual(new double[] { 5, 0, 0, 1, 6, 1, 0, 0, 7, 0, 1, 0, 8, 0, 0, 1 }, device.Read<double>(y));
    }
}
