using CommandLine;

namespace FastGan.Cli.Options;

[Verb("bench", HelpText = "Measure training speed, or single operations, on this machine.")]
internal sealed class BenchOptions : DeviceOptions
{
    public const string Kernels = "kernels", Modes = "modes";

    [Value(0, Hidden = true, MetaName = "what", HelpText = "A preset (gan, dcgan, wgan, wgan-gp, cgan, acgan, sgan, infogan), a workload (gan-mlp, dcgan28, dcgan64, wgan28, cgan28), or a config.json, on random images; all five workloads where it is left out. Or kernels, and then operations as train --trace prints them: fastgan bench kernels \"conv n128 h28 w28 c1 k64 r4 s2 p1 lrelu\" \"adam 765761\". Or modes, and then ring, grid or stacked: the modes of known data that each method of training finds, beside what papers report; ring and grid where none is named.")]
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

    [Option("json", HelpText = "Print one line of JSON for each model, operation or method.")]
    public bool Json { get; set; }

    [Option("methods", MetaValue = "NAMES", HelpText = "With modes: of gan, wgan, wgan-gp, pac2, pac4, with commas between. Default: all.")]
    public string? Methods { get; set; }

    [Option("seeds", MetaValue = "N", HelpText = "With modes: train each method from the seeds 1 to N. Default: 3, with --full 10.")]
    public int? Seeds { get; set; }

    [Option("minibatches", MetaValue = "N", HelpText = "With modes: minibatches of real data that each training sees, whatever the method. Default: 20000 of ring, 62500 of grid, 2000 of stacked; with --full 400000, of stacked 100000.")]
    public long? Minibatches { get; set; }

    [Option("full", HelpText = "With modes: the papers' networks, rates, data and length of training, instead of minutes on two cores.")]
    public bool Full { get; set; }

    [Option("data", MetaValue = "DATA", HelpText = "With modes stacked: labelled grey images, by name, or an IDX file or a folder. Default: fashion-mnist.")]
    public string? Data { get; set; }

    [Option("out", MetaValue = "FOLDER", HelpText = "With modes: where the pictures of samples are written. Default: runs/modes.")]
    public string? Out { get; set; }

    public bool IsKernels => What == Kernels;

    public bool IsModes => What == Modes;

    /// <summary>Whether any option is given that only modes takes.</summary>
    public bool HasModesOptions => Full || (Methods ?? Data ?? Out) is not null || Seeds is not null || Minibatches is not null;

    /// <summary>What follows the word kernels, or the word modes.</summary>
    public IEnumerable<string> Parts => Extra;

    public override IEnumerable<string> Unknown => IsKernels || IsModes ? [] : Extra;
}
