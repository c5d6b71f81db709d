using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Measuring;

/// <summary>What a device reaches at best. Operations whose tensors stay in a cache can pass this bandwidth.</summary>
/// <param name="Source">Where the two numbers are from.</param>
public sealed record Ceiling(double FlopsPerSecond, double BytesPerSecond, string Source)
{
    private const string Product = "conv n1024 c1024 k1024";
    private const int StreamCount = 32 << 20;

    /// <summary>For each of the two measurements: enough for the compiler to be done.</summary>
    private const double Seconds = 0.5;

    /// <summary>
    /// A card's published rates where they are known. Otherwise what the backend's own kernels reach: the fastest of many products of two 1024×1024
    /// matrices, and of many passes over more memory than a cache holds.
    /// </summary>
    public static Ceiling Of(Device device)
    {
        if (Cards.Of(device) is Card card)
            return new Ceiling(card.MatrixFlopsPerSecond(device.Precision), card.BytesPerSecond, $"the {card.Name}'s published rates");
        OpCase product = OpCase.Parse(Product);
        product.Place(device);
        double productTime = Timing.Repeat(Seconds, () => device.Time(product.Program))[0];
        product.Remove(device);

        Tensor values = new("stream", Shape.Vector(StreamCount));
        Recorder recorder = new("stream");
        recorder.Clip(1, null, values);
        Program stream = recorder.Finish();
        device.Allocate(values.Storage);
        double streamTime = Timing.Repeat(Seconds, () => device.Time(stream))[0];
        device.Free(values.Storage);
        return new Ceiling(product.Instruction.Flops / productTime, stream.Instructions[0].Bytes(device) / streamTime, "a product of 1024³, and memory; a cache is faster");
    }

    /// <summary>The least seconds that this much work can take.</summary>
    public double Floor(long flops, long bytes) => Math.Max(flops / FlopsPerSecond, bytes / BytesPerSecond);
}
