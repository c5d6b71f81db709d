using FastGan.Measuring;

namespace FastGan.Evaluation;

/// <summary>The modes that the generators of a method found, a number for each seed.</summary>
/// <param name="Of">Modes that there are.</param>
/// <param name="Samples">That they were counted in.</param>
/// <param name="Minibatches">Of real data that each training saw; 0 for real data.</param>
/// <param name="HighQuality">Share of the samples.</param>
/// <param name="KlToUniform">Null for a generator without a sample of any mode.</param>
public sealed record ModeResult(
    string Problem, string Method, int Of, int Samples, long Minibatches,
    IReadOnlyList<int> Modes, IReadOnlyList<double> HighQuality, IReadOnlyList<double?> KlToUniform)
{
    public ModeResult(ModeProblem problem, string method, long minibatches, IReadOnlyList<ModeCount> counts)
        : this(problem.Name, method, counts[0].Counts.Count, problem.Samples, minibatches,
            [.. counts.Select(c => c.Found)], [.. counts.Select(c => c.HighQuality)], [.. counts.Select(c => c.KlToUniform)])
    {
    }

    public string ToJson() => JsonLine.Write(this);

    /// <summary>Mean ± standard deviation over the seeds.</summary>
    public static string Text(IEnumerable<double> values, string format)
    {
        double[] v = [.. values];
        if (v.Length == 0)
            return "";
        double mean = v.Average();
        return v.Length == 1 ? mean.ToString(format)
            : $"{mean.ToString(format)} ± {Math.Sqrt(v.Sum(x => (x - mean) * (x - mean)) / (v.Length - 1)).ToString(format)}";
    }
}
