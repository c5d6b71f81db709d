using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Training;

namespace FastGan.Tests.Evaluation;

[TestClass]
[DoNotParallelize]
public sealed class ClassifierTests
{
    /// <summary>Few enough for the fewest steps.</summary>
    private static ClassifierSplit Split { get; } = new([.. Enumerable.Range(0, 1000)], [.. Enumerable.Range(1000, 500)]);

    [TestMethod]
    public void ItLearnsTheClassesOfTheImagesThatItWasNotTrainedOn()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new();
        using Classifier classifier = Classifier.ForData(Small.Data, device, null, Split, new CacheFolder(folder.Path));
        Console.WriteLine($"{classifier.TestAccuracy:P1}");
        Assert.IsGreaterThan(0.7, classifier.TestAccuracy, "chance is 0.1");
        Assert.AreEqual(10, classifier.Classes);
        Assert.AreEqual("trouser", classifier.ClassNames[1]);

        // Whatever is shown with it, an image gives the same numbers.
        float[] images = Small.Data.Pixels([.. Enumerable.Range(1000, 70)]);
        Looked all = classifier.Look(images), last = classifier.Look(images.AsSpan(69 * 256));
        Assert.AreEqual((70, classifier.FeatureWidth), (all.Features.Count, all.Features.Width));
        CollectionAssert.AreEqual(all.Features[69].ToArray(), last.Features.Values);
        CollectionAssert.AreEqual(all.Probabilities[69].ToArray(), last.Probabilities.Values);
        Assert.AreEqual(1, all.Probabilities[3].ToArray().Sum(p => (double)p), 1e-5);
    }

    [TestMethod]
    public void TheCacheGivesTheSameBytesAndADamagedFileIsReplaced()
    {
        using TemporaryFolder folder = new();
        CacheFolder cache = new(folder.Path);
        (float[] trained, int lines) = LookWith(cache, 2);
        Assert.AreEqual(2, lines, "a line before and one after training");
        string file = ClassifierFile.Path(cache, Small.Data, Split);
        byte[] written = File.ReadAllBytes(file);

        (float[] kept, lines) = LookWith(cache, 1);
        Assert.AreEqual(0, lines, "nothing was trained");
        CollectionAssert.AreEqual(trained, kept);

        byte[] damaged = [.. written];
        damaged[^1000] ^= 1;
        File.WriteAllBytes(file, damaged);
        (float[] again, lines) = LookWith(cache, 1);
        Assert.AreEqual(2, lines, "a changed bit is seen");
        CollectionAssert.AreEqual(trained, again, "one thread gives what two gave");
        CollectionAssert.AreEqual(written, File.ReadAllBytes(file));

        File.WriteAllBytes(file, written[..100]);
        Assert.AreEqual(2, LookWith(cache, 2).Lines, "so is a short file");
    }

    /// <summary>A program may go on from images to logits and back: dL/dimages of a logit's sum, against finite differences.</summary>
    [TestMethod]
    public void GradientsReachTheImages()
    {
        using ReferenceDevice device = new();
        Dataset data = Small.Data;
        using Classifier classifier = new(Initialised(data, device), data, Split, device);
        Tensor images = new("x", data.Shape.WithN(2)), logits = new("y", Shape.Matrix(2, 10)), dlogits = new("dy", Shape.Matrix(2, 10)), dimages = new("dx", data.Shape.WithN(2));
        foreach (Tensor t in new[] { images, logits, dlogits, dimages })
            device.Allocate(t.Storage);
        Recorder r = new("by images");
        Tape tape = classifier.Forward(r, images);
        r.SliceChannels(tape.Output, 0, logits);
        Tensor dx = classifier.Net.Backward(r, tape, dlogits, weights: false, input: new SampleRange(0, 2))!;
        r.SliceChannels(dx, 0, dimages);
        Program program = r.Finish();
        program.Plan(device);

        double[] x = [.. data.Pixels([5, 6]).Select(v => (double)v)], dy = new double[20];
        double Logit()
        {
            dy.AsSpan().Clear();
            dy[13] = 1;
            device.Write(images, x);
            device.Write(dlogits, dy);
            device.Run(program);
            return device.Read<double>(logits)[13];
        }

        Logit();
        double[] gradient = device.Read<double>(dimages);
        Assert.IsTrue(gradient.AsSpan(0, 256).ToArray().All(g => g == 0), "the other image has no part in it");
        const double h = 1e-5;
        foreach (int i in new[] { 256 + 40, 256 + 130, 256 + 200 })
        {
            double at = x[i];
            x[i] = at + h;
            double above = Logit();
            x[i] = at - h;
            double below = Logit();
            x[i] = at;
            Assert.AreEqual((above - below) / (2 * h), gradient[i], 1e-7);
            Assert.AreNotEqual(0, gradient[i]);
        }
    }

    [TestMethod]
    [DataRow(16, 1)]
    [DataRow(28, 3)]
    [DataRow(52, 1)]
    [DataRow(128, 3)]
    public void ImagesOfEverySizeGoIn(int size, int channels)
    {
        using ReferenceDevice device = new();
        Dataset data = new("blank", new Shape(20, size, size, channels), new byte[20 * size * size * channels], new int[20], ["a", "b", "c"]);
        Net net = ClassifierTraining.Network(data);
        Assert.AreEqual(3, net.Output.C);
        Console.WriteLine($"{size}: {net.Parameters.Sum(p => p.Shape.Count):N0} numbers");
    }

    [TestMethod]
    public void DataWithoutLabelsIsRefused()
    {
        using ReferenceDevice device = new();
        Dataset unlabelled = new("photos", new Shape(20, 16, 16, 1), new byte[20 * 256], null, []);
        Assert.Contains("no labels", Assert.ThrowsExactly<FastGanException>(() => Classifier.ForData(unlabelled, device, null)).Message);
        Dataset few = new("photos", new Shape(2, 16, 16, 1), new byte[512], [0, 1], ["a", "b"]);
        Assert.Contains("too few", Assert.ThrowsExactly<FastGanException>(() => Classifier.ForData(few, device, null)).Message);
    }

    private static Net Initialised(Dataset data, Device device)
    {
        Net net = ClassifierTraining.Network(data);
        device.Allocate(net.Weights.Storage);
        net.Initialise(device, 1, 1);
        return net;
    }

    private static (float[] Features, int Lines) LookWith(CacheFolder cache, int threads)
    {
        using CpuDevice device = new(threads);
        List<string> lines = [];
        using Classifier classifier = Classifier.ForData(Small.Data, device, lines.Add, Split, cache);
        return (classifier.Look(Small.Data.Pixels([.. Enumerable.Range(0, 65)])).Features.Values, lines.Count);
    }
}
