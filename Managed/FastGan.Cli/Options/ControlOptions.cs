using CommandLine;

namespace FastGan.Cli.Options;

[Verb("control", HelpText = "Find directions in a trained generator's latent space that change one thing about its images, and measure what else they change.")]
internal sealed class ControlOptions : LatentOptions
{
    [Value(0, Hidden = true, MetaName = "checkpoint", HelpText = "A run's folder, whose newest checkpoint is taken, or one checkpoint.")]
    public string? Checkpoint { get; set; }

    [Option("attributes", MetaValue = "NAME,…", Separator = ',', HelpText = "What to change: brightness, mass, width, height, slant, symmetry, or a class of the data. Default: all of them.")]
    public IEnumerable<string> Wanted { get; set; } = [];

    [Option("by", MetaValue = "METHOD", HelpText = "regression of the attributes on sampled latents; gradients of a classifier, for classes alone; or components, the directions that change the generator's first layer most, for no attribute. Default: regression.")]
    public string? By { get; set; }

    [Option("components", MetaValue = "N", HelpText = "With --by components: how many. Default: 8.")]
    public int? Components { get; set; }

    [Option("hold", MetaValue = "STRENGTH", HelpText = "Hold the other attributes still: the weight of their changes beside the wanted one; 1000 all but projects them away. Default: 0, they may change.")]
    public double? Hold { get; set; }

    [Option("samples", MetaValue = "N", HelpText = "Samples to learn from; a quarter as many others test. Default: 2048.")]
    public int? Samples { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of the samples; the strips are of the next seed's. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("out", MetaValue = "FOLDER", HelpText = "Where to put the pictures: strips.png, one for each direction, and entanglement.png. Default: control.")]
    public string? Out { get; set; }
}
