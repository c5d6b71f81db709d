using FastGan.Data;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Evaluation;

/// <summary>What a classifier made of some images, a row for each.</summary>
/// <param name="Features">(count, feature width): the activations before the last layer.</param>
/// <param name="Probabilities">(count, classes)</param>
public sealed record Looked(Samples Features, Samples Probabilities)
{
    /// <summary>The most probable class of each image, the first of equals.</summary>
    public int[] Classes() => [.. Enumerable.Range(0, Probabilities.Count).Select(Probabilities.Largest)];
}

/// <summary>
/// A small convolutional network that tells a data set's classes apart, and whose features scores are computed in. The same data gives the same
/// classifier, so it is trained once and kept in the cache folder. It has no batch norm, so that a backward pass by the images is one in
/// inference too.
/// </summary>
public sealed class Classifier : IDisposable
{
    private const int Batch = 64;
    private readonly Device _device;
    private readonly Program _program;
    private readonly Tensor _images, _features, _logits;

    /// <param name="net">Its weights are on the device; they are freed with the classifier.</param>
    internal Classifier(Net net, Dataset data, ClassifierSplit split, Device device)
    {
        (Net, ClassNames, Split, _device) = (net, data.ClassNames, split, device);
        _images = new Tensor("classified images", data.Shape.WithN(Batch));
        Recorder r = new("classify");
        Tape tape = Forward(r, _images);
        FeatureWidth = tape.Features.Shape.C;
        (_features, _logits) = (new Tensor("features", tape.Features.Shape), new Tensor("logits", tape.Output.Shape));
        r.SliceChannels(tape.Features, 0, _features);
        r.SliceChannels(tape.Output, 0, _logits);
        _program = r.Finish();
        foreach (Tensor t in new[] { _images, _features, _logits })
            device.Allocate(t.Storage);
        _program.Plan(device);
    }

    /// <summary>The classifier of a data set: from the cache, or trained now, which takes some tens of seconds on a processor.</summary>
    /// <param name="report">Gets a line when it has to be trained, and one when it is.</param>
    /// <exception cref="FastGanException">The data has no labels, or too few images.</exception>
    public static Classifier ForData(Dataset data, Device device, Action<string>? report)
    {
        CheckData(data);
        return ForData(data, device, report, ClassifierSplit.Of(data.Count), new CacheFolder(null));
    }

    /// <exception cref="FastGanException">The data has no labels, or too few images, for a classifier.</exception>
    public static void CheckData(Dataset data)
    {
        if (data.Classes < 2)
            throw new FastGanException($"a classifier needs labels of at least 2 classes, and {data.Name} has {(data.Labels is null ? "no labels" : "one")}: give an IDX pair or a folder with one sub-folder a class");
        if (ClassifierSplit.Of(data.Count).HeldOut.Count == 0)
            throw new FastGanException($"{data.Name} has {data.Count} images, too few to train a classifier on some and test it on others: give more");
    }

    /// <summary>The classifier if it is in the cache; null where it would have to be trained, or the data has no labels.</summary>
    public static Classifier? Cached(Dataset data, Device device)
    {
        if (data.Classes < 2)
            return null;
        ClassifierSplit split = ClassifierSplit.Of(data.Count);
        Net net = ClassifierTraining.Network(data);
        device.Allocate(net.Weights.Storage);
        if (ClassifierFile.TryRead(ClassifierFile.Path(new CacheFolder(null), data, split), net, device) is int known)
            return new Classifier(net, data, split, device) { Right = known };
        device.Free(net.Weights.Storage);
        return null;
    }

    /// <summary>The network with its initial weights: features of any data, which name no classes.</summary>
    public static Classifier Untrained(Dataset data, Device device)
    {
        Net net = ClassifierTraining.Network(data);
        device.Allocate(net.Weights.Storage);
        ClassifierTraining.Initialise(net, device);
        return new Classifier(net, data, ClassifierSplit.Of(data.Count), device);
    }

