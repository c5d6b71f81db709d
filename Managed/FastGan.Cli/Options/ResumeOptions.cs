using CommandLine;

namespace FastGan.Cli.Options;

[Verb("resume", HelpText = "Go on exactly where a run stopped.")]
internal sealed class ResumeOptions : SessionOptions
{
    [Value(0, Hidden = true, MetaName = "run", HelpText = "The run's folder: runs/dcgan.")]
    public string? Run { get; set; }

    [Option("steps", MetaValue = "N", HelpText = "Step to go on to, counted from the start of the run. Default: the run's own total.")]
    public long? Steps { get; set; }
}
