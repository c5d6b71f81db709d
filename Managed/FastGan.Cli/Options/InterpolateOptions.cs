using CommandLine;

namespace FastGan.Cli.Options;

[Verb("interpolate", HelpText = "Show what lies between samples of a trained generator, as a strip or an animation.")]
internal sealed class InterpolateOptions : LatentOptions
{
    [Value(0, Hidden = true, MetaName = "checkpoint", HelpText = "A run's folder, whose newest checkpoint is taken, or one checkpoint.")]
    public string? Checkpoint { get; set; }

    [Option("from", MetaValue = "LATENT", HelpText = "Where to begin: 7:3, which is sample 3 of seed 7, or 7, which is its sample 0, or a file that invert wrote. Default: 1:0.")]
    public string? From { get; set; }

    [Option("to", MetaValue = "LATENT,…", Separator = ',', HelpText = "Where to go, one after another: 2:0,2:1,1:0. Default: 1:1.")]
    public IEnumerable<string> To { get; set; } = [];

    [Option("steps", MetaValue = "N", HelpText = "Steps from one latent to the next. Default: 9, of an animation 30.")]
    public int? Steps { get; set; }

    [Option("how", MetaValue = "PATH", HelpText = "linear, or spherical, along an arc, which is for models with normal latents. Default: spherical for those, linear for models with uniform latents (infogan).")]
    public string? How { get; set; }

    [Option("out", MetaValue = "FILE", HelpText = "The strip, a .png: a row from each latent to the next. Default: strip.png, or none where --animate is given.")]
    public string? Out { get; set; }

    [Option("animate", MetaValue = "FILE", HelpText = "An animation, a .webp: 20 images a second, for ever. Default: none.")]
    public string? Animate { get; set; }
}