    /// <summary>The same with images of one's choice to train on and, if any, to test on.</summary>
    internal static Classifier ForData(Dataset data, Device device, Action<string>? report, ClassifierSplit split, CacheFolder cache)
    {
        if (split.Training.Count == 0)
            throw new FastGanException($"{data.Name} has {data.Count} images, too few to train a classifier: give more");
        Net net = ClassifierTraining.Network(data);
        string file = ClassifierFile.Path(cache, data, split);
        device.Allocate(net.Weights.Storage);
        if (ClassifierFile.TryRead(file, net, device) is int known)
            return new Classifier(net, data, split, device) { Right = known };

        report?.Invoke($"training a classifier of {data.Name} on {split.Training.Count:N0} images: {ClassifierTraining.Steps(split.Training.Count):N0} steps");
        ClassifierTraining.Train(net, data, split, device);
        Classifier classifier = new(net, data, split, device);
        classifier.Right = classifier.Rights(data, split.HeldOut).Count(right => right);
        if (split.HeldOut.Count > 0)
            report?.Invoke($"classifier of {data.Name}: {classifier.TestAccuracy:P1} of {split.HeldOut.Count:N0} images held out are right");
        ClassifierFile.Write(file, net, device, classifier.Right);
        return classifier;
    }

    /// <summary>No labels go in; ends in a logit for each class.</summary>
    public Net Net { get; }

    public int Classes => Net.Output.C;

    public IReadOnlyList<string> ClassNames { get; }

    public int FeatureWidth { get; }

    /// <summary>Multiplications and additions that one image takes.</summary>
    public long FlopsOfImage => _program.Flops / Batch;

    /// <summary>Share of the held-out images whose most probable class is their label; NaN where there are none.</summary>
    public double TestAccuracy => (double)Right / HeldOut.Count;

    /// <summary>Indices of the images that it was not trained on.</summary>
    public IReadOnlyList<int> HeldOut => Split.HeldOut;

    internal ClassifierSplit Split { get; }

    /// <summary>Held-out images whose most probable class is their label.</summary>
    private int Right { get; set; }

    /// <summary>Names the weights in reports: two classifiers of one name give the same scores.</summary>
    public string Name => $"classifier {ClassifierFile.Version}, {ClassifierFile.Digest(Net, _device)[..8]}, {FeatureWidth} features";

    /// <summary>Features and probabilities of images. An image's do not depend on the others.</summary>
    /// <param name="images">(count, H, W, C) in [−1, 1]</param>
    public Looked Look(ReadOnlySpan<float> images)
    {
        int pixels = _images.Shape.SampleCount, count = images.Length / pixels, K = Classes;
        if (images.Length != (long)count * pixels)
            throw new ArgumentException($"{images.Length} numbers are no images of {pixels}", nameof(images));
        float[] batch = new float[_images.Count], features = new float[count * FeatureWidth], probabilities = new float[count * K];
        float[] someFeatures = new float[_features.Count], someLogits = new float[_logits.Count];
        for (int first = 0; first < count; first += Batch)
        {
            int n = Math.Min(Batch, count - first);
            images.Slice(first * pixels, n * pixels).CopyTo(batch);
            _device.Write(_images, batch);
            _device.Run(_program);
            _device.Read(_features, someFeatures.AsSpan());
            _device.Read(_logits, someLogits.AsSpan());
            someFeatures.AsSpan(0, n * FeatureWidth).CopyTo(features.AsSpan(first * FeatureWidth));
            for (int i = 0; i < n; i++)
                Softmax(someLogits.AsSpan(i * K, K), probabilities.AsSpan((first + i) * K, K));
        }

        return new Looked(new Samples(features, count, FeatureWidth), new Samples(probabilities, count, K));
    }

    /// <summary>Records the pass from images to logits. Its backward pass by the images is <see cref="Net.Backward"/> without the weights' gradient.</summary>
    /// <param name="images">(N, H, W, C) in [−1, 1]</param>
    public Tape Forward(Recorder r, Tensor images) => Net.Forward(r, images, null, Mode.Inference);

    public void Dispose()
    {
        foreach (Tensor t in new[] { _images, _features, _logits, Net.Weights })
            _device.Free(t.Storage);
        _device.Free(_program.Arena!);
    }

    /// <summary>Of some images of a labelled data set, which have their label as the most probable class.</summary>
    internal bool[] Rights(Dataset data, IReadOnlyList<int> images) =>
        images.Count == 0 ? [] : [.. Look(data.Pixels(images)).Classes().Select((c, i) => c == data.Labels![images[i]])];

    private static void Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        (double largest, double sum) = (double.NegativeInfinity, 0);
        foreach (float l in logits)
            largest = Math.Max(largest, l);
        foreach (float l in logits)
            sum += Math.Exp(l - largest);
        for (int k = 0; k < logits.Length; k++)
            probabilities[k] = (float)(Math.Exp(logits[k] - largest) / sum);
    }
}
