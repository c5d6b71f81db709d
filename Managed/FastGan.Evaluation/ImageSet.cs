namespace FastGan.Evaluation;

/// <summary>Some images, as scores see them.</summary>
/// <param name="Pixels">(count, H · W · C) in [−1, 1].</param>
/// <param name="Looked">What the classifier makes of them; null without one.</param>
/// <param name="Labels">The class that each is, or was asked to be; null where there is none.</param>
internal sealed record ImageSet(Samples Pixels, Looked? Looked, IReadOnlyList<int>? Labels)
{
    private readonly int[]? _classes = Looked?.Classes();

    /// <summary>The classes that the classifier takes them for.</summary>
    public int[] Classes => _classes!;

    /// <summary>Share of the images that the classifier takes for the class that they are labelled with.</summary>
    public double Agreement() => (double)Classes.Where((c, i) => c == Labels![i]).Count() / Classes.Length;

    /// <summary>The same with labels that are only numbers, each given to the class that makes the agreement largest.</summary>
    public double AgreementAfterMatching()
    {
        int size = Math.Max(Labels!.Max(), Looked!.Probabilities.Width - 1) + 1;
        double[] cost = new double[size * size];
        for (int i = 0; i < Classes.Length; i++)
            cost[Labels![i] * size + Classes[i]]--;
        int[] matched = Distances.Assignment.Solve(cost, size);
        return -matched.Select((c, label) => cost[label * size + c]).Sum() / Classes.Length;
    }
}
