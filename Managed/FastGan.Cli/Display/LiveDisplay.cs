using System.Diagnostics;
using FastGan.Training;
using Spectre.Console;
using Spectre.Console.Rendering;
using Progress = FastGan.Training.Progress;

namespace FastGan.Cli.Display;

/// <summary>A bar and the latest numbers, redrawn in place a few times a second.</summary>
internal sealed class LiveDisplay : TrainingDisplay
{
    private const int WidestBar = 60, TurnsShown = 4;
    private readonly Queue<string> _turns = new();
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private readonly Stopwatch _sinceDrawn = Stopwatch.StartNew();
    private readonly Lock _drawing = new();
    private LiveDisplayContext? _context;
    private Progress? _last;
    private bool _stopping;

    public override RunOutcome Show(Func<Action<Progress>, RunOutcome> train) =>
        AnsiConsole.Live(new Markup("[grey]first step…[/]")).AutoClear(false).Start(context =>
        {
            _context = context;
            context.Refresh();
            RunOutcome outcome = train(OnProgress);
            _stopping = false;
            Draw();
            return outcome;
        });

    public override void Stopping()
    {
        _stopping = true;
        Draw();
    }

    private void OnProgress(Progress p)
    {
        bool first = _last is null;
        _last = p;
        if (p.Turn is not null)
            Keep(TurnText(p));
        if (first || _sinceDrawn.Elapsed >= Between)
            Draw();
    }

    private void Keep(string turn)
    {
        _turns.Enqueue(turn);
        if (_turns.Count > TurnsShown)
            _turns.Dequeue();
    }

    private void Draw()
    {
        lock (_drawing)
        {
            if (_last is { } p)
                _context!.UpdateTarget(Picture(p));
            _sinceDrawn.Restart();
        }
    }

    private Rows Picture(Progress p)
    {
        StepMetrics m = p.Metrics;
        string percent = $"{100 * p.Step / p.End}%", left = p.Step == p.End ? "done" : $"{Duration(p.Left)} left";
        int width = Math.Clamp(AnsiConsole.Profile.Width - 30, 10, WidestBar);
        int done = (int)(width * p.Step / p.End);
        List<IRenderable> rows =
        [
            new Markup($"  [green]{new string('━', done)}[/][grey]{new string('─', width - done)}[/] {percent,4}  {left}"),
            new Markup($"  [grey]step[/] {p.Step:N0} [grey]of[/] {p.End:N0}   [grey]{Speed(p)}[/]"),
            new Markup($"  [grey]D loss[/] {m.DLoss:0.000}   [grey]G loss[/] {m.GLoss:0.000}   [grey]D(x)[/] {m.DReal:0.000}   [grey]D(G(z))[/] {m.DFake:0.000}[grey]{More(m)}[/]"),
        ];
        rows.AddRange(_turns.Select(turn => new Markup($"  [yellow]{Markup.Escape(turn)}[/]")));
        if (_stopping)
            rows.Add(new Markup("  [yellow]stopping after this step… (Ctrl-C again ends at once)[/]"));
        return new Rows(rows);
    }
}
