using System.Diagnostics;
using FastGan.Cli.Display;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>What train and resume share: the way from a trainer to the end of a run, with its display, its curves and Ctrl-C.</summary>
/// <param name="why">Why this device was taken; null where the user chose it.</param>
internal sealed class TrainingSession(Trainer trainer, Dataset data, RunFolder folder, bool quiet, string? why)
{
    private readonly TimeSpan _curvesEvery = TimeSpan.FromSeconds(30);
    private readonly Stopwatch _sinceCurves = Stopwatch.StartNew();

    public int Run(long end)
    {
        TrainingDisplay display = TrainingDisplay.For(quiet);
        using Interrupts interrupts = new(display.Stopping);
        if (!quiet)
            TrainingHeader.Print(trainer, data, folder, end, why);
        TrainingRun run = new(trainer, folder);
        RunOutcome outcome = display.Show(report => run.Execute(end, report, OnPicture, interrupts.Stop));
        DrawCurves();
        bool interrupted = outcome == RunOutcome.Stopped;
        if (!quiet)
            PrintEnd(end, interrupted);
        return interrupted ? ExitCode.Interrupted : ExitCode.Done;
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

    private void PrintEnd(long end, bool interrupted)
    {
        string run = folder.FullPath;
        Console.WriteLine();
        Console.WriteLine(interrupted ? $"Stopped after step {trainer.StepsDone} of {end}." : $"Done: {trainer.StepsDone} steps.");
        Terminal.Facts(
            ("pictures", folder.SamplesFolder),
            ("curves", folder.CurvesFile),
            ("checkpoint", folder.CheckpointFolder),
            ("next", interrupted ? $"fastgan resume {run}" : $"fastgan sample {run} --out {Path.GetFileName(run)}.png"));
    }
}
