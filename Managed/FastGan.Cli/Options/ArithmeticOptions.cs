using CommandLine;

namespace FastGan.Cli.Options;

[Verb("arithmetic", HelpText = "Add and subtract latents of a trained generator, and show operands and result.")]
internal sealed class ArithmeticOptions : LatentOptions
{
    [Value(0, Hidden = true, MetaName = "expression", HelpText = "Terms with + and - between them, spaces on both sides; then a run or a checkpoint: fastgan arithmetic \"1:3 - 0.5*class:coat + class:dress\" runs/dcgan. A term is a sample by seed and number (1:3), the mean latent of the samples in which a classifier of the data sees a class (class:NAME) or that have the most of an attribute (attribute:NAME, of brightness, mass, width, height, slant, symmetry), or a file that invert wrote; a factor may stand before it.")]
    public string? Expression { get; set; }

    [Option("out", MetaValue = "FILE", HelpText = "The picture, a .png. Default: arithmetic.png.")]
    public string? Out { get; set; }

    [Option("save", MetaValue = "FILE", HelpText = "Keep the resulting latent in a file, .safetensors, for more arithmetic. Default: it is not kept.")]
    public string? Save { get; set; }

    public string? Checkpoint => Extra.FirstOrDefault();

    public override IEnumerable<string> Unknown => Extra.Skip(1);
}
