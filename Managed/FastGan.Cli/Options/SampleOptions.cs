using CommandLine;

namespace FastGan.Cli.Options;

[Verb("sample", HelpText = "Draw new images from a trained generator; needs nothing but the checkpoint.")]
internal sealed class SampleOptions : DeviceOptions
{
    [Value(0, Hidden = true, MetaName = "checkpoint", HelpText = "A run's folder, whose newest checkpoint is taken, or one checkpoint.")]
    public string? Checkpoint { get; set; }

    [Option("count", MetaValue = "N", HelpText = "Images to draw. Default: what --grid has room for, or 64, or 8 of each class.")]
    public int? Count { get; set; }

    [Option("class", MetaValue = "CLASS", HelpText = "Name or number of the class to draw, for a conditional model. Default: each class in turn.")]
    public string? Class { get; set; }

    [Option("code", MetaValue = "N", HelpText = "Sweep the N-th continuous code of an infogan, from 0, along the columns, from -2 to 2 (it is trained from -1 to 1); a row for each class. Default: no sweep.")]
    public int? Code { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of the latents: the same seed gives the same images. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("grid", MetaValue = "CxR", HelpText = "Columns and rows of the picture, or columns alone: 8x8, 10. Default: 8 columns, or one for each class.")]
    public string? Grid { get; set; }

    [Option("out", MetaValue = "PATH", HelpText = "A file.png, for all images in one grid, or a folder, for a PNG each. Default: sample.png.")]
    public string? Out { get; set; }
}
