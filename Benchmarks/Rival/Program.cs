// Training speed beside libtorch's, by TorchSharp. In the repository's root:
//
//   dotnet run -c Release --project Benchmarks/Rival -- compare [--workload NAME] [--pairs 5] [--threads 2] [--seconds 5] [--reference]
//   dotnet run -c Release --project Benchmarks/Rival -- dcgan28 [--threads 2] [--seconds 5]     libtorch alone, a line of JSON

using FastGan;
using FastGan.Measuring;
using FastGan.Rival;

try
{
    Comparison settings = new();
    string? verb = null;
    for (Queue<string> left = new(args); left.TryDequeue(out string? arg);)
    {
        int Whole() => left.TryDequeue(out string? v) && int.TryParse(v, out int n) && n > 0 ? n
            : throw new FastGanException($"{arg} needs a whole number above 0");
        double Number() => left.TryDequeue(out string? v) && double.TryParse(v, out double n) && n > 0 ? n
            : throw new FastGanException($"{arg} needs a number above 0");
        string Name() => left.TryDequeue(out string? v) && Workloads.Names.Contains(v) ? v
            : throw new FastGanException($"{arg} needs a workload: {string.Join(", ", Workloads.Names)}");
        settings = arg switch
        {
            "--workload" => settings with { Names = [Name()] },
            "--pairs" => settings with { Pairs = Whole() },
            "--threads" => settings with { Threads = Whole() },
            "--seconds" => settings with { Seconds = Number() },
            "--reference" => settings with { WithReference = true },
            _ when verb is null && (arg == "compare" || Workloads.Names.Contains(arg)) => settings,
            _ => throw new FastGanException($"don't know what to do with '{arg}': compare, or {string.Join(", ", Workloads.Names)}"),
        };
        if (!arg.StartsWith("--", StringComparison.Ordinal))
            verb = arg;
    }

    switch (verb)
    {
        case null:
            throw new FastGanException($"give compare, or a workload: {string.Join(", ", Workloads.Names)}");
        case "compare":
            settings.Run();
            break;
        default:
            Console.WriteLine(TorchSpeed.Measure(verb, settings.Threads, settings.Seconds).ToJson());
            break;
    }

    return 0;
}
catch (FastGanException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
