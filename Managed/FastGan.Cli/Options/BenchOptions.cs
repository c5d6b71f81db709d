using CommandLine;

namespace FastGan.Cli.Options;

[Verb("bench", HelpText = "Measure training speed, or single operations, on this machine.")]
internal sealed class BenchOptions : DeviceOptions
{
    public const string Kernels = "kernels";

    [Value(0, Hidden = true, MetaName = "what", HelpText = "A preset (gan, dcgan, wgan, wgan-gp, cgan, acgan, sgan, infogan), a workload (gan-mlp, dcgan28, dcgan64, wgan28, cgan28), or a config.json, on random images; all five workloads where it is left out. Or kernels, and then operations as train --trace prints them: fastgan bench kernels \"conv n128 h28 w28 c1 k64 r4 s2 p1 lrelu\" \"adam 765761\".")]
    public string? What { get; set; }

    [Option("batch", MetaValue = "N", HelpText = "Images of a minibatch. Default: the preset's, the workload's or the config's.")]
    public int? Batch { get; set; }

    [Option("update", MetaValue = "ORDER", HelpText = "alternating or simultaneous. Default: alternating, or the config's.")]
    public string? Update { get; set; }

    [Option("seconds", MetaValue = "S", HelpText = "Seconds to measure: of each model's five windows together, or of each operation, after a warm-up. Default: 5, of an operation 0.5.")]
    public double? Seconds { get; set; }

    [Option("profile", HelpText = "List where a step's time goes, operation by operation, beside what this machine allows at best.")]
    public bool Profile { get; set; }

    [Option("model", HelpText = "Print each operation's flops and bytes, and what they take at least on an H100, an A100 and an RTX 4090 by their published rates. Measures nothing, unless --device is given too: then what that takes, operation by operation, follows.")]
    public bool Model { get; set; }

    [Option("workload", MetaValue = "NAME", HelpText = "With kernels: the operations of this workload's step. Default: a list of those that the workloads spend their time in.")]
    public string? Workload { get; set; }

    [Option("json", HelpText = "Print one line of JSON for each model or operation.")]
    public bool Json { get; set; }

    public bool IsKernels => What == Kernels;

    /// <summary>What follows the word kernels.</summary>
    public IEnumerable<string> Operations => Extra;

    public override IEnumerable<string> Unknown => IsKernels ? [] : Extra;
}
