using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>What every verb takes.</summary>
internal abstract class CommonOptions
{
    /// <summary>Positional arguments after the first.</summary>
    [Value(1, Hidden = true)]
    public IEnumerable<string> Extra { get; set; } = [];

    /// <summary>Those that the verb can do nothing with; <see cref="Arguments"/> refuses them.</summary>
    public virtual IEnumerable<string> Unknown => Extra;

    [Option("verbose", HelpText = "After an error, print the stack too; so does the environment variable FASTGAN_TRACE=1.")]
    public bool Verbose { get; set; }
}

/// <summary>What every verb takes that computes.</summary>
internal abstract class DeviceOptions : CommonOptions
{
    [Option("device", MetaValue = "NAME", HelpText = "What computes: auto, cpu, cuda (an NVIDIA GPU; cuda:1 is the second one), or reference (double precision, very slow, an oracle for tests). Default: auto, which is cuda where fastgan doctor finds all that it needs, else cpu.")]
    public string? Device { get; set; }

    [Option("precision", MetaValue = "NAME", HelpText = "What a GPU's matrix operations compute with: fp32, tf32, fp16 or bf16; weights are kept in single precision. The cpu has fp32 alone. Default: fp32, or the run's own.")]
    public string? Precision { get; set; }

    [Option("deterministic", HelpText = "On a GPU take the convolution algorithms that cuDNN proposes, so that the same seed gives the same bytes without regard to timing. Default: those that were fastest when they were first used on this machine, which are kept on disk; they too add in a fixed order.")]
    public bool Deterministic { get; set; }

    [Option("threads", MetaValue = "N", HelpText = "Threads of the cpu; the result is the same at any number. Default: one for each processor.")]
    public int? Threads { get; set; }
}
