using System.Diagnostics;
using FastGan.Imaging;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Training;

/// <summary>Where a run stands after a step.</summary>
/// <param name="End">The step at which it ends.</param>
/// <param name="Images">Real images consumed since step 0.</param>
/// <param name="ImagesPerSecond">Over the last second or so, pictures and checkpoints included; null on a virtual device.</param>
/// <param name="Turn">What turned at this step: see <see cref="Symptoms"/>; null for nothing.</param>
public readonly record struct Progress(long Step, long End, long Images, double? ImagesPerSecond, StepMetrics Metrics, TimeSpan Left, string? Turn = null);

public enum RunOutcome
{
    Finished,
    Stopped,

    /// <summary>Ended early, as was asked for, because the generator had collapsed.</summary>
    Collapsed,
}

/// <summary>Trains to a step and keeps the run's files: metrics, sample pictures, checkpoints.</summary>
/// <param name="observer">Looks at samples now and then; null for nobody.</param>
/// <param name="stopOnCollapse">Whether the run ends where the observer's looks show mode collapse.</param>
public sealed class TrainingRun(Trainer trainer, RunFolder folder, IObserver? observer = null, bool stopOnCollapse = false)
{
    private const int SampleRows = 8, SampleColumns = 8;

    private readonly Symptoms _symptoms = new(trainer.Config);
    private MetricsLine? _best;

    private string? VirtualDevice { get; } = trainer.Device.IsVirtual ? trainer.Device.Description : null;

    /// <summary>Runs to step <paramref name="end"/>.</summary>
    /// <param name="onProgress">Called whenever losses were read, every <see cref="Gans.OutputSpec.LogEvery"/> steps at least, on this thread.</param>
    /// <param name="onPicture">Called after each new sample picture.</param>
    /// <param name="stop">Ends the run after the step at hand, with a checkpoint.</param>
    /// <exception cref="FastGanException">A loss or gradient became NaN or infinite: says at which step and in which operation. The last checkpoint stays.</exception>
    public RunOutcome Execute(long end, Action<Progress> onProgress, Action onPicture, CancellationToken stop)
    {
        Gans.OutputSpec output = trainer.Config.Output;
        Speed speed = new(trainer.Config.Training.ImagesPerStep());
        MetricsFile.CutAfter(folder.MetricsFile, trainer.StepsDone);
        foreach (MetricsLine line in MetricsFile.Read(folder.MetricsFile))
            _symptoms.Next(line);
        _best = folder.Best();

        // A best state that no look in the log is of is of steps that were lost.
        if (_best is null && Directory.Exists(folder.BestFolder))
            Directory.Delete(folder.BestFolder, recursive: true);

        if (trainer.StepsDone == 0)
            SavePicture(onPicture);

        bool collapsed = false;
        while (trainer.StepsDone < end && !collapsed && !stop.IsCancellationRequested)
        {
            trainer.Advance();
            long step = trainer.StepsDone;
            speed.Count();
            bool last = step == end;
            bool look = observer is not null && (last || step % observer.Every == 0);
            bool log = last || look || step == 1 || step % output.LogEvery == 0;
            bool picture = last || step % output.SampleEvery == 0;
            bool checkpoint = last || step % output.CheckpointEvery == 0;
            if (!log && !picture && !checkpoint)
                continue;

            // Only here does the host wait for the device.
            StepMetrics m = trainer.ReadMetrics();
            if (!m.IsFinite)
                throw new FastGanException(Diagnose(step));
            Progress progress = new(step, end, step * trainer.Config.Training.ImagesPerStep(), trainer.Device.IsVirtual ? null : speed.ImagesPerSecond, m, speed.Left(end - step));
            if (picture)
                SavePicture(onPicture);
            if (checkpoint)
                Checkpoint.Save(trainer, folder.CheckpointFolder);

            // After the checkpoint: should looking fail, the steps so far are safe.
            if (log)
            {
                MetricsLine line = Seen(Line(progress), look ? observer!.Look() : null);
                MetricsFile.Append(folder.MetricsFile, line);
                progress = progress with { Turn = line.Turn };
            }

            onProgress(progress);
            collapsed = look && stopOnCollapse && _symptoms.IsCollapsed;
        }

        bool ended = trainer.StepsDone >= end;
        if (!ended)
            Checkpoint.Save(trainer, folder.CheckpointFolder);
        return collapsed ? RunOutcome.Collapsed : ended ? RunOutcome.Finished : RunOutcome.Stopped;
    }

