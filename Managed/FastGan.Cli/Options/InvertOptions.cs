using CommandLine;

namespace FastGan.Cli.Options;

[Verb("invert", HelpText = "Find the latents that reproduce images, to go on from there with interpolate.")]
internal sealed class InvertOptions : LatentOptions
{
    [Value(0, Hidden = true, MetaName = "checkpoint", HelpText = "A run's folder, whose newest checkpoint is taken, or one checkpoint; then images: fastgan invert runs/dcgan one.png two.jpg.")]
    public string? Checkpoint { get; set; }

    [Option("starts", MetaValue = "N", HelpText = "Latents from which the descent starts side by side; the best is kept. Default: 16.")]
    public int? Starts { get; set; }

    [Option("steps", MetaValue = "N", HelpText = "Steps of the descent (Adam). Default: 300.")]
    public int? Steps { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of the samples among which the starts are chosen: the same seed finds the same latent. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("out", MetaValue = "FOLDER", HelpText = "Where to put the latents, NAME.safetensors, and a picture of the originals beside what was found, inverted.png. Default: inverted.")]
    public string? Out { get; set; }

    public IReadOnlyList<string> Images => [.. Extra];

    public override IEnumerable<string> Unknown => [];
}
