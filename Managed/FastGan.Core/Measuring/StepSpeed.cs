using System.Diagnostics;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Measuring;

/// <summary>How fast training steps are done, here or by another program that measures itself in the same way. One line of JSON.</summary>
/// <param name="Images">Real images that one step consumes.</param>
/// <param name="StepsPerWindow">Steps in each of the five windows.</param>
/// <param name="ImagesPerSecond">Of the median window.</param>
/// <param name="Slowest">Images a second of the slowest window.</param>
/// <param name="Fastest">Images a second of the fastest window.</param>
/// <param name="FlopsPerStep">Recorded floating-point operations; 0 where they were not counted.</param>
/// <param name="PeakMemoryBytes">Most memory that the process ever had resident, program and data set included.</param>
public sealed record StepSpeed(
    string Workload, string Device, int Batch, int Images, int StepsPerWindow, double ImagesPerSecond, double Slowest, double Fastest,
    double MsPerStep, long FlopsPerStep, long PeakMemoryBytes)
{
    private const int Windows = 5, WarmUpSteps = 3;

    /// <summary>Where the step's time goes; null where that was not asked for.</summary>
    public StepProfile? Profile { get; init; }

    public double GflopPerSecond => FlopsPerStep / MsPerStep / 1e6;

    public static StepSpeed Measure(string workload, Trainer trainer, double seconds)
    {
        TrainingSpec t = trainer.Config.Training;
        StepSpeed speed = Measure(workload, trainer.Device.Description, t.Batch, t.ImagesPerStep(), seconds, trainer.Advance, () => trainer.ReadMetrics());
        return speed with { FlopsPerStep = trainer.Program.Flops };
    }

    /// <summary>
    /// Warms up for half of the time, since the JIT needs a second or two, and three steps at least, then times five windows of the same number of steps. A step that
    /// takes longer than <paramref name="seconds"/> is done but once.
    /// </summary>
    /// <param name="seconds">Of the five windows together.</param>
    /// <param name="step">Does a step, or queues it.</param>
    /// <param name="wait">Waits for what is queued, at the end of each window.</param>
    public static StepSpeed Measure(string workload, string device, int batch, int images, double seconds, Action step, Action wait)
    {
        double oneStep = double.PositiveInfinity;
        long start = Stopwatch.GetTimestamp();
        double elapsed = 0;
        for (int i = 0; elapsed < seconds && (i < WarmUpSteps || elapsed < seconds / 2); i++)
        {
            oneStep = Math.Min(oneStep, Timing.Of(() => Repeat(step, 1, wait)));
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        int steps = (int)Math.Max(1, Math.Round(seconds / Windows / oneStep));
        double[] times = [oneStep];
        if (oneStep < seconds)
        {
            times = [.. Enumerable.Range(0, Windows).Select(_ => Timing.Of(() => Repeat(step, steps, wait)) / steps)];
            Array.Sort(times);
        }

        double median = Timing.Median(times);
        using Process process = Process.GetCurrentProcess();
        return new StepSpeed(
            workload, device, batch, images, steps, images / median, images / times[^1], images / times[0], 1e3 * median, 0,
            process.PeakWorkingSet64);
    }

    public string ToJson() => JsonLine.Write(this);

    public static StepSpeed Parse(string json) => JsonLine.Read<StepSpeed>(json);

    private static void Repeat(Action step, int count, Action wait)
    {
        for (int i = 0; i < count; i++)
            step();
        wait();
    }
}
