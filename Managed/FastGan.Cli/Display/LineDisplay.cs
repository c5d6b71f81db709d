using System.Diagnostics;
using FastGan.Training;

namespace FastGan.Cli.Display;

/// <summary>For files and pipes: the first step, then a line every few seconds, and the last step.</summary>
internal sealed class LineDisplay : TrainingDisplay
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _sinceLine = new();
    private Progress _last;
    private long _printed;

    public override RunOutcome Show(Func<Action<Progress>, RunOutcome> train)
    {
        RunOutcome outcome = train(OnProgress);
        if (_printed < _last.Step)
            Print(_last);
        return outcome;
    }

    public override void Stopping() => Console.WriteLine("stopping after this step…");

    private void OnProgress(Progress p)
    {
        _last = p;
        if (p.Turn is not null)
            Console.WriteLine(TurnText(p));
        if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= Between)
            Print(p);
    }

    private void Print(Progress p)
    {
        StepMetrics m = p.Metrics;
        Console.WriteLine(
            $"step {p.Step}/{p.End}  {Speed(p)}  D loss {m.DLoss:0.000}  G loss {m.GLoss:0.000}  " +
            $"D(x) {m.DReal:0.000}  D(G(z)) {m.DFake:0.000}{More(m)}{(p.Step < p.End ? $"  {Duration(p.Left)} left" : "")}");
        _printed = p.Step;
        _sinceLine.Restart();
    }
}
