using FastGan.Data;
using FastGan.Evaluation.Scores;
using FastGan.Imaging;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>
/// Whether a generator repeats its training images, for the eye: samples beside the images of the data that they lie nearest to, by Euclidean distance of
/// pixels. Of some samples those are shown that one image is nearer to than the next ones are, as it is to a copy (Yoon et al., 2023); the
/// distance alone would pick the dark ones, which are near to whatever is dark.
/// </summary>
public static class Memorisation
{
    private const int Samples = 128, Shown = 10, Neighbours = 5;

    /// <summary>Numbers of the data that are compared at a time: large data doesn't fit into memory as floats.</summary>
    private const int BlockNumbers = 1 << 24;

    /// <summary>Saves a PNG: a row for each sample, which stands first; the most suspicious row on top.</summary>
    /// <param name="seed">The samples are the first of this seed.</param>
    public static void Save(string path, Checkpoint checkpoint, Dataset data, Device device, ulong seed)
    {
        using Sampler sampler = checkpoint.OpenSampler(device);
        int[] labels = [.. Enumerable.Range(0, Samples).Select(i => checkpoint.Config.Model.Conditions() is > 0 and int classes ? i % classes : 0)];
        Samples generated = new(sampler.Draw(seed, Samples, labels), Samples, data.Shape.SampleCount);
        int k = Math.Min(Neighbours, data.Count);
        (double Distance, int Image)[][] nearest = Nearest(generated, data, k);
        List<float> pixels = [];
        foreach (int i in Enumerable.Range(0, Samples).OrderBy(i => nearest[i][0].Distance / nearest[i][^1].Distance).Take(Shown))
        {
            pixels.AddRange(generated[i]);
            pixels.AddRange(data.Pixels([.. nearest[i].Select(n => n.Image)]));
        }

        ImageGrid.Save(path, pixels.ToArray(), data.Shape.WithN(Shown * (k + 1)), k + 1);
    }

    /// <summary>The k images of the data that are nearest to each sample, nearest first.</summary>
    internal static (double Distance, int Image)[][] Nearest(Samples samples, Dataset data, int k)
    {
        int block = Math.Clamp(BlockNumbers / data.Shape.SampleCount, k, data.Count);
        (double Distance, int Image)[][] nearest = [.. Enumerable.Range(0, samples.Count).Select(_ => Array.Empty<(double, int)>())];
        for (int first = 0; first < data.Count; first += block)
        {
            int[] images = [.. Enumerable.Range(first, Math.Min(block, data.Count - first))];
            int some = Math.Min(k, images.Length);
            NearestNeighbours found = NearestNeighbours.Find(samples, new Samples(data.Pixels(images), images.Length, data.Shape.SampleCount), some);
            for (int i = 0; i < samples.Count; i++)
            {
                var candidates = Enumerable.Range(i * some, some).Select(at => (found.Distances[at], first + found.Indices[at]));
                nearest[i] = [.. nearest[i].Concat(candidates).OrderBy(c => c.Item1).Take(k)];
            }
        }

        return nearest;
    }
}
