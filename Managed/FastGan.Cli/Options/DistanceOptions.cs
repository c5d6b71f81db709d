using CommandLine;

namespace FastGan.Cli.Options;

[Verb("distance", HelpText = "Measure how far apart two sets of samples are: total variation, Kullback-Leibler, Jensen-Shannon and Earth Mover's.")]
internal sealed class DistanceOptions : CommonOptions
{
    [Value(0, Hidden = true, MetaName = "A> <B", HelpText = "Data as train --data takes it (fashion-mnist, fashion-mnist-10k, an IDX file, a folder of images; pixels from 0 to 1), or a file.csv of numbers, a row for each sample.")]
    public string? A { get; set; }

    [Option("axis", MetaValue = "AXIS", HelpText = "What the histograms are of: brightness, the mean of a sample's numbers; one of its numbers, counted from 0; or class, what a classifier takes an image for that is trained on the labels of A, or of B where A has none. Default: brightness.")]
    public string? Axis { get; set; }

    [Option("bins", MetaValue = "N", HelpText = "Bins of the histograms, from the least value of both sets to the largest. Default: 50.")]
    public int? Bins { get; set; }

    [Option("count", MetaValue = "N", HelpText = "Samples drawn from each set for the distances between whole samples; at most 2000. Default: 500, or all of the smaller set.")]
    public int? Count { get; set; }

    [Option("seed", MetaValue = "N", HelpText = "Of the draws and projections: the same seed gives the same digits. Default: 1.")]
    public ulong? Seed { get; set; }

    [Option("json", HelpText = "Print one line of JSON; an infinite value is the string \"Infinity\".")]
    public bool Json { get; set; }

    [Option("plot", MetaValue = "FILE", HelpText = "Instead of measuring A and B: a picture of all four as two bars of width 1 move apart. Default: none.")]
    public string? Plot { get; set; }

    public string? B => Extra.FirstOrDefault();

    public override IEnumerable<string> Unknown => Extra.Skip(1);
}