    /// <summary>The line with what was seen, and what it shows; the state is kept where no look before came nearer to the data.</summary>
    private MetricsLine Seen(MetricsLine line, Sight? sight)
    {
        if (sight is not null)
        {
            line = line with { Diversity = sight.Diversity, Frechet = sight.Frechet, ClassCounts = sight.ClassCounts };
            if (_best is null || !SameFeatures(_best, line) || line.Frechet < _best.Frechet)
            {
                _best = line;
                Checkpoint.Save(trainer, folder.BestFolder, kept: 1);
            }
        }

        return line with { Turn = _symptoms.Next(line) };
    }

    /// <summary>Only a trained classifier counts classes. Distances in its features and in an untrained network's don't compare.</summary>
    private static bool SameFeatures(MetricsLine a, MetricsLine b) => a.ClassCounts is null == b.ClassCounts is null;

    private MetricsLine Line(Progress p) => new(
        p.Step, p.Images, p.Metrics.DLoss, p.Metrics.GLoss, p.Metrics.DReal, p.Metrics.DFake, p.Metrics.DGradNorm, p.Metrics.GGradNorm, p.ImagesPerSecond, VirtualDevice)
    {
        ClassLoss = p.Metrics.ClassLoss,
        ClassAccuracy = p.Metrics.ClassAccuracy,
        CodeLoss = p.Metrics.CodeLoss,
        Penalty = p.Metrics.Penalty,
        InputGradNorm = p.Metrics.InputGradNorm,
    };

    /// <summary>A grid from the same latents each time; a conditional model's columns are its classes.</summary>
    private void SavePicture(Action onPicture)
    {
        Gans.ModelSpec model = trainer.Config.Model;
        int columns = model.Conditions() is > 0 and <= 16 and int classes ? classes : SampleColumns, count = SampleRows * columns;
        int[] labels = [.. Enumerable.Range(0, count).Select(i => model.Conditions() > 0 ? i % columns : 0)];
        float[] images = trainer.Sampler.Draw(trainer.Config.Training.Seed, count, labels);
        ImageGrid.Save(folder.SampleFile(trainer.StepsDone), images, Gans.Gan.Image(model, count), columns);
        onPicture();
    }

    /// <summary>
    /// Steps are exactly repeatable, so the fault is found by going back to the last checkpoint and, at the step that failed, looking at what each
    /// operation wrote. Costs nothing while all is well.
    /// </summary>
    /// <param name="seen">The step after which it was seen.</param>
    private string Diagnose(long seen)
    {
        GoBack();
        while (trainer.Step().IsFinite && trainer.StepsDone < seen)
        {
        }

        long failed = trainer.StepsDone;
        string kept = GoBack() is { } step ? $"the checkpoint of step {step} is kept" : "there is no checkpoint yet";
        while (trainer.StepsDone < failed - 1)
            trainer.Advance();
        trainer.WriteInputs();
        Device device = trainer.Device;
        Instruction[] instructions = trainer.Program.Instructions;
        for (int i = 0; i < instructions.Length; i++)
        {
            device.Run(trainer.Program, i, i + 1);
            foreach (Tensor t in instructions[i].Writes.Where(t => t.Element.IsReal()))
            {
                int bad = Array.FindIndex(device.Read<double>(t), v => !double.IsFinite(v));
                if (bad >= 0)
                    return $"step {failed}: training stopped: '{instructions[i].Text}' (operation {i} of the step) made {device.Read<double>(t)[bad]} in {t.Name}; "
                        + $"{kept}: lower the learning rate (--lr), or for wgan the clipping limit (--clip)";
            }
        }

        return $"step {failed}: training stopped at a loss that isn't finite, and the step's repetition was; {kept}";
    }

    /// <summary>To the last checkpoint, or the start.</summary>
    /// <returns>The checkpoint's step; null for the start.</returns>
    private long? GoBack()
    {
        trainer.Reset();
        if (!Directory.Exists(folder.CheckpointFolder) || !Directory.EnumerateDirectories(folder.CheckpointFolder).Any())
            return null;
        Checkpoint checkpoint = Checkpoint.Open(folder.CheckpointFolder, _ => { });
        checkpoint.Restore(trainer);
        return checkpoint.Step;
    }

    /// <summary>Throughput over a sliding second.</summary>
    private sealed class Speed(int imagesPerStep)
    {
        private long _since = Stopwatch.GetTimestamp();
        private long _steps;
        private double _perSecond;

        public double ImagesPerSecond => _perSecond * imagesPerStep;

        public void Count()
        {
            _steps++;
            double seconds = Stopwatch.GetElapsedTime(_since).TotalSeconds;
            if (seconds < 1 && _perSecond > 0)
                return;
            _perSecond = _steps / Math.Max(seconds, 1e-9);
            (_since, _steps) = (Stopwatch.GetTimestamp(), 0);
        }

        public TimeSpan Left(long steps) => TimeSpan.FromSeconds(Math.Min(steps / _perSecond, TimeSpan.MaxValue.TotalSeconds / 2));
    }
}
