using CommandLine;

namespace FastGan.Cli.Options;

[Verb("doctor", HelpText = "Look whether training on an NVIDIA GPU works, and say what is missing and how to get it; --verbose lists every path that was tried. Exit code 0 only if it works.")]
internal sealed class DoctorOptions : CommonOptions
{
    [Value(0, Hidden = true, MetaName = "device", HelpText = "cuda, or cuda:1 for the second GPU. Default: cuda.")]
    public string? Device { get; set; }
}
