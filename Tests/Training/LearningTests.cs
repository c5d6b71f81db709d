using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>
/// Each variant, trained briefly on real images, comes close to them in what can be measured simply: the mean and spread of every
/// pixel, and of the steps between neighbours (which blur or noise changes). An untrained or broken generator stays far away.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class LearningTests
{
    private const int Samples = 512;

    [TestMethod]
    [DataRow("gan", 1500, 0.35)]
    [DataRow("dcgan", 300, 0.25)]
    [DataRow("wgan", 300, 0.35)]
    [DataRow("cgan", 300, 0.25)]
    [DataRow("wgan-gp", 300, 0.35)]
    [DataRow("sgan", 300, 0.25)]
    [DataRow("acgan", 300, 0.25)]
    [DataRow("infogan", 300, 0.25)]
    public void TrainingBringsSamplesNearTheData(string preset, int steps, double atMost)
    {
        using CpuDevice device = new();
        using Trainer trainer = new(Small.Config(preset, batch: 64, ema: null), Small.Data, device);
        int[] labels = [.. Enumerable.Range(0, Samples).Select(i => i % Small.Data.Classes)];
        float[] data = [.. Small.Data.Images.Take(Samples * Pixels).Select(b => b / 127.5f - 1)];
        float[] held = [.. Small.Data.Images.Skip(Samples * Pixels).Take(Samples * Pixels).Select(b => b / 127.5f - 1)];

        double floor = Distance(data, held);
        double untrained = Distance(data, trainer.Sampler.Draw(7, Samples, labels));
        StepMetrics metrics = default;
        for (int i = 0; i < steps; i++)
            metrics = trainer.Step();
        float[] samples = trainer.Sampler.Draw(7, Samples, labels);
        double trained = Distance(data, samples);

        Console.WriteLine($"{preset}: distance {trained:F3} after {steps} steps, {untrained:F3} untrained, {floor:F3} between real images; {metrics}");
        Assert.IsTrue(double.IsFinite(trained), "a NaN would count as less than any number below");
        Assert.IsLessThan(atMost * untrained, trained, $"distance {trained} after {steps} steps, {untrained} before");
        if (preset is "cgan" or "acgan")
        {
            // A conditional discriminator is given the class; an auxiliary classifier has to learn it first, and so is slower.
            double wanted = preset == "cgan" ? 0.4 : 0.3, recognised = Recognised(samples, labels);
            Console.WriteLine($"{preset}: {recognised:P0} of the samples recognised as the class asked for");
            Assert.IsGreaterThan(wanted, recognised, $"{recognised:P0} of the samples are recognised as their class; chance is 10 %");
        }
    }

    private static int Pixels => Small.ImageSize * Small.ImageSize;

    /// <summary>Root mean square difference of the features' means and standard deviations.</summary>
    private static double Distance(float[] a, float[] b) => Math.Sqrt(Features(a).Zip(Features(b), (x, y) => (x - y) * (x - y)).Average());

    private static double[] Features(float[] images)
    {
        int size = Small.ImageSize, count = images.Length / Pixels;
        List<double> features = [];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int at = y * size + x;
                Moments(i => images[i * Pixels + at]);
                if (x + 1 < size)
                    Moments(i => Math.Abs(images[i * Pixels + at + 1] - images[i * Pixels + at]));
                if (y + 1 < size)
                    Moments(i => Math.Abs(images[i * Pixels + at + size] - images[i * Pixels + at]));
            }
        }

        return [.. features];

        void Moments(Func<int, double> value)
        {
            double[] values = [.. Enumerable.Range(0, count).Select(value)];
            double mean = values.Average();
            features.Add(mean);
            features.Add(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))));
        }
    }

    /// <summary>Share of samples whose nearest class mean of the data is that of the label.</summary>
    private static double Recognised(float[] samples, int[] labels)
    {
        double[][] means = [.. Enumerable.Range(0, Small.Data.Classes).Select(_ => new double[Pixels])];
        int[] counts = new int[Small.Data.Classes];
        for (int i = 0; i < Small.Data.Count; i++)
        {
            counts[Small.Data.Labels![i]]++;
            for (int p = 0; p < Pixels; p++)
                means[Small.Data.Labels[i]][p] += Small.Data.Images[i * Pixels + p] / 127.5 - 1;
        }

        int right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int nearest = Enumerable.Range(0, means.Length).MinBy(c => Enumerable.Range(0, Pixels).Sum(p => Square(samples[i * Pixels + p] - means[c][p] / counts[c])));
            right += nearest == labels[i] ? 1 : 0;
        }

        return (double)right / labels.Length;
    }

    private static double Square(double x) => x * x;
}
