using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Programs;

namespace FastGan.Cli.Commands;

/// <summary>fastgan bench kernels: single operations.</summary>
internal static class KernelsCommand
{
    private const double DefaultSeconds = 0.5;

    public static int Run(BenchOptions o)
    {
        if (o.Batch is not null || o.Update is not null || o.Profile || o.Model)
            throw new FastGanException($"--batch, --update, --profile and --model are for whole models: leave them or {BenchOptions.Kernels} out");
        if (o.Workload is not null && o.Parts.Any())
            throw new FastGanException("--workload and operations by name both say what to measure: leave one out");
        OpCase[] cases = [.. Texts(o).Distinct().Select(text => OpCase.Parse(text))];

        double seconds = o.Seconds ?? DefaultSeconds;
        using Device device = Devices.OpenToMeasure(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        Ceiling ceiling = Ceiling.Of(device);
        OperationRows rows = new(cases.Max(c => c.Text.Length));
        if (!o.Json)
            rows.Head(device.Description, ceiling);
        foreach (OpCase op in cases)
        {
            OperationTime time = OperationTime.Measure(op, device, ceiling, seconds);
            if (o.Json)
                Console.WriteLine(time.ToJson());
            else
                rows.Print(time);
        }

        return ExitCode.Done;
    }

    private static IEnumerable<string> Texts(BenchOptions o)
    {
        if (o.Parts.Any())
            return o.Parts;
        if (o.Workload is null)
            return WorkloadCases.All;
        RunConfig config = Workloads.Config(o.Workload);
        return TrainingStep.Record(new Gan(config, Workloads.RandomData(config))).Instructions.Select(i => i.Text);
    }
}
