using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>What train and resume have in common.</summary>
internal abstract class SessionOptions : DeviceOptions
{
    [Option("watch", MetaValue = "HOW", HelpText = "What looks at the samples while training goes on, for diversity, mode collapse and the best checkpoint. auto: the data's classifier if fastgan eval or classifier made it before, else the same network untrained, which names no classes; classifier: train it first if need be, some tens of seconds; off: nothing. Default: auto, and for a resumed run what looked at it before.")]
    public string? Watch { get; set; }

    [Option("stop-on-collapse", HelpText = "End training where the samples show mode collapse. Default: train on.")]
    public bool StopOnCollapse { get; set; }

    [Option("quiet", HelpText = "Print nothing but warnings and errors.")]
    public bool Quiet { get; set; }
}
