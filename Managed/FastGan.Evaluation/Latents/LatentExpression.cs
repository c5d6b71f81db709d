using System.Globalization;
using System.Text.RegularExpressions;

namespace FastGan.Latents;

/// <summary>One term of an expression.</summary>
/// <param name="Coefficient">With the sign before it.</param>
/// <param name="Name">See <see cref="LatentNames"/>.</param>
/// <param name="At">The character of the expression, from 1, where it begins.</param>
public sealed record LatentTerm(double Coefficient, string Name, int At);

/// <summary>
/// Sums of latents as text: "1:3 - 0.5*class:ankle boot + me.safetensors". A plus or minus stands between spaces, so that names may hold either.
/// </summary>
public static partial class LatentExpression
{
    /// <exception cref="FastGanException">What is wrong, and at which character.</exception>
    public static IReadOnlyList<LatentTerm> Parse(string text)
    {
        List<LatentTerm> terms = [];
        int start = 0, sign = 1;
        foreach (Match found in Operator().Matches(text))
        {
            // A sign before the first term belongs to that.
            if (terms.Count > 0 || text[..found.Index].Trim().Length > 0)
                terms.Add(Term(text, start, found.Index, sign));
            (start, sign) = (found.Index + 1, found.Value == "-" ? -1 : 1);
        }

        terms.Add(Term(text, start, text.Length, sign));
        return terms;
    }

    private static LatentTerm Term(string text, int start, int end, int sign)
    {
        string term = text[start..end].Trim();
        int at = start + text[start..end].TakeWhile(char.IsWhiteSpace).Count() + 1;
        if (term.Length == 0)
            throw new FastGanException($"'{text}', character {at}: a term is missing; for instance 1:3 - class:coat + class:dress");
        int star = term.IndexOf('*');
        if (star < 0)
            return new LatentTerm(sign, term, at);
        string name = term[(star + 1)..].Trim();
        if (!double.TryParse(term[..star], NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) || !double.IsFinite(factor))
            throw new FastGanException($"'{text}', character {at}: what stands before * must be a number, as in 0.5*1:3, not '{term[..star].Trim()}'");
        return name.Length > 0 ? new LatentTerm(sign * factor, name, at)
            : throw new FastGanException($"'{text}', character {at + star + 1}: a latent is missing after *, as in 0.5*1:3");
    }

    [GeneratedRegex(@"(?<=^|\s)[+-](?=\s|$)")]
    private static partial Regex Operator();
}
