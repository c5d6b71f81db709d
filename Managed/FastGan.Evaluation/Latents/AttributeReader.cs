using FastGan.Evaluation;
using FastGan.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Latents;

/// <summary>
/// What is read off images: the measurements of <see cref="Attributes"/>, and where there is a classifier each class's log-odds ln(p / (1 − p)), which go on changing
/// where the probability p no longer does.
/// </summary>
/// <param name="image">Shape of one image.</param>
public sealed class AttributeReader(Shape image, Classifier? classifier)
{
    /// <summary>Probabilities are kept this far from 0 and 1.</summary>
    private const double Margin = 1e-4;

    public Classifier? Classifier => classifier;

    public IReadOnlyList<string> Names { get; } = [.. Attributes.Names, .. classifier?.ClassNames ?? []];

    /// <param name="images">(count, H, W, C) in [−1, 1]</param>
    /// <returns>(count, attributes)</returns>
    public Matrix<double> Read(ReadOnlySpan<float> images)
    {
        int count = images.Length / image.SampleCount, measured = Attributes.Names.Count;
        Matrix<double> values = Matrix<double>.Build.Dense(count, Names.Count);
        double[] row = new double[measured];
        for (int i = 0; i < count; i++)
        {
            Attributes.Measure(images.Slice(i * image.SampleCount, image.SampleCount), image, row);
            for (int k = 0; k < measured; k++)
                values[i, k] = row[k];
        }

        if (classifier is null)
            return values;
        Samples probabilities = classifier.Look(images).Probabilities;
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < classifier.Classes; c++)
            {
                double p = Math.Clamp(probabilities[i][c], Margin, 1 - Margin);
                values[i, measured + c] = Math.Log(p / (1 - p));
            }
        }

        return values;
    }
}
