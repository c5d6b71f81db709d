using FastGan.Cpu;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>
/// A step of a few random images on a thread and a device of its own, while the data is read: the JIT takes half a second for all that a first step
/// calls, and has done most of it when that comes. Nothing of it is kept.
/// </summary>
internal static class Rehearsal
{
    private const int Batch = 4;

    /// <summary>Begins it, and returns at once.</summary>
    /// <param name="device">What the run itself is on: kernels are compiled for a processor alone.</param>
    public static void Begin(RunConfig config, Device device)
    {
        // What goes wrong here goes wrong in the run itself, which says it.
        if (device is CpuDevice)
            _ = Task.Run(() => Run(config));
    }

    internal static StepMetrics Run(RunConfig config)
    {
        TrainingSpec t = config.Training;
        config = config with { Training = t with { Batch = Math.Min(t.Batch, Batch * t.Pack), CriticSteps = 1, Labels = null } };
        ConfigFile.Write(config);
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(config, Workloads.RandomData(config, config.Training.Batch), device);
        return trainer.Step();
    }
}
