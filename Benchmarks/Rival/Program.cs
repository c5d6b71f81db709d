// Training speed beside libtorch's, by TorchSharp, and beside our own in other settings. In the repository's root:
//
//   dotnet run -c Release --project Benchmarks/Rival -- compare [--workload NAME] [--threads 2] [--pairs 50] [--seconds 0.1] [--reference]
//   dotnet run -c Release --project Benchmarks/Rival -- threads      fastgan on two threads : on one; the same options
//   dotnet run -c Release --project Benchmarks/Rival -- updates      fastgan with simultaneous : alternating updates, one critic update a step

using FastGan;
using FastGan.Measuring;
using FastGan.Rival;

try
{
    if (args is [Contestant.Verb, string what, string workload, string threads])
    {
        Contestant.TakeTurns(Enum.Parse<Trains>(what), workload, int.Parse(threads));
        return 0;
    }

    Comparison settings = new();
    string? verb = null;
    for (Queue<string> left = new(args); left.TryDequeue(out string? arg);)
    {
        int Whole() => left.TryDequeue(out string? v) && int.TryParse(v, out int n) && n > 0 ? n
            : throw new FastGanException($"{arg} needs a whole number above 0");
        double Number() => left.TryDequeue(out string? v) && double.TryParse(v, out double n) && n > 0 && double.IsFinite(n) ? n
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
            "compare" or "threads" or "updates" when verb is null => settings,
            _ => throw new FastGanException($"don't know what to do with '{arg}': compare, threads or updates"),
        };
        if (!arg.StartsWith("--", StringComparison.Ordinal))
            verb = arg;
    }

    if (settings.WithReference && verb != "compare")
        throw new FastGanException("--reference goes with compare: leave it out");
    if (settings.Threads == 1 && verb == "threads")
        throw new FastGanException("threads compares several threads with one: give --threads 2 or more");
    Action run = verb switch
    {
        "compare" => settings.WithLibTorch,
        "threads" => settings.OfThreads,
        "updates" => settings.OfUpdates,
        _ => throw new FastGanException("give compare, threads or updates"),
    };
    run();
    return 0;
}
catch (FastGanException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
