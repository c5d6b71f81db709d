using System.Diagnostics;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Measuring;

/// <summary>How fast training steps are done. One line of JSON.</summary>
/// <param name="Images">Real images that one step consumes.</param>
/// <param name="StepsPerWindow">Steps in each of the five windows.</param>
/// <param name="ImagesPerSecond">Of the median window.</param>
/// <param name="Slowest">Images a second of the slowest window.</param>
/// <param name="Fastest">Images a second of the fastest window.</param>
/// <param name="FlopsPerStep">Recorded floating-point operations.</param>
/// <param name="PeakMemoryBytes">Most memory that the process ever had resident, program and data set included.</param>
public sealed record StepSpeed(
    string Workload, string Device, int Batch, int Images, int StepsPerWindow, double ImagesPerSecond, double Slowest, double Fastest,
    double MsPerStep, long FlopsPerStep, long PeakMemoryBytes)
{
    private const int Windows = 5, WarmUpSteps = 3;

    /// <summary>Where the step's time goes; null where that was not asked for.</summary>
    public StepProfile? Profile { get; init; }

    public double GflopPerSecond => FlopsPerStep / MsPerStep / 1e6;

    /// <summary>
    /// Warms up for half of the time, since the JIT needs a second or two, and three steps at least, then times five windows of the same number of steps. A step that
    /// takes longer than <paramref name="seconds"/> is done but once.
    /// </summary>
    /// <param name="seconds">Of the five windows together.</param>
    public static StepSpeed Measure(string workload, Trainer trainer, double seconds)
    {
        TrainingSpec t = trainer.Config.Training;
        int images = t.ImagesPerStep();
        double oneStep = double.PositiveInfinity;
        long start = Stopwatch.GetTimestamp();
        double elapsed = 0;
        for (int i = 0; elapsed < seconds && (i < WarmUpSteps || elapsed < seconds / 2); i++)
        {
            oneStep = Math.Min(oneStep, Timing.Of(() => Repeat(trainer, 1)));
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        int steps = (int)Math.Max(1, Math.Round(seconds / Windows / oneStep));
        double[] times = [oneStep];
        if (oneStep < seconds)
        {
            times = [.. Enumerable.Range(0, Windows).Select(_ => Timing.Of(() => Repeat(trainer, steps)) / steps)];
            Array.Sort(times);
        }

        double median = Timing.Median(times);
        using Process process = Process.GetCurrentProcess();
        return new StepSpeed(
            workload, trainer.Device.Description, t.Batch, images, steps, images / median, images / times[^1], images / times[0], 1e3 * median,
            trainer.Program.Flops, process.PeakWorkingSet64);
    }

    public string ToJson() => JsonLine.Write(this);

    public static StepSpeed Parse(string json) => JsonLine.Read<StepSpeed>(json);

    /// <summary>Steps may be queued: reading the metrics waits for them.</summary>
    private static void Repeat(Trainer trainer, int count)
    {
        for (int i = 0; i < count; i++)
            trainer.Advance();
        trainer.ReadMetrics();
    }
}
