namespace FastGan;

/// <summary>Finds what the user probably meant, for the one line that an unknown name is refused with.</summary>
public static class Suggest
{
    /// <summary>
    /// The valid name nearest to <paramref name="given"/> by edits (a letter inserted, removed, replaced or swapped with its
    /// neighbour; upper and lower case are the same), the first of several; null when it would take more than two edits
    /// and more than a third of the letters, as it is then no typing mistake.
    /// </summary>
    public static string? Nearest(string given, IEnumerable<string> valid)
    {
        string? nearest = null;
        int fewest = Math.Max(2, given.Length / 3) + 1;
        foreach (string name in valid)
        {
            int edits = Edits(given.ToLowerInvariant(), name.ToLowerInvariant());
            if (edits < fewest && edits < name.Length)
                (nearest, fewest) = (name, edits);
        }

        return nearest;
    }

    /// <summary>
    /// The end of an error line: "did you mean 'dcgan'? (accepted: gan, dcgan, wgan, cgan)", without the question when nothing is near.
    /// </summary>
    public static string Among(string given, params IReadOnlyCollection<string> valid)
    {
        string accepted = $"accepted: {string.Join(", ", valid)}";
        return Nearest(given, valid) is string nearest ? $"did you mean '{nearest}'? ({accepted})" : accepted;
    }

    /// <summary>Levenshtein's distance with swaps of neighbours (optimal string alignment), by rows of the usual table.</summary>
    private static int Edits(string a, string b)
    {
        int[] before = new int[b.Length + 1], above = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
