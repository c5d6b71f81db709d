using FastGan.Cpu;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Tests.Evaluation;

/// <summary>The scores that a variant has of its own, on images whose class is the quarter that is bright.</summary>
[TestClass]
public sealed class EvaluatorTests
{
    private const int Size = 16, Count = 240;

    private static Dataset Quarters { get; } = Make(classes: 4);

    /// <summary>Both accuracies on images without a label in training: the classes are easily told apart, and both learn to.</summary>
    [TestMethod]
    public void ASemiSupervisedDiscriminatorStandsBesideAClassifierOfTheSameLabels()
    {
        using TemporaryFolder folder = new();
        ScoreSheet few = Evaluate(folder, "sgan", steps: 60, labels: 40);
        foreach (string name in new[] { "accuracy of the discriminator (40 labels, transductive)", "accuracy with the same labels alone (40 labels, transductive)" })
        {
            Console.WriteLine($"{name}: {few[name].Value}");
            Assert.IsGreaterThan(0.8, few[name].Value.Mean, "chance is 0.25");
            Assert.AreEqual((Better.Higher, (Count - 40) / 2), (few[name].Better, few[name].Samples));
        }

        Assert.Contains("its own discriminator", few["accuracy of the discriminator (40 labels, transductive)"].Features);
        Assert.IsEmpty(few.Missing);
    }

    [TestMethod]
    public void WithAllLabelsInTrainingThereIsNothingToTestOn()
    {
        using TemporaryFolder folder = new();
        MissingScore[] missing = [.. Evaluate(folder, "sgan", steps: 1, labels: null).Missing];
        Assert.HasCount(2, missing);
        foreach (MissingScore score in missing)
            Assert.AreEqual("all labels of quarters were used in training, and it has no test set: train with --labels, a number of them", score.Why);
        missing = [.. Evaluate(folder, "sgan", steps: 1, labels: 40, on: Make(classes: 3)).Missing];
        Assert.AreEqual("accuracy of the discriminator, accuracy with the same labels alone: quarters isn't what the model was trained on",
            $"{string.Join(", ", missing.Select(m => m.Name))}: {missing.Select(m => m.Why).Distinct().Single()}");
    }

    /// <summary>How often the classifier agrees with what was asked for, counted again.</summary>
    [TestMethod]
    [DataRow("cgan")]
    [DataRow("acgan")]
    public void AConditionalModelIsAskedForEachClass(string preset)
    {
        using TemporaryFolder folder = new();
        Score score = Evaluate(folder, preset, steps: 2)["conditional accuracy"];
        using CpuDevice device = new(threads: 2);
        using Classifier classifier = Classifier.ForData(Quarters, device, null);
        using Sampler sampler = Open(folder, preset).OpenSampler(device);
        double right = 0;
        for (int draw = 0; draw < 2; draw++)
        {
            int[] asked = [.. Enumerable.Range(0, 12).Select(i => i % 4)];
            right += classifier.Look(sampler.Draw(1, 12, asked, first: 12 * draw)).Classes().Where((c, i) => c == asked[i]).Count();
        }

        Console.WriteLine($"{preset}: {right} of 24");
        Assert.AreEqual(right / 24, score.Value.Mean, 1e-12);
        Assert.IsGreaterThan(0.9, score.Floor!.Value.Mean, "real images have the class of their label");
        MissingScore missing = Evaluate(folder, preset, steps: 2, on: Make(classes: 3)).Missing.Single();
        Assert.AreEqual(("conditional accuracy", "the model is told one of 4 classes, and quarters has 3"), (missing.Name, missing.Why));
        Assert.Contains("conditional accuracy", Evaluate(folder, preset, steps: 2, on: Make(classes: 0)).Missing.Select(m => m.Name));
    }

