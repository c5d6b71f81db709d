namespace FastGan.Cli.Options;

/// <summary>Values of options, checked. Null is an option that was not given.</summary>
internal static class Choice
{
    /// <summary>One of several names.</summary>
    public static T? Of<T>(string option, string? given, params ReadOnlySpan<(string Name, T Value)> choices) where T : struct
    {
        if (given is null)
            return null;
        List<string> names = [];
        foreach ((string name, T value) in choices)
        {
            if (name.Equals(given, StringComparison.OrdinalIgnoreCase))
                return value;
            names.Add(name);
        }

        throw new FastGanException($"{option} '{given}': {Suggest.Among(given, names)}");
    }

    public static void AtLeast(string option, long? given, long least)
    {
        if (given < least)
            throw new FastGanException($"{option} is {given}, must be at least {least}");
    }

    /// <summary>A number of an interval without its ends, except perhaps the lower one.</summary>
    public static void Within(string option, double? given, double low, double high, bool lowIncluded)
    {
        if (given is not double value || (value > low || (lowIncluded && value == low)) && value < high)
            return;
        string bounds = double.IsPositiveInfinity(high) ? "" : $" and below {high}";
        throw new FastGanException($"{option} is {value}, must be {(lowIncluded ? $"at least {low}" : $"above {low}")}{bounds}");
    }
}
