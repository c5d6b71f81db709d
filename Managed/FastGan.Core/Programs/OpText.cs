using System.Globalization;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>The words of an operation's text. Each is taken once, in any order; what is left at the end is a mistake.</summary>
internal sealed class OpText
{
    private readonly List<string> _words;

    public OpText(string text)
    {
        _words = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Name = Take(_ => true) ?? throw new ArgumentException("is empty");
    }

    public string Name { get; }

    public bool Flag(string word) => Take(w => w == word) is not null;

    public Write Mode() => Flag("acc") ? Write.Accumulate : Write.Overwrite;

    /// <summary>The number in a word such as "n12", at least <paramref name="least"/>.</summary>
    public int Int(string letter, int? otherwise = null, int least = 1)
    {
        string? word = Take(w => w.StartsWith(letter, StringComparison.Ordinal) && w.Length > letter.Length
            && w.Skip(letter.Length).All(char.IsAsciiDigit));
        return word is not null ? Whole(word[letter.Length..], least) : otherwise ?? throw new ArgumentException($"lacks {letter}, such as {letter}16");
    }

    /// <summary>A word that is a number.</summary>
    public int Count() => Whole(Take(w => w.All(char.IsAsciiDigit)) ?? throw new ArgumentException("lacks a count, such as 1000"), least: 1);

    /// <summary>The number in the word after <paramref name="name"/>.</summary>
    public double Number(string name) => NumberOrNull(name) ?? throw new ArgumentException($"lacks a number after '{name}'");

    /// <summary>The number in the word after <paramref name="name"/>; null without that word.</summary>
    public double? NumberOrNull(string name)
    {
        int at = _words.IndexOf(name);
        if (at < 0)
            return null;
        if (at + 1 == _words.Count
            || !double.TryParse(_words[at + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            throw new ArgumentException($"lacks a number after '{name}'");
        _words.RemoveRange(at, 2);
        return value;
    }

    /// <summary>A word such as "2x7x5x33", or "2x33" where height and width are 1.</summary>
    public Shape Shape()
    {
        string word = Take(w => w.Contains('x', StringComparison.Ordinal) && w.All(c => c == 'x' || char.IsAsciiDigit(c)))
            ?? throw new ArgumentException("lacks a shape, such as 2x7x5x33");
        return word.Split('x').Select(digits => Whole(digits, least: 1)).ToArray() switch
        {
            [int n, int c] => Tensors.Shape.Matrix(n, c),
            [int n, int h, int w, int c] => new Shape(n, h, w, c),
            _ => throw new ArgumentException($"has '{word}', which is neither NxC nor NxHxWxC"),
        };
    }

    /// <summary>"n64 c100 k128" for a dense layer, else with h, w, r, s and p too.</summary>
    public ConvShape Geometry()
    {
        ConvShape g = new(Int("n"), Int("h", 1), Int("w", 1), Int("c"), Int("k"), Int("r", 1), Int("s", 1), Int("p", 0, least: 0));
        return g.OutH > 0 && g.OutW > 0 ? g : throw new ArgumentException("has a filter larger than the padded image");
    }

    public Activation Activation()
    {
        foreach (Activation act in (ReadOnlySpan<Activation>)
            [Ops.Activation.Identity, Ops.Activation.Relu, Ops.Activation.LeakyRelu(0.2), Ops.Activation.Tanh, Ops.Activation.Sigmoid])
        {
            if (Flag($"{act}"))
                return act;
        }

        return Ops.Activation.Identity;
    }

    public Distribution Distribution() =>
        Flag("Normal") ? Ops.Distribution.Normal
        : Flag("Uniform") ? Ops.Distribution.Uniform
        : throw new ArgumentException("lacks a distribution, Normal or Uniform");

    public void End()
    {
        if (_words.Count > 0)
            throw new ArgumentException($"has '{_words[0]}', which {Name} doesn't take");
    }

    private static int Whole(string digits, int least) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least
            ? value
            : throw new ArgumentException($"has '{digits}', which is not a whole number from {least} to {int.MaxValue}");

    private string? Take(Predicate<string> which)
    {
        int at = _words.FindIndex(which);
        if (at < 0)
            return null;
        string word = _words[at];
        _words.RemoveAt(at);
        return word;
    }
}
