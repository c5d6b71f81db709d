using CommandLine;

namespace FastGan.Cli.Options;

/// <summary>What every verb takes that works with the latents of a trained generator.</summary>
internal abstract class LatentOptions : DeviceOptions
{
    [Option("class", MetaValue = "CLASS", HelpText = "Name or number of the class to make, for a conditional model. Default: its first.")]
    public string? Class { get; set; }
}
