using FastGan.Evaluation;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>The mean latent of each class: of the samples that a classifier puts there.</summary>
public sealed class ClassMeans
{
    private readonly float[][] _means;
    private readonly int _samples;

    /// <param name="samples">Drawn from <paramref name="seed"/> to take the means of.</param>
    /// <exception cref="FastGanException">The model is conditional: its latents don't say the class.</exception>
    public ClassMeans(Sampler sampler, Classifier classifier, int samples = 4096, ulong seed = 1)
    {
        if (sampler.Generator.TakesLabels)
            throw new FastGanException("class:NAME is for models that choose the class by the latent; this one is told it: use --class");
        int width = sampler.Model.Latent;
        _samples = samples;
        _means = [.. Enumerable.Range(0, classifier.Classes).Select(_ => new float[width])];
        (Names, Counts) = (classifier.ClassNames, new int[classifier.Classes]);
        int[] seen = classifier.Look(sampler.Draw(seed, samples)).Classes();
        float[] z = new float[width];
        for (int i = 0; i < samples; i++)
        {
            sampler.Latent(seed, i, z);
            Counts[seen[i]]++;
            for (int k = 0; k < width; k++)
                _means[seen[i]][k] += z[k];
        }

        for (int c = 0; c < _means.Length; c++)
            _means[c] = Array.ConvertAll(_means[c], sum => sum / Math.Max(Counts[c], 1));
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Samples in each class.</summary>
    public int[] Counts { get; }

    /// <param name="name">A class, by name or number.</param>
    /// <exception cref="FastGanException">There is no such class, or no sample is in it.</exception>
    public float[] Of(string name)
    {
        int c = ClassNumber(name, Names);
        return Counts[c] > 0 ? _means[c] : throw new FastGanException($"class:{name}: the classifier saw it in none of {_samples} samples of the model");
    }

    internal static int ClassNumber(string name, IReadOnlyList<string> names)
    {
        int named = names.ToList().FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
            return named;
        return int.TryParse(name, out int number) && number >= 0 && number < names.Count ? number
            : throw new FastGanException($"'{name}' is no class of the data: {Suggest.Among(name, [.. names])}");
    }
}
