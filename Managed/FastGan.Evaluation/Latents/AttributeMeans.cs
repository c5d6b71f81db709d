using FastGan.Gans;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>The mean latent of the samples that have the most of a measured attribute.</summary>
public static class AttributeMeans
{
    /// <summary>One sample in so many has "the most".</summary>
    private const int Share = 10;

    /// <param name="name">One of <see cref="Attributes.Names"/>.</param>
    /// <param name="samples">Drawn from <paramref name="seed"/>, of a conditional model's first class; the mean is of a tenth of them.</param>
    /// <exception cref="FastGanException">There is no such attribute.</exception>
    public static float[] Of(Sampler sampler, string name, int samples = 4096, ulong seed = 1)
    {
        int attribute = Attributes.Names.ToList().FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (attribute < 0)
            throw new FastGanException($"'{name}' is no attribute that can be measured: {Suggest.Among(name, Attributes.Names)}");
        Shape image = Gan.Image(sampler.Model, 1);
        float[] images = sampler.Draw(seed, samples);
        double[] measured = new double[samples], row = new double[Attributes.Names.Count];
        for (int i = 0; i < samples; i++)
        {
            Attributes.Measure(images.AsSpan(i * image.SampleCount, image.SampleCount), image, row);
            measured[i] = row[attribute];
        }

        int[] most = [.. Enumerable.Range(0, samples).OrderByDescending(i => measured[i]).Take(Math.Max(1, samples / Share))];
        float[] mean = new float[sampler.Model.Latent], z = new float[mean.Length];
        foreach (int i in most)
        {
            sampler.Latent(seed, i, z);
            for (int k = 0; k < mean.Length; k++)
                mean[k] += z[k] / most.Length;
        }

        return mean;
    }
}
