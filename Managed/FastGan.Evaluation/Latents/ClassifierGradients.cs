using FastGan.Evaluation;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;
using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Latents;

/// <summary>Directions by going back from a classifier's outputs, through the images, to the latents.</summary>
public static class ClassifierGradients
{
    private const int Batch = 64;

    /// <summary>For each class the mean over samples of the gradient of ln p(class) by the latent, each of length 1.</summary>
    /// <param name="samples">Drawn from <paramref name="seed"/>, rounded up to whole batches of 64.</param>
    /// <exception cref="FastGanException">The device computes in half precision.</exception>
    public static IReadOnlyList<Direction> Directions(this Sampler sampler, Classifier classifier, int samples = 256, ulong seed = 1, int label = 0)
    {
        Inversion.CheckPrecision(sampler.Device);
        int width = sampler.Model.Latent;
        Device device = sampler.Device;
        using Workspace workspace = new(device);
        Tensor z = workspace.Tensor("z", Shape.Matrix(Batch, width)), dz = workspace.Tensor("dz", z.Shape);
        Tensor wanted = workspace.Tensor("wanted class", Shape.Matrix(Batch, 1), Element.Int32);
        Tensor? labels = sampler.Generator.TakesLabels ? workspace.Tensor("labels", wanted.Shape, Element.Int32) : null;
        if (labels is not null)
            device.Write(labels, Enumerable.Repeat(label, Batch).ToArray());

        Recorder r = new("classifier gradients");
        Tape generated = sampler.Forward(r, z, labels), seen = classifier.Forward(r, generated.Output);
        Tensor dlogits = r.Temporary("dlogits", seen.Output.Shape);
        r.SoftmaxCrossEntropy(seen.Output, wanted, -1, null, r.Temporary("loss", Shape.Scalar, Element.Full), r.Temporary("accuracy", Shape.Scalar, Element.Full), dlogits);
        SampleRange all = new(0, Batch);
        Tensor dimages = classifier.Net.Backward(r, seen, dlogits, weights: false, all)!;
        r.SliceChannels(sampler.Generator.Backward(r, generated, dimages, weights: false, all)!.Reshape(z.Shape), 0, dz);
        Program program = workspace.Finish(r);

        Vector<double>[] sums = [.. Enumerable.Range(0, classifier.Classes).Select(_ => Vector<double>.Build.Dense(width))];
        float[] latents = new float[z.Count], gradients = new float[z.Count];
        for (int first = 0; first < samples; first += Batch)
        {
            for (int i = 0; i < Batch; i++)
                sampler.Latent(seed, first + i, latents.AsSpan(i * width, width));
            device.Write(z, latents);
            for (int c = 0; c < sums.Length; c++)
            {
                device.Write(wanted, Enumerable.Repeat(c, Batch).ToArray());
                device.Run(program);
                device.Read(dz, gradients.AsSpan());
                for (int i = 0; i < Batch; i++)
                    sums[c] += LatentControl.Unit("", Vector<double>.Build.Dense(width, k => gradients[i * width + k])).Vector;
            }
        }

        return [.. sums.Select((sum, c) => LatentControl.Unit(classifier.ClassNames[c], sum))];
    }
}
