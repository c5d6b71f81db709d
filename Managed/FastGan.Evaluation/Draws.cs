using FastGan.Data;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>The images of each draw: functions of the seed and the draw's number.</summary>
internal sealed class Draws(Sampler sampler, ModelSpec model, Dataset data, ClassifierSplit split, Classifier? classifier, int count, ulong seed)
{
    /// <summary>Whether the generator is told a class.</summary>
    public bool IsConditional => sampler.Labels is not null;

    public ImageSet Reference(int draw) => Real(split.Training, draw);

    public ImageSet HeldOut(int draw) => Real(split.HeldOut, draw);

    /// <summary>The next samples of the seed; of a generator that takes classes, of each in turn.</summary>
    public ImageSet Generated(int draw)
    {
        int[]? labels = IsConditional ? EveryClass(model.Classes) : null;
        return Seen(sampler.Draw(seed, count, labels, first: (long)draw * count), labels);
    }

    /// <summary>Pixels from U(−1, 1).</summary>
    public ImageSet Noise(int draw)
    {
        float[] pixels = new float[count * data.Shape.SampleCount];
        RandomNumbers.Uniform(seed, RandomNumbers.Evaluation, (ulong)draw, pixels);
        return Seen(pixels, data.Classes > 0 ? EveryClass(data.Classes) : null);
    }

    /// <summary>The first images of a set, as many as measures in pixels take.</summary>
    public ImageSet Few(ImageSet set) => count <= Measure.MostInPixels ? set
        : new ImageSet(set.Pixels.Rows([.. Enumerable.Range(0, Measure.MostInPixels)]), null, null);

    private ImageSet Real(IReadOnlyList<int> among, int draw)
    {
        int[] order = new int[among.Count];
        RandomNumbers.Shuffle(seed, (ulong)draw, order);
        int[] chosen = [.. order.Take(count).Select(i => among[i])];
        return Seen(data.Pixels(chosen), data.Labels is null ? null : [.. chosen.Select(i => data.Labels[i])]);
    }

    private ImageSet Seen(float[] images, int[]? labels) =>
        new(new Samples(images, count, data.Shape.SampleCount), classifier?.Look(images), labels);

    private int[] EveryClass(int classes) => [.. Enumerable.Range(0, count).Select(i => i % classes)];
}
