using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>Reads the arguments with CommandLineParser, and says what is wrong with them in one line.</summary>
internal static class Arguments
{
    private static readonly Type[] Verbs =
    [
        typeof(TrainOptions), typeof(ResumeOptions), typeof(SampleOptions),
        typeof(InterpolateOptions), typeof(InvertOptions), typeof(ArithmeticOptions), typeof(ControlOptions),
        typeof(InfoOptions), typeof(EvalOptions), typeof(DistanceOptions), typeof(BenchOptions), typeof(DoctorOptions),
    ];

    public static IReadOnlyList<string> VerbNames { get; } = [.. Verbs.Select(v => Attribute<VerbAttribute>(v).Name)];

    /// <summary>The options of a verb, or a text to print: help or version.</summary>
    /// <exception cref="FastGanException">The arguments can't be understood.</exception>
    public static object Read(string[] args)
    {
        using Parser parser = new(settings =>
        {
            settings.HelpWriter = null;
            settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
        });
        ParserResult<object> result = parser.ParseArguments(args, Verbs);
        if (result is NotParsed<object> failed)
            return Refuse(result, failed.Errors.ToArray(), args);
        CommonOptions options = (CommonOptions)result.Value;
        string verb = Attribute<VerbAttribute>(options.GetType()).Name;
        if (WithoutValue(options.GetType(), args) is string bare)
            throw new FastGanException($"{verb}: {bare} needs a value; fastgan {verb} --help lists its options");
        return options.Unknown.FirstOrDefault() is string extra
            ? throw new FastGanException($"{verb}: don't know what to do with '{extra}': an option's name starts with --; fastgan {verb} --help lists them")
            : options;
    }

    /// <summary>An option that takes a value and has none: the parser passes over it in silence.</summary>
    private static string? WithoutValue(Type verb, string[] args)
    {
        HashSet<string> valued = [.. from p in verb.GetProperties() where p.PropertyType != typeof(bool) && Option(p) is not null select $"--{Option(p)!.LongName}"];
        return args.Where((arg, i) => valued.Contains(arg) && (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal))).FirstOrDefault();
    }

    private static string Refuse(ParserResult<object> result, Error[] errors, string[] args)
    {
        Type? verb = Verbs.FirstOrDefault(v => v == result.TypeInfo.Current);
        if (errors.Any(e => e is VersionRequestedError))
            return Help.Version;
        // Behind a value, as in bench modes --help, the parser takes it for an option like any other.
        if (errors.Any(e => e is HelpRequestedError or HelpVerbRequestedError or NoVerbSelectedError or UnknownOptionError { Token: "help" }))
            return verb is null ? Help.Overview : Help.Of(result);

        string text = errors[0] is BadVerbSelectedError bad
            ? $"unknown verb '{bad.Token}': {Suggest.Among(bad.Token, [.. VerbNames, "help"])}"
            : $"{Attribute<VerbAttribute>(verb!).Name}: {Explain(errors[0], verb!, args)}";
        throw new FastGanException(text);
    }

    private static string Explain(Error error, Type verb, string[] args)
    {
        string name = Attribute<VerbAttribute>(verb).Name, help = $"fastgan {name} --help lists its options";
        switch (error)
        {
            case UnknownOptionError unknown:
                string? nearest = Suggest.Nearest(unknown.Token, OptionNames(verb));
                string dashes = unknown.Token.Length == 1 ? "-" : "--";
                return $"unknown option '{dashes}{unknown.Token}': {(nearest is null ? "" : $"did you mean '--{nearest}'? ")}{help}";
            case MissingValueOptionError missing:
                return $"--{missing.NameInfo.LongName} needs a value; {help}";
            case RepeatedOptionError repeated:
                return $"--{repeated.NameInfo.LongName} is given twice: leave one out";
            case BadFormatConversionError format:
                string option = format.NameInfo.LongName;
                return $"--{option}{Given(option, args)} is no {Kind(verb, option)}; {help}";
            default:
                return $"can't be understood ({error.Tag}); {help}";
        }
    }

    private static string Given(string option, string[] args)
    {
        int at = Array.FindIndex(args, a => a == $"--{option}" || a.StartsWith($"--{option}=", StringComparison.Ordinal));
        string? value = at < 0 ? null : args[at].Contains('=') ? args[at][(args[at].IndexOf('=') + 1)..] : args.ElementAtOrDefault(at + 1);
        return value is null ? "" : $" '{value}'";
    }

    private static string Kind(Type verb, string option)
    {
        Type? type = verb.GetProperties().First(p => Option(p)?.LongName == option).PropertyType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(double) ? "number" : type == typeof(ulong) ? "whole number from 0 to 2^64 - 1" : "whole number";
    }

    private static IEnumerable<string> OptionNames(Type verb) =>
        verb.GetProperties().Select(Option).OfType<OptionAttribute>().Select(o => o.LongName).Append("help");

    private static OptionAttribute? Option(System.Reflection.PropertyInfo property) =>
        (OptionAttribute?)System.Attribute.GetCustomAttribute(property, typeof(OptionAttribute));

    private static T Attribute<T>(Type type) where T : Attribute => (T)System.Attribute.GetCustomAttribute(type, typeof(T))!;
}
