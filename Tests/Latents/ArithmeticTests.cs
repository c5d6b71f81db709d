using FastGan.Cpu;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Latents;
using FastGan.Tensors;
using FastGan.Tests.Training;

namespace FastGan.Tests.Latents;

[TestClass]
[DoNotParallelize]
public sealed class ArithmeticTests
{
    [TestMethod]
    public void AnExpressionIsReadTermByTerm()
    {
        LatentTerm[] expected = [new(1, "1:3", 1), new(-0.5, "class:ankle boot", 7), new(2, "T-shirt+top.safetensors", 30)];
        CollectionAssert.AreEqual(expected, LatentExpression.Parse("1:3 - 0.5*class:ankle boot + 2 * T-shirt+top.safetensors").ToArray());
        Assert.AreEqual(new LatentTerm(-1, "7", 3), LatentExpression.Parse("- 7").Single());
    }

    [TestMethod]
    [DataRow("character 5: a term is missing", "1 + - 2")]
    [DataRow("a term is missing", "1:2 -")]
    [DataRow("character 1: a term is missing", "")]
    [DataRow("character 7: what stands before * must be a number", "1:2 - x*1:3")]
    [DataRow("a latent is missing after *", "1:2 - 3*")]
    public void AMistakeIsNamedWithItsPlace(string expected, string expression) =>
        Assert.Contains(expected, Assert.ThrowsExactly<FastGanException>(() => LatentExpression.Parse(expression)).Message);

    [TestMethod]
    public void ItIsTheSumOfItsTerms()
    {
        using Trained model = new(untrained: true);
        float[] a = model.Sampler.Latent("1:2"), b = model.Sampler.Latent("3");
        ArithmeticResult result = model.Sampler.Arithmetic("1:2 - 0.5*3");
        for (int i = 0; i < a.Length; i++)
            Assert.AreEqual(a[i] - 0.5 * b[i], result.Result[i], 1e-6);
        CollectionAssert.AreEqual(a, result.Operands[0]);
        Assert.Contains("character 7: '2:x' is no latent", Assert.ThrowsExactly<FastGanException>(() => model.Sampler.Arithmetic("1:2 - 2:x")).Message);
    }

    /// <summary>"− the class that it is in + another" puts a sample into the other, by the classifier, of a trained generator.</summary>
    [TestMethod]
    public void AddingAClassMakesIt()
    {
        double trained = Share(new Trained(), out double before), untrained = Share(new Trained(untrained: true), out _);
        Console.WriteLine($"share in the class added: {trained:P0}, {before:P0} before; untrained {untrained:P0}");
        Assert.IsGreaterThan(2 * before, trained);
        Assert.IsLessThan(0.5 * trained, untrained);
    }

    /// <summary>Adding what the widest samples have in common widens a trained generator's samples, more than an untrained one's.</summary>
    [TestMethod]
    public void AddingAnAttributeMakesMoreOfIt()
    {
        double trained = Widening(new Trained()), untrained = Widening(new Trained(untrained: true));
        Console.WriteLine($"wider by {trained:F3} of the image, untrained {untrained:F3}");
        Assert.IsGreaterThan(0.02, trained);
        Assert.IsLessThan(0.5 * trained, untrained);
    }

    [TestMethod]
    public void AnUnknownAttributeIsNamed()
    {
        using Trained model = new(untrained: true);
        string message = Assert.ThrowsExactly<FastGanException>(() => model.Sampler.Arithmetic("1:2 + attribute:widht")).Message;
        Assert.Contains("character 7: 'widht' is no attribute that can be measured: did you mean 'width'?", message);
    }

    private static double Widening(Trained model)
    {
        const int N = 64;
        using (model)
        {
            float[] wide = AttributeMeans.Of(model.Sampler, "width", samples: 1024), z = [.. Enumerable.Range(0, N).SelectMany(i => model.Sampler.Latent($"8:{i}"))];
            float[] moved = [.. z.Select((v, i) => v + 2 * wide[i % wide.Length])];
            return Width(model.Sampler.Generate(moved)) - Width(model.Sampler.Generate(z));

            double Width(float[] images)
            {
                Shape image = Gan.Image(model.Sampler.Model, 1);
                double[] row = new double[Attributes.Names.Count];
                return Enumerable.Range(0, N).Average(i =>
                {
                    Attributes.Measure(images.AsSpan(i * image.SampleCount, image.SampleCount), image, row);
                    return row[2];
                });
            }
        }
    }

    private static double Share(Trained model, out double before)
    {
        const int N = 64;
        using (model)
        {
            using CpuDevice device = new();
            using Classifier classifier = Classifier.ForData(Small.Data, device, null);
            ClassMeans means = new(model.Sampler, classifier, samples: 1024);
            int[] seen = classifier.Look(model.Sampler.Draw(8, N)).Classes();
            int[] common = [.. Enumerable.Range(0, classifier.Classes).OrderByDescending(c => means.Counts[c]).Take(2)];
            int to = common[1];
            before = seen.Count(c => c == to) / (double)N;
            if (means.Counts[to] == 0)
                return 0;
            float[] z = [.. Enumerable.Range(0, N).SelectMany(i => model.Sampler.Arithmetic($"8:{i} - 2*class:{common[0]} + 2*class:{to}", () => means).Result)];
            return classifier.Look(model.Sampler.Generate(z)).Classes().Count(c => c == to) / (double)N;
        }
    }
}
