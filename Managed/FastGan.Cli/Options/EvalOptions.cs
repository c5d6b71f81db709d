using CommandLine;

namespace FastGan.Cli.Options;

[Verb("eval", HelpText = "Score a trained generator beside held-out real images and noise; writes eval.json and memorisation.png into the run.")]
internal sealed class EvalOptions : DeviceOptions
{
    [Value(0, Hidden = true, MetaName = "run", HelpText = "A run's folder, whose newest checkpoint is taken, or one checkpoint.")]
    public string? Run { get; set; }

    [Option("samples", MetaValue = "N", HelpText = "Images of each draw, generated and real. At most as many as are held out, a tenth of the data. Default: half of those, up to 2000.")]
    public int? Samples { get; set; }

    [Option("draws", MetaValue = "N", HelpText = "How often everything is drawn anew, for the intervals. Default: 5.")]
    public int? Draws { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of latents, noise and the choice of real images: the same seed gives the same scores. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("data", MetaValue = "DATA", HelpText = "What to compare with: fashion-mnist, an IDX file, a folder of images. Default: what the run was trained on.")]
    public string? Data { get; set; }

    [Option("json", HelpText = "Print eval.json instead of tables.")]
    public bool Json { get; set; }
}