    /// <summary>The categories of infogan are no classes of the data, and may be more or fewer; without labels there is nothing to match them to.</summary>
    [TestMethod]
    public void CodesAreMatchedWhereThereAreLabels()
    {
        using TemporaryFolder folder = new();
        const string matched = "accuracy of the code, best matching";
        ScoreSheet sheet = Evaluate(folder, "infogan", steps: 2);
        Assert.IsGreaterThan(0.9, sheet[matched].Floor!.Value.Mean);
        Assert.IsInRange(0.1, 1, sheet[matched].Value.Mean);
        Assert.IsEmpty(sheet.Missing);

        ScoreSheet unlabelled = Evaluate(folder, "infogan", steps: 2, on: Make(classes: 0));
        Assert.AreEqual("quarters has no labels to train a classifier on", unlabelled.Missing.Single(m => m.Name == matched).Why);
        Assert.AreEqual("sliced Earth Mover's distance", unlabelled.Scores[0].Name);
        Assert.IsFalse(unlabelled.SameData);
    }

    /// <summary>Half of the held-out images in each draw, unless all are asked for: then they are one draw, which leaves the interval open.</summary>
    [TestMethod]
    public void TheFloorHasAnHonestInterval()
    {
        using TemporaryFolder folder = new();
        Score half = Evaluate(folder, "gan", steps: 1)["inception-style score"];
        Assert.AreEqual(12, half.Samples, "of 24 that are held out");
        Assert.IsInRange(1e-9, 10, half.Floor!.Value.HalfWidth);

        ScoreSheet all = Evaluate(folder, "gan", steps: 1, samples: 24);
        Assert.AreEqual(double.PositiveInfinity, all["inception-style score"].Floor!.Value.HalfWidth);
        Assert.IsTrue(double.IsFinite(all["inception-style score"].Value.HalfWidth));
        Assert.AreEqual(double.PositiveInfinity, ScoreSheet.Parse(all.ToJson())["precision"].Floor!.Value.HalfWidth);
    }

    /// <summary>Trains, where the folder has no such run yet, and scores from two draws.</summary>
    private static ScoreSheet Evaluate(TemporaryFolder folder, string preset, int steps, int? labels = 40, Dataset? on = null, int? samples = null)
    {
        using CpuDevice device = new(threads: 2);
        if (!Directory.Exists(folder[preset]) || preset == "sgan")
        {
            RunConfig config = Presets.Make(preset, new DataSpec("quarters", Size, 1), Size, 1, 4, Quarters.ClassNames, latent: 8);
            config = config with { Training = config.Training with { Batch = 16, Labels = preset == "sgan" ? labels : null } };
            using Trainer trainer = new(config, Quarters, device);
            for (int i = 0; i < steps; i++)
                trainer.Advance();

            // After so few steps all samples are alike; larger weights make them differ.
            device.Write(trainer.Sampler.Weights, [.. device.Read<double>(trainer.Sampler.Weights).Select(w => 5 * w)]);
            Checkpoint.Save(trainer, folder[preset]);
        }

        return Evaluator.Evaluate(Open(folder, preset), on ?? Quarters, device, new EvaluationOptions(samples, Draws: 2), null);
    }

    private static Checkpoint Open(TemporaryFolder folder, string preset) => Checkpoint.Open(folder[preset], Assert.Fail);

    /// <param name="classes">0 for images without labels.</param>
    private static Dataset Make(int classes)
    {
        float[] noise = new float[Count * Size * Size];
        RandomNumbers.Uniform(5, RandomNumbers.Samples, 0, noise);
        byte[] images = [.. noise.Select((v, i) => (byte)(60 + 50 * v + (Quarter(i % (Size * Size)) == i / (Size * Size) % 4 ? 120 : 0)))];
        int[]? labels = classes == 0 ? null : [.. Enumerable.Range(0, Count).Select(i => i % 4 % classes)];
        return new Dataset("quarters", new Shape(Count, Size, Size, 1), images, labels, [.. Enumerable.Range(0, classes).Select(c => $"{c}")]);
    }

    private static int Quarter(int pixel) => (pixel / Size >= Size / 2 ? 2 : 0) + (pixel % Size >= Size / 2 ? 1 : 0);
}
