using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>A few tensors on a device, for operations with numbers chosen by hand.</summary>
internal sealed class Sandbox(Device device)
{
    private readonly Recorder _recorder = new("sandbox");

    public Recorder Ops => _recorder;

    public Tensor Put(Shape shape, params double[] values)
    {
        Tensor tensor = Empty(shape);
        device.Write(tensor, values);
        return tensor;
    }

    public Tensor Put(params double[] values) => Put(Shape.Vector(values.Length), values);

    public Tensor Ints(params int[] values)
    {
        Tensor tensor = Empty(Shape.Vector(values.Length), Element.Int32);
        device.Write(tensor, values);
        return tensor;
    }

    public Tensor Empty(Shape shape, Element element = Element.Real)
    {
        Tensor tensor = new("t", shape, element);
        device.Allocate(tensor.Storage);
        return tensor;
    }

    public Tensor Empty(int count) => Empty(Shape.Vector(count));

    /// <summary>Runs what was recorded so far, all of it.</summary>
    public void Run(int times = 1)
    {
        var program = _recorder.Finish();
        for (int i = 0; i < times; i++)
            device.Run(program);
    }

    public double[] Read(Tensor tensor) => device.Read<double>(tensor);
}
