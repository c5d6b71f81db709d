using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Measuring;

/// <summary>
/// What a device reaches with the backend's own kernels: the fastest of many products of two 1024×1024 matrices, and of many passes over
/// more memory than a cache holds. Operations whose tensors stay in a cache can pass this bandwidth.
/// </summary>
public sealed record Ceiling(double FlopsPerSecond, double BytesPerSecond)
{
    private const string Product = "conv n1024 c1024 k1024";
    private const int StreamCount = 32 << 20;

    /// <summary>For each of the two measurements: enough for the compiler to be done.</summary>
    private const double Seconds = 0.5;

    public static Ceiling Measure(Device device)
    {
        OpCase product = OpCase.Parse(Product);
        product.Place(device);
        double productTime = Timing.Repeat(Seconds, () => device.Run(product.Program))[0];
        product.Remove(device);

        Tensor values = new("stream", Shape.Vector(StreamCount));
        Recorder recorder = new("stream");
        recorder.Clip(1, null, values);
        Program stream = recorder.Finish();
        device.Allocate(values.Storage);
        double streamTime = Timing.Repeat(Seconds, () => device.Run(stream))[0];
        device.Free(values.Storage);
        return new Ceiling(product.Instruction.Flops / productTime, stream.Instructions[0].Bytes(device) / streamTime);
    }

    /// <summary>The least seconds that this much work can take.</summary>
    public double Floor(long flops, long bytes) => Math.Max(flops / FlopsPerSecond, bytes / BytesPerSecond);
}
