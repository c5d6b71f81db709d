namespace FastGan.Evaluation;

/// <summary>How many samples fell to each mode of data whose modes are known.</summary>
/// <param name="Counts">Of each mode.</param>
/// <param name="Strays">Samples that belong to none.</param>
public sealed record ModeCount(IReadOnlyList<int> Counts, int Strays)
{
    /// <summary>Modes with a sample at least.</summary>
    public int Found => Counts.Count(c => c > 0);

    /// <summary>Share of the samples that belong to a mode.</summary>
    public double HighQuality => (double)Counts.Sum() / (Counts.Sum() + Strays);

    /// <summary>Kullback–Leibler divergence of the modes' shares p from even ones, Σ p ln(p · modes); null where no sample belongs to a mode.</summary>
    public double? KlToUniform
    {
        get
        {
            double sum = Counts.Sum();
            return sum == 0 ? null : Counts.Where(c => c > 0).Sum(c => c / sum * Math.Log(c / sum * Counts.Count));
        }
    }

    /// <param name="modeOf">The mode of each sample; negative for none.</param>
    internal static ModeCount Of(int modes, IEnumerable<int> modeOf)
    {
        int[] counts = new int[modes];
        int strays = 0;
        foreach (int mode in modeOf)
        {
            if (mode < 0)
                strays++;
            else
                counts[mode]++;
        }

        return new ModeCount(counts, strays);
    }
}
