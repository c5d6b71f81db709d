using System.Text.Json;
using FastGan.Gans;

namespace FastGan.Training;

/// <summary>A logged step. In the file one JSON object a line, the names in snake_case.</summary>
/// <param name="ImagesPerSecond">Null on a virtual device, whose speed means nothing.</param>
/// <param name="VirtualDevice">What computed, where that was a virtual device.</param>
public sealed record MetricsLine(
    long Step, long Images, double DLoss, double GLoss, double DReal, double DFake, double DGradNorm, double GGradNorm,
    double? ImagesPerSecond = null, string? VirtualDevice = null)
{
    /// <summary>See <see cref="StepMetrics"/>, as the next four; each only where the variant has it.</summary>
    public double? ClassLoss { get; init; }

    public double? ClassAccuracy { get; init; }

    public double? CodeLoss { get; init; }

    public double? Penalty { get; init; }

    public double? InputGradNorm { get; init; }

    /// <summary>See <see cref="Sight"/>, as the next two; where an observer looked.</summary>
    public double? Diversity { get; init; }

    public double? Frechet { get; init; }

    public IReadOnlyList<int>? ClassCounts { get; init; }

    /// <summary>What turned at this step: see <see cref="Symptoms"/>.</summary>
    public string? Turn { get; init; }
}

/// <summary>A run's metrics.jsonl: lines are appended and flushed one at a time.</summary>
public static class MetricsFile
{
    private static readonly JsonSerializerOptions Line = new(ConfigFile.Json) { WriteIndented = false };

    public static void Append(string path, MetricsLine line) => File.AppendAllText(path, JsonSerializer.Serialize(line, Line) + "\n");

    /// <summary>All whole lines; a last line that a crash cut short is left out.</summary>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        string text = File.ReadAllText(path);
        string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select((line, i) => ConfigFile.Parse<MetricsLine>(line, $"{path}, line {i + 1}"))];
    }

    /// <summary>Drops what was logged after a step, for a run that goes on from there.</summary>
    public static void CutAfter(string path, long step)
    {
        IReadOnlyList<MetricsLine> lines = Read(path);
        AtomicFile.Write(path, string.Concat(lines.Where(l => l.Step <= step).Select(l => JsonSerializer.Serialize(l, Line) + "\n")));
    }
}
