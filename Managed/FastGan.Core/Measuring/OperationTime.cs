using FastGan.Programs;

namespace FastGan.Measuring;

/// <summary>The time of an operation, or of all those of one text in a step together.</summary>
/// <param name="Text">As in <see cref="Instruction.Text"/>.</param>
/// <param name="Count">How often it is done.</param>
/// <param name="Seconds">Of all of them.</param>
/// <param name="FloorSeconds">What the <see cref="Ceiling"/> allows at best.</param>
public sealed record OperationTime(string Text, int Count, double Seconds, long Flops, long Bytes, double FloorSeconds)
{
    /// <summary>The operation alone, again and again: the median.</summary>
    public static OperationTime Measure(OpCase op, Device device, Ceiling ceiling, double seconds)
    {
        op.Place(device);
        try
        {
            double time = Timing.Median(Timing.Repeat(seconds, () => device.Time(op.Program)));
            (long flops, long bytes) = (op.Instruction.Flops, op.Instruction.Bytes(device));
            return new OperationTime(op.Text, 1, time, flops, bytes, ceiling.Floor(flops, bytes));
        }
        finally
        {
            op.Remove(device);
        }
    }

    public string ToJson() => JsonLine.Write(this);
}
