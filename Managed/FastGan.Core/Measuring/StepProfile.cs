using System.Diagnostics;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Measuring;

/// <summary>
/// Where the time of a step goes, the longest first. Each instruction is run alone, so that their sum is a little above a whole step's time.
/// </summary>
public sealed record StepProfile(Ceiling Ceiling, IReadOnlyList<OperationTime> Operations)
{
    private const int LeastSteps = 3;

    public double Seconds => Operations.Sum(o => o.Seconds);

    public double FloorSeconds => Operations.Sum(o => o.FloorSeconds);

    /// <summary>Trains on, instruction by instruction, for some seconds and three steps at least; the median of each counts.</summary>
    public static StepProfile Measure(Trainer trainer, Ceiling ceiling, double seconds)
    {
        (Device device, Instruction[] instructions) = (trainer.Device, trainer.Program.Instructions);
        List<double>[] times = [.. instructions.Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < LeastSteps || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; step++)
        {
            trainer.WriteInputs();
            for (int i = 0; i < instructions.Length; i++)
                times[i].Add(device.Time(trainer.Program, i, i + 1));
            trainer.StepsDone++;
        }

        var operations =
            from same in instructions.Index().GroupBy(at => at.Item.Text)
            let time = same.Sum(at => Timing.Median([.. times[at.Index].Order()]))
            let flops = same.Sum(at => at.Item.Flops)
            let bytes = same.Sum(at => at.Item.Bytes(device))
            let floor = same.Sum(at => ceiling.Floor(at.Item.Flops, at.Item.Bytes(device)))
            orderby time descending
            select new OperationTime(same.Key, same.Count(), time, flops, bytes, floor);
        return new StepProfile(ceiling, [.. operations]);
    }
}
