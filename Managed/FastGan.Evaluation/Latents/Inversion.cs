using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Latents;

/// <param name="Starts">Latents from which the descent starts side by side; the one that gets nearest is kept.</param>
/// <param name="Steps">Steps of Adam.</param>
/// <param name="LearningRate">At the first step; falls to 0 in a straight line.</param>
/// <param name="Seed">Of the samples among which the starts are chosen.</param>
/// <param name="Label">Class of the image, for a conditional model.</param>
public sealed record InversionOptions(int Starts = 16, int Steps = 300, double LearningRate = 0.1, ulong Seed = 1, int Label = 0);

/// <summary>The latent found for an image.</summary>
/// <param name="Image">(H, W, C) in [−1, 1]: what the generator makes of the latent.</param>
/// <param name="Error">Root mean square difference of a pixel to the image given, black being 0 and white 1.</param>
public sealed record Inverted(float[] Latent, float[] Image, double Error);

/// <summary>From an image back to a latent.</summary>
public static class Inversion
{
    /// <summary>Normal latents are kept within this many standard deviations, uniform ones within 1: where training's came from.</summary>
    private const double NormalLimit = 3;

    /// <summary>Samples for each start, of which the nearest are taken.</summary>
    private const int Candidates = 32;

    /// <summary>
    /// The latent whose image is nearest to the one given: gradient descent on z through the generator, as one recorded program, with the elements
    /// of z clipped to where latents come from (Lipton and Tripathi, 2017).
    /// </summary>
    /// <param name="image">(H, W, C) in [−1, 1]</param>
    /// <exception cref="FastGanException">The device computes in half precision.</exception>
    public static Inverted Invert(this Sampler sampler, ReadOnlySpan<float> image, InversionOptions? options = null)
    {
        InversionOptions o = options ?? new InversionOptions();
        CheckPrecision(sampler.Device);
        int n = o.Starts, width = sampler.Model.Latent;
        Device device = sampler.Device;
        using Workspace workspace = new(device);
        Tensor z = workspace.Tensor("z", Shape.Matrix(n, width), Element.Weight);
        Tensor state = workspace.Tensor("adam state", Shape.Vector(2 * z.Count), Element.Full);
        Tensor rates = workspace.Tensor("rates", Shape.Vector(2), Element.Full);
        Tensor target = workspace.Tensor("target", Shape.Matrix(n, image.Length));
        Tensor? labels = sampler.Generator.TakesLabels ? workspace.Tensor("labels", Shape.Matrix(n, 1), Element.Int32) : null;

        AdamRule adam = new(Beta1: 0.9);
        Recorder r = new("invert");
        Tape tape = sampler.Forward(r, z, labels);
        Tensor pixels = tape.Output.Reshape(target.Shape), dpixels = r.Temporary("dpixels", target.Shape);
        r.LeastSquares(pixels, target, 0, 1, null, r.Temporary("loss", Shape.Scalar, Element.Full), r.Temporary("mean", Shape.Scalar, Element.Full), dpixels);
        Tensor dz = sampler.Generator.Backward(r, tape, dpixels.Reshape(tape.Output.Shape), weights: false, new SampleRange(0, n))!;
        r.Update(adam, rates, dz.Reshape(Shape.Vector(z.Count)), null, state, z.Reshape(Shape.Vector(z.Count)));
        r.Clip(sampler.Model.LatentDistribution == Distribution.Normal ? NormalLimit : 1, null, z);
        Program program = workspace.Finish(r);

        device.Write(z, Starts(sampler, image, o));
        device.Write(target, [.. Enumerable.Repeat(image.ToArray(), n).SelectMany(i => i)]);
        if (labels is not null)
            device.Write(labels, Enumerable.Repeat(o.Label, n).ToArray());
        Span<double> rate = stackalloc double[2];
        for (int t = 1; t <= o.Steps; t++)
        {
            (rate[0], rate[1]) = adam.Rates(o.LearningRate * (1 - (t - 1.0) / o.Steps), t);
            device.Write<double>(rates, rate);
            device.Run(program);
        }

        float[] found = device.Read<float>(z), images = sampler.Generate(found, Enumerable.Repeat(o.Label, n).ToArray());
        double[] errors = Errors(images, image);
        int best = Array.IndexOf(errors, errors.Min());
        return new Inverted(found[(best * width)..((best + 1) * width)], images[(best * image.Length)..((best + 1) * image.Length)], errors[best]);
    }

    /// <summary>The gradient by a latent is found in single precision alone.</summary>
    internal static void CheckPrecision(Device device)
    {
        if (device.SizeOf(Element.Real) < device.SizeOf(Element.Full))
            throw new FastGanException($"latents are found in single precision, not in {device.Precision.ToString().ToLowerInvariant()}: give --precision fp32 or tf32");
    }

    /// <summary>Root mean square difference of a pixel of each image to the one given, black being 0 and white 1.</summary>
    internal static double[] Errors(ReadOnlySpan<float> images, ReadOnlySpan<float> image)
    {
        double[] errors = new double[images.Length / image.Length];
        for (int i = 0; i < images.Length; i++)
        {
            double d = images[i] - image[i % image.Length];
            errors[i / image.Length] += d * d;
        }

        int pixels = image.Length;
        return [.. errors.Select(sum => Math.Sqrt(sum / pixels) / 2)];
    }

    /// <summary>Of many samples those that are nearest already.</summary>
    private static float[] Starts(Sampler sampler, ReadOnlySpan<float> image, InversionOptions o)
    {
        int count = Candidates * o.Starts, width = sampler.Model.Latent;
        double[] errors = Errors(sampler.Draw(o.Seed, count, Enumerable.Repeat(o.Label, count).ToArray()), image);
        float[] z = new float[o.Starts * width];
        int[] nearest = [.. Enumerable.Range(0, count).OrderBy(i => errors[i]).Take(o.Starts)];
        for (int i = 0; i < nearest.Length; i++)
            sampler.Latent(o.Seed, nearest[i], z.AsSpan(i * width, width));
        return z;
    }
}
