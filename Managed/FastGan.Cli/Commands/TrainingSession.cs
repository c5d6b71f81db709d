using System.Diagnostics;
using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>What train and resume share: the way from a trainer to the end of a run, with its display, its curves and Ctrl-C.</summary>
/// <param name="why">Why this device was taken; null where the user chose it.</param>
internal sealed class TrainingSession(Trainer trainer, Dataset data, RunFolder folder, SessionOptions options, string? why)
{
    private readonly TimeSpan _curvesEvery = TimeSpan.FromSeconds(30);
    private readonly Stopwatch _sinceCurves = Stopwatch.StartNew();
    private TimeSpan _untilFirstStep;

    public int Run(long end)
    {
        bool quiet = options.Quiet;
        TrainingDisplay display = TrainingDisplay.For(quiet);
        using Interrupts interrupts = new(display.Stopping);
        if (!quiet)
            TrainingHeader.Print(trainer, data, folder, end, why);
        using Observer? observer = Watching.Open(trainer, data, folder, options);
        TrainingRun run = new(trainer, folder, observer, options.StopOnCollapse);
        RunOutcome outcome = display.Show(report => run.Execute(end, progress => Report(progress, report), OnPicture, interrupts.Stop));
        DrawCurves();
        if (!quiet)
            PrintEnd(end, outcome);
        return outcome == RunOutcome.Stopped ? ExitCode.Interrupted : ExitCode.Done;
    }

    private void Report(Progress progress, Action<Progress> show)
    {
        if (_untilFirstStep == default)
            _untilFirstStep = SinceProgramStart();
        show(progress);
    }

    private static TimeSpan SinceProgramStart()
    {
        using Process process = Process.GetCurrentProcess();
        return DateTime.Now - process.StartTime;
    }

    private void OnPicture()
    {
        // Drawing the curves takes as long as many steps of a small model: not with every picture.
        if (_sinceCurves.Elapsed > _curvesEvery)
            DrawCurves();
    }

    private void DrawCurves()
    {
        RunConfig config = trainer.Config;
        Curves.Save(folder.CurvesFile, $"{config.Preset} on {Path.GetFileName(config.Data.Source)}", [.. MetricsFile.Read(folder.MetricsFile)
            .Select(m => new CurvePoint(m.Step, m.DLoss, m.GLoss, m.DReal, m.DFake, m.DGradNorm, m.GGradNorm))]);
        _sinceCurves.Restart();
    }

    private void PrintEnd(long end, RunOutcome outcome)
    {
        string run = folder.FullPath;
        bool interrupted = outcome == RunOutcome.Stopped;
        Console.WriteLine();
        Console.WriteLine(outcome switch
        {
            RunOutcome.Stopped => $"Stopped after step {trainer.StepsDone} of {end}.",
            RunOutcome.Collapsed => $"Ended after step {trainer.StepsDone} of {end}: mode collapse.",
            _ when trainer.Device.IsVirtual => $"Done: {trainer.StepsDone} steps.",
            _ => $"Done: {trainer.StepsDone} steps. This took {SinceProgramStart().TotalSeconds:0.0} s, up to the first step {_untilFirstStep.TotalSeconds:0.0} s.",
        });
        foreach (MetricsLine turn in MetricsFile.Read(folder.MetricsFile).Where(l => l.Turn is not null))
            Console.WriteLine($"step {turn.Step:N0}: {turn.Turn}");
        if (folder.Best() is { } best)
            Terminal.Facts(("best", $"step {best.Step:N0}, Fréchet distance {best.Frechet:0.00}, diversity {best.Diversity:0.00} of the data's: {folder.BestFolder}"));
        Terminal.Facts(
            ("pictures", folder.SamplesFolder),
            ("curves", folder.CurvesFile),
            ("checkpoint", folder.CheckpointFolder),
            ("next", interrupted ? $"fastgan resume {run}" : $"fastgan sample {run} --out {Path.GetFileName(run)}.png"));
    }
}
