using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>
/// How well a semi-supervised model's discriminator names classes (Salimans et al., 2016), beside a classifier that was given the same labels and no
/// other images. On the data's own test set where it has one, else on images that it was trained on without their labels (transductive).
/// </summary>
internal static class SemiSupervised
{
    private const string Discriminator = "accuracy of the discriminator", Supervised = "accuracy with the same labels alone";
    private const int Batch = 64, MostImages = 10_000;

    /// <summary>Adds both accuracies, each with an interval from disjoint parts of the test images, or the reason why there are none.</summary>
    public static void Add(
        Checkpoint checkpoint, Dataset data, Device device, EvaluationOptions options, Action<string>? report, List<Score> scores, List<MissingScore> missing)
    {
        TrainingSpec training = checkpoint.Config.Training;
        string? why = data.Labels is null ? $"{data.Name} has no labels" : data.Digest() != checkpoint.DataDigest ? $"{data.Name} isn't what the model was trained on" : null;
        if (why is null)
        {
            LabelledSubset labelled = new(training.Seed, data, training.Labels);
            (Dataset testData, IReadOnlyList<int> images, string kind) = TestImages(checkpoint.Config.Data, data, labelled);
            if (images.Count >= options.Draws)
            {
                string labels = $"{labelled.Images.Count:N0} labels, {kind}";
                scores.Add(Of($"{Discriminator} ({labels})", Rights(checkpoint, testData, images, device), "its own discriminator", options));
                using Classifier supervised = Classifier.ForData(data, device, report, new ClassifierSplit(labelled.Images, []), new CacheFolder(null));
                scores.Add(Of($"{Supervised} ({labels})", supervised.Rights(testData, images), supervised.Name, options));
                return;
            }

            why = $"all labels of {data.Name} were used in training, and it has no test set: train with --labels, a number of them";
        }

        missing.AddRange([new MissingScore(Discriminator, why), new MissingScore(Supervised, why)]);
    }

    private static (Dataset Data, IReadOnlyList<int> Images, string Kind) TestImages(DataSpec spec, Dataset data, LabelledSubset labelled)
    {
        if (spec.Source == NamedData.FashionMnist && Dataset.Load(spec with { Source = NamedData.Bundled }, _ => { }) is Dataset test && test.Digest() != data.Digest())
            return (test, [.. Enumerable.Range(0, test.Count)], "held out");
        HashSet<int> known = [.. labelled.Images];
        return (data, [.. Enumerable.Range(0, data.Count).Where(i => !known.Contains(i)).Take(MostImages)], "transductive");
    }

    private static bool[] Rights(Checkpoint checkpoint, Dataset data, IReadOnlyList<int> images, Device device)
    {
        Net net = checkpoint.OpenDiscriminator(device);
        Tensor x = new("test images", data.Shape.WithN(Batch)), y = new("test logits", Shape.Matrix(Batch, net.Output.C));
        device.Allocate(x.Storage);
        device.Allocate(y.Storage);
        Recorder r = new("discriminator");
        net.Forward(r, x, null, Mode.Inference, output: y);
        Program program = r.Finish();
        program.Plan(device);
        bool[] rights = new bool[images.Count];
        for (int first = 0; first < rights.Length; first += Batch)
        {
            // The last batch ends with the last image, and so repeats some of the one before.
            int[] some = [.. Enumerable.Range(0, Batch).Select(i => images[Math.Min(first + i, rights.Length - 1)])];
            device.Write(x, data.Pixels(some));
            device.Run(program);
            Samples logits = new(device.Read<float>(y), Batch, net.Output.C);
            for (int i = 0; i < Math.Min(Batch, rights.Length - first); i++)
                rights[first + i] = logits.Largest(i) == data.Labels![some[i]];
        }

        foreach (Storage storage in new[] { x.Storage, y.Storage, net.Weights.Storage, program.Arena! })
            device.Free(storage);
        return rights;
    }

    private static Score Of(string name, bool[] rights, string features, EvaluationOptions options)
    {
        int each = rights.Length / options.Draws;
        Interval accuracy = Interval.Repeat(options.Draws, d => rights.AsSpan(d * each, each).Count(true) / (double)each);
        return new Score(name, Better.Higher, accuracy, null, null, features, each, options.Seed);
    }
}
