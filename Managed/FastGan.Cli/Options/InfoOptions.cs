using CommandLine;

namespace FastGan.Cli.Options;

[Verb("info", HelpText = "Describe a run, a checkpoint or a data set.")]
internal sealed class InfoOptions : CommonOptions
{
    [Value(0, Hidden = true, MetaName = "what", HelpText = "A run's folder, one checkpoint, or data: fashion-mnist, an IDX file, a folder of images.")]
    public string? What { get; set; }
}
