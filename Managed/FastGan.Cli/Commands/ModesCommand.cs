using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Imaging;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cli.Commands;

/// <summary>fastgan bench modes: which modes of known data the methods of training find.</summary>
internal static class ModesCommand
{
    private const string Stacked = "stacked";
    private const int QuickSeeds = 3, FullSeeds = 10, PictureColumns = 8;

    private static readonly Mixture[] Mixtures = [Mixture.Ring, Mixture.Grid];

    public static int Run(BenchOptions o)
    {
        if (o.Batch is not null || o.Seconds is not null || o.Profile || o.Model || (o.Update ?? o.Workload) is not null)
            throw new FastGanException($"--batch, --update, --seconds, --profile, --model and --workload measure speed: leave them or {BenchOptions.Modes} out");
        Choice.AtLeast("--seeds", o.Seeds, 1);
        Choice.AtLeast("--minibatches", o.Minibatches, 1);
        ModeMethod[] methods = o.Methods is null ? [.. ModeMethod.All] : [.. o.Methods.Split(',').Select(name => ModeMethod.Named(name.Trim())).Distinct()];
        string[] problems = o.Parts.Any() ? [.. o.Parts.Distinct()] : [.. Mixtures.Select(m => m.Name)];
        string[] known = [.. Mixtures.Select(m => m.Name), Stacked];
        if (problems.FirstOrDefault(p => !known.Contains(p)) is string unknown)
            throw new FastGanException($"bench modes doesn't know '{unknown}': {Suggest.Among(unknown, known)}");
        if (o.Data is not null && !problems.Contains(Stacked))
            throw new FastGanException("--data is for bench modes stacked; the points of ring and grid are drawn: leave it out");

        using Device device = Devices.Open(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        Effort effort = o.Full ? Effort.Full : Effort.Quick;
        foreach (string name in problems)
        {
            if (Mixtures.FirstOrDefault(m => m.Name == name) is Mixture mixture)
            {
                MixtureModes modes = new(mixture, effort);
                List<ScatterPanel> panels = [];
                Try(o, modes, methods, device, (method, points, count) => panels.Add(new ScatterPanel($"{method}: {Text(count)}", points)));
                Scatters.Save(Path.Combine(Folder(o), $"{name}.png"), mixture, panels);
            }
            else
            {
                Dataset grey = Dataset.Load(new DataSpec(o.Data ?? NamedData.FashionMnist, Channels: 1), App.Warn);
                using Classifier classifier = Classifier.ForData(grey, device, o.Json ? null : Console.WriteLine);
                Try(o, new StackedModes(grey, classifier, effort), methods, device, (method, images, _) => ImageGrid.Save(
                    Path.Combine(Folder(o), $"{name}-{method.Replace(' ', '-')}.png"), images.AsSpan(0, PictureColumns * PictureColumns * 3 * grey.Shape.SampleCount),
                    grey.Shape with { N = PictureColumns * PictureColumns, C = 3 }, PictureColumns));
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Real samples and each method, from every seed; the samples of the first go into a picture.</summary>
    private static void Try(BenchOptions o, ModeProblem problem, ModeMethod[] methods, Device device, Action<string, float[], ModeCount> draw)
    {
        int seeds = o.Seeds ?? (o.Full ? FullSeeds : QuickSeeds);
        List<ModeResult> results = [Trials("real data", 0, seed => problem.Real(seed))];
        foreach (ModeMethod method in methods)
        {
            float[][]? samples = problem is MixtureModes && device is CpuDevice ? SideBySide(o, problem, method, seeds) : null;
            results.Add(Trials(method.Name, o.Minibatches ?? problem.Minibatches, seed => samples?[seed - 1] ?? problem.Train(method, seed, device, o.Minibatches)));
        }

        if (!o.Json)
            Print(problem, results);

        ModeResult Trials(string name, long minibatches, Func<ulong, float[]> samplesOf)
        {
            List<ModeCount> counts = [];
            for (ulong seed = 1; seed <= (ulong)seeds; seed++)
            {
                float[] samples = samplesOf(seed);
                counts.Add(problem.Count(samples));
                if (seed == 1)
                    draw(name, samples, counts[0]);
                if (!o.Json)
                    Console.WriteLine($"{problem.Name}, {name}, seed {seed}: {Text(counts[^1])}");
            }

            ModeResult result = new(problem, name, minibatches, counts);
            if (o.Json)
                Console.WriteLine(result.ToJson());
            return result;
        }
    }

    /// <summary>Trains from all seeds, each on a thread of its own: networks for points are so small that a second thread doesn't help one of them.</summary>
    private static float[][] SideBySide(BenchOptions o, ModeProblem problem, ModeMethod method, int seeds)
    {
        float[][] samples = new float[seeds][];
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = o.Threads ?? Environment.ProcessorCount }, i =>
        {
            using CpuDevice device = new(threads: 1);
            samples[i] = problem.Train(method, (ulong)i + 1, device, o.Minibatches);
        });
        return samples;
    }

    private static void Print(ModeProblem problem, List<ModeResult> results)
    {
        ModeResult first = results[0];
        string seeds = first.Modes.Count == 1 ? "seed 1" : $"mean ± standard deviation of seeds 1 to {first.Modes.Count}";
        List<string[]> rows = [.. results.Select(r => (string[])
        [
            r.Method, "", ModeResult.Text(r.Modes.Select(m => (double)m), "0.0"), ModeResult.Text(r.HighQuality.Select(q => 100 * q), "0.0"),
            ModeResult.Text(r.KlToUniform.OfType<double>(), "0.00"),
        ])];
        rows.AddRange(problem.Published.Select(p => (string[])[p.Method, p.Source, $"{p.Modes:0.#}", $"{p.HighQuality:0.0}", $"{p.Kl:0.00}"]));
        Terminal.Table(
            $"{problem.Name}: {first.Of} modes, {first.Samples:N0} samples, {results[^1].Minibatches:N0} minibatches; {seeds}",
            ["method", "published in", " modes", " % high quality", " KL to even"], rows);
        Console.WriteLine($"Published rows: {problem.Differences}.");
        Console.WriteLine();
    }

    private static string Text(ModeCount count) => $"{count.Found} of {count.Counts.Count} modes, {100 * count.HighQuality:0.0} % of high quality";

    private static string Folder(BenchOptions o) => o.Out ?? Path.Combine("runs", BenchOptions.Modes);
}
