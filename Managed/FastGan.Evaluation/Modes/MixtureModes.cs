using FastGan.Data;
using FastGan.Gans;

namespace FastGan.Evaluation;

/// <summary>
/// Points of a mixture of Gaussians, by PacGAN's protocol (Lin et al., 2018): 2,500 samples, of which those within 3σ of the nearest mode are of high
/// quality and find it.
/// </summary>
public sealed class MixtureModes(Mixture mixture, Effort effort) : ModeProblem
{
    private const int Points = 100_000, Batch = 100, Epochs = 400;

    /// <summary>
    /// In a quick trial: minibatches for each mode, width of the hidden layers, and how many times the papers' the learning rates and the limit of clipping are.
    /// </summary>
    private const int QuickMinibatches = 2_500, QuickUnits = 128, QuickFactor = 10;

    public Mixture Mixture { get; } = mixture;

    public override string Name => Mixture.Name;

    public override int Samples => 2_500;

    public override IReadOnlyList<PublishedModes> Published => Mixture == Mixture.Ring ? PublishedModes.Ring : PublishedModes.Grid;

    public override string Differences => effort == Effort.Full
        ? "PacGAN's are of the networks and minibatches of gan, pac2 and pac4 here; VEEGAN's of others"
        : "the papers' networks are wider, PacGAN's discriminator has maxout layers where ours has leaky ReLU, and it was trained for 400,000 minibatches";

    public override long Minibatches => effort == Effort.Full ? Epochs * Points / Batch : QuickMinibatches * Mixture.Centers.Count;

    public override float[] Real(ulong seed) => Mixture.Draw(seed, Samples);

    public override ModeCount Count(float[] samples) => ModeCount.Of(
        Mixture.Centers.Count, Enumerable.Range(0, samples.Length / 2).Select(i => ModeOf(samples[2 * i], samples[2 * i + 1])));

    protected override Dataset Data() => new(Name, Points, Mixture.Draw(DataSeed, Points));

    /// <summary>In a quick trial narrower networks, larger rates, which fall to 0 over the second half, and wider clipping, for all methods alike.</summary>
    protected override RunConfig Training(ModeMethod method)
    {
        DataSpec data = new(Name);
        if (effort == Effort.Full)
            return PointPresets.Make(method.Preset, data);
        RunConfig config = PointPresets.Make(method.Preset, data, QuickUnits);
        TrainingSpec t = config.Training;
        return config with
        {
            Training = t with
            {
                Decay = 0.5,
                Clip = t.Clip is null ? null : t.Clip with { Limit = QuickFactor * t.Clip.Limit },
                GeneratorOptimizer = Faster(t.GeneratorOptimizer),
                DiscriminatorOptimizer = Faster(t.DiscriminatorOptimizer),
            },
        };
    }

    private static OptimizerSpec Faster(OptimizerSpec o) => o with { LearningRate = QuickFactor * o.LearningRate };

    /// <summary>The nearest mode, or −1 where that is more than 3σ away; of a point that is no number too.</summary>
    private int ModeOf(double x, double y)
    {
        (int nearest, double least) = (-1, 3 * Mixture.Sigma);
        for (int mode = 0; mode < Mixture.Centers.Count; mode++)
        {
            double distance = double.Hypot(x - Mixture.Centers[mode].X, y - Mixture.Centers[mode].Y);
            if (distance <= least)
                (nearest, least) = (mode, distance);
        }

        return nearest;
    }
}
