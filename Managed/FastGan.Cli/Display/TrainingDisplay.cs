using FastGan.Training;

namespace FastGan.Cli.Display;

/// <summary>Shows how training goes on. Reports come after every step; each display takes as few of them as can be read.</summary>
internal abstract class TrainingDisplay
{
    public static TrainingDisplay For(bool quiet) => quiet ? new SilentDisplay() : Terminal.IsLive ? new LiveDisplay() : new LineDisplay();

    /// <summary>Runs training, which reports its progress to the action it is given.</summary>
    public abstract RunOutcome Show(Func<Action<Progress>, RunOutcome> train);

    /// <summary>Says that training ends after the step at hand; called on another thread.</summary>
    public virtual void Stopping()
    {
    }

    /// <summary>1:02:03, 4:05 or 12 s.</summary>
    protected static string Duration(TimeSpan t) =>
        t.TotalHours >= 1 ? $"{(long)t.TotalHours}:{t:mm\\:ss}" : t.TotalMinutes >= 1 ? $"{t.Minutes}:{t:ss}" : $"{Math.Ceiling(t.TotalSeconds):0} s";

    /// <summary>"step 4,200: …", for what turned at a step.</summary>
    protected static string TurnText(Progress p) => $"step {p.Step:N0}: {p.Turn}";

    protected static string Speed(Progress p) => p.ImagesPerSecond is double speed ? $"{speed:N0} images/s" : "on a virtual device, whose speed means nothing";

    /// <summary>What only some variants report.</summary>
    protected static string More(StepMetrics m) =>
        (m.ClassAccuracy is double accuracy ? $"  classes right {accuracy:0%}" : "") + (m.CodeLoss is double codes ? $"  code loss {codes:0.000}" : "")
        + (m.InputGradNorm is double slope ? $"  slope {slope:0.00}" : "");

    private sealed class SilentDisplay : TrainingDisplay
    {
        public override RunOutcome Show(Func<Action<Progress>, RunOutcome> train) => train(_ => { });
    }
}
