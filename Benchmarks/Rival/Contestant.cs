using System.Diagnostics;
using System.Globalization;
using FastGan.Cpu;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Training;

namespace FastGan.Rival;

internal enum Trains
{
    FastGan,
    LibTorch,

    /// <summary>FastGan with one critic update a step, each network's update after its own passes.</summary>
    Alternating,

    /// <summary>FastGan with one critic update a step, both gradients from shared passes.</summary>
    Simultaneous,
}

/// <summary>
/// One side of a comparison: a workload's training in a process of its own, which sleeps but for the turns that it is told to take. It lives
/// through the whole comparison, so that memory is planned, code compiled and data loaded before what counts.
/// </summary>
internal sealed class Contestant : IDisposable
{
    /// <summary>The first argument of the process.</summary>
    public const string Verb = "take-turns";

    private readonly Process _process;
    private readonly int _images;

    public Contestant(Trains what, string workload, int threads)
    {
        string[] args = [typeof(Contestant).Assembly.Location, Verb, $"{what}", workload, $"{threads}"];
        _images = Config(what, workload).Training.ImagesPerStep();
        _process = Process.Start(new ProcessStartInfo("dotnet", args) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Most MB that the process ever had resident, program and data set included.</summary>
    public double PeakMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1e6;
        }
    }

    /// <summary>Has the process do one step that doesn't count, since another process had the caches, and then steps for some time.</summary>
    /// <param name="seconds">A step begun in this time is done to its end.</param>
    /// <returns>Images a second.</returns>
    /// <exception cref="FastGanException">The process ended; it has said why on standard error.</exception>
    public double TakeTurn(double seconds)
    {
        string? answer;
        try
        {
            _process.StandardInput.WriteLine(seconds.ToString("R", CultureInfo.InvariantCulture));
            answer = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            answer = null;
        }

        return answer is not null ? _images / double.Parse(answer, CultureInfo.InvariantCulture)
            : throw new FastGanException("a process that trains has ended before its time");
    }

    public static RunConfig Config(Trains what, string workload)
    {
        RunConfig config = Workloads.Config(workload);
        TrainingSpec training = config.Training;
        return what switch
        {
            Trains.Alternating => config with { Training = training with { CriticSteps = 1 } },
            Trains.Simultaneous => config with { Training = training with { CriticSteps = 1, Update = UpdateOrder.Simultaneous } },
            _ => config,
        };
    }

    /// <summary>What the process does: a turn for each line of input.</summary>
    public static void TakeTurns(Trains what, string workload, int threads)
    {
        RunConfig config = Config(what, workload);
        Dataset data = Workloads.RandomData(config);
        if (what == Trains.LibTorch)
        {
            TakeTurns(TorchSteps.Make(workload, data, config.Training.Batch, threads));
            return;
        }

        using CpuDevice device = new(threads);
        using Trainer trainer = new(config, data, device);
        TakeTurns(trainer.Advance);
    }

    /// <summary>A process that finds its input at an end goes.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void TakeTurns(Action step)
    {
        while (Console.ReadLine() is { } seconds)
        {
            step();
            double limit = double.Parse(seconds, CultureInfo.InvariantCulture), elapsed;
            long start = Stopwatch.GetTimestamp();
            int steps = 0;
            do
            {
                step();
                steps++;
                elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            while (elapsed < limit);
            Console.WriteLine((elapsed / steps).ToString("R", CultureInfo.InvariantCulture));
        }
    }
}
