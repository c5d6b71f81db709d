using FastGan.Gans;

namespace FastGan.Training;

/// <summary>
/// Reads a run's log and says, in one line each, when training turns for the worse or recovers. What it says is a function of the lines alone, so that a
/// resumed run, which reads the old ones first, says the same as one that never stopped.
/// </summary>
public sealed class Symptoms(RunConfig config)
{
    /// <summary>Logged steps whose mean is compared: the first so many, and the last.</summary>
    private const int Window = 20;

    /// <summary>Looks in a row that must agree; looks after which a run should have become diverse.</summary>
    private const int Agreeing = 2, Swinging = 3, Patience = 10;

    private const double VanishedGradient = 0.01, RecoveredGradient = 0.05, Certain = 0.99, HalfDiverse = 0.5;

    /// <summary>A class counts as covered from this share of its even part of the samples on; two looks differ wholly from this total variation on.</summary>
    private const double CoveredShare = 0.1, WhollyDifferent = 0.5;

    private readonly Queue<MetricsLine> _last = new();
    private double _earlyGradient, _gradient;
    private int _lines, _looks, _poor, _swings;
    private long _lastGood;
    private bool _beenGood, _vanished, _saturated, _swinging;
    private IReadOnlyList<int>? _counts;

    /// <summary>Whether, at the last look, the generator made but a part of what the data holds.</summary>
    public bool IsCollapsed { get; private set; }

    /// <summary>Takes the log's next line.</summary>
    /// <returns>What turned at this step; null where nothing did.</returns>
    public string? Next(MetricsLine line)
    {
        List<string> turns = [];
        Losses(line, turns);
        if (line.Diversity is double diversity)
            Look(line, diversity, turns);
        return turns.Count == 0 ? null : string.Join("; ", turns);
    }

    private void Losses(MetricsLine line, List<string> turns)
    {
        _last.Enqueue(line);
        if (_last.Count > Window)
            _last.Dequeue();
        _lines++;
        if (_lines <= Window)
            _earlyGradient += line.GGradNorm / Window;
        if (_lines < 2 * Window)
            return;

        _gradient = _last.Average(l => l.GGradNorm) / _earlyGradient;
        double real = _last.Average(l => l.DReal), fake = _last.Average(l => l.DFake);
        bool probabilities = config.Training.Loss == AdversarialLoss.Bce;
        string outputs = probabilities ? $", D(x) {real:0.000}, D(G(z)) {fake:0.000}" : "";
        if (Turns(ref _vanished, _gradient < VanishedGradient, _gradient > RecoveredGradient))
        {
            turns.Add(_vanished
                ? $"the generator's gradient is {_gradient:0.0%} of what it was at first{outputs}: vanishing gradient"
                : $"the generator's gradient is {_gradient:0%} of what it was at first: no longer vanishing");
        }

        if (probabilities && Turns(ref _saturated, real > Certain && fake < 1 - Certain, real < Certain - 0.04 || fake > 0.05))
        {
            turns.Add(_saturated
                ? $"D(x) {real:0.000}, D(G(z)) {fake:0.000}: the discriminator is saturated"
                : $"D(x) {real:0.000}, D(G(z)) {fake:0.000}: the discriminator is no longer saturated");
        }
    }

    private void Look(MetricsLine line, double diversity, List<string> turns)
    {
        IReadOnlyList<int>? counts = line.ClassCounts;
        int classes = counts?.Count ?? 0, covered = counts is null ? 0 : Covered(counts);
        bool poor = diversity < HalfDiverse || (counts is not null && 2 * covered <= classes);
        string seen = $"{(counts is null ? "" : $"{covered} of {classes} classes left, ")}diversity {diversity:0.00} of the data's";
        _looks++;
        _poor = poor ? _poor + 1 : 0;
        bool collapsed = poor && (_beenGood ? _poor >= Agreeing : _looks >= Patience);
        if (collapsed && !IsCollapsed)
            turns.Add($"{seen}: mode collapse{(_beenGood ? $" since about step {_lastGood:N0}" : ", since the start")}");
        else if (!poor && IsCollapsed)
            turns.Add($"{seen.Replace(" left", "", StringComparison.Ordinal)}: recovered from mode collapse");
        IsCollapsed = collapsed || (poor && IsCollapsed);
        if (!poor)
            (_beenGood, _lastGood) = (true, line.Step);

        if (counts is null)
            return;
        _swings = _counts is not null && Variation(_counts, counts) > WhollyDifferent ? _swings + 1 : 0;
        _counts = counts;
        if (Turns(ref _swinging, _swings >= Swinging, _swings == 0) && _swinging)
            turns.Add($"{Swinging} times in a row most samples changed class: the generator swings from mode to mode");
    }

    /// <summary>Keeps a state with a gap between its onset and its end.</summary>
    /// <returns>Whether it changed.</returns>
    private static bool Turns(ref bool state, bool onset, bool end)
    {
        bool turned = state ? end : onset;
        state ^= turned;
        return turned;
    }

    private static int Covered(IReadOnlyList<int> counts)
    {
        double least = Math.Max(1, CoveredShare * counts.Sum() / counts.Count);
        return counts.Count(c => c >= least);
    }

    private static double Variation(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        double sumA = Math.Max(1, a.Sum()), sumB = Math.Max(1, b.Sum());
        return a.Zip(b, (x, y) => Math.Abs(x / sumA - y / sumB)).Sum() / 2;
    }
}
