using FastGan.Cli.Options;
using FastGan.Imaging;
using FastGan.Latents;

namespace FastGan.Cli.Commands;

internal static class InterpolateCommand
{
    private const int StripSteps = 9, AnimationSteps = 30, LongestStrip = 64, LongestAnimation = 5_000;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(50);

    public static int Run(InterpolateOptions o)
    {
        if (o.Checkpoint is null)
            throw new FastGanException("interpolate needs a run or a checkpoint: for instance fastgan interpolate runs/dcgan --from 1:0 --to 1:1");
        Choice.AtLeast("--steps", o.Steps, 1);
        PathKind? kind = Choice.Of("--how", o.How, ("linear", PathKind.Linear), ("spherical", PathKind.Spherical));
        string? strip = o.Out ?? (o.Animate is null ? "strip.png" : null);
        TrainedModel.CheckEnd("--out", strip, ".png");
        TrainedModel.CheckEnd("--animate", o.Animate, ".webp");
        if (strip is not null && o.Steps > LongestStrip)
            throw new FastGanException($"--steps is {o.Steps}, and a row of a strip has room for {LongestStrip}: give fewer, or --animate alone");

        using TrainedModel model = new(o, o.Checkpoint);
        string[] names = [o.From ?? "1:0", .. o.To.Any() ? o.To : ["1:1"]];
        float[][] waypoints = [.. names.Select(name => model.Sampler.Latent(name.Trim()))];
        string way = $"{string.Join(" to ", names.Select(n => n.Trim()))}, step {model.Checkpoint.Step}";
        if (strip is not null)
        {
            int steps = o.Steps ?? StripSteps;
            float[] z = [.. waypoints.SkipLast(1).SelectMany((a, i) => model.Sampler.Interpolate([a, waypoints[i + 1]], steps, kind))];
            float[] images = model.Generate(z);
            ImageGrid.Save(strip, images, model.Image.WithN(images.Length / model.Image.Count), steps + 1);
            Console.WriteLine($"{way}: {strip}");
        }

        if (o.Animate is not null)
        {
            int steps = o.Steps ?? AnimationSteps;
            if ((long)steps * (waypoints.Length - 1) > LongestAnimation)
                throw new FastGanException($"an animation of {(long)steps * (waypoints.Length - 1)} images is too long, {LongestAnimation} is the most: give fewer --steps");
            float[] images = model.Generate(model.Sampler.Interpolate(waypoints, steps, kind));
            Animation.Save(o.Animate, images, model.Image.WithN(images.Length / model.Image.Count), Frame);
            Console.WriteLine($"{way}: {o.Animate}");
        }

        return ExitCode.Done;
    }
}
