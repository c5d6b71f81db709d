using FastGan.Latents;

namespace FastGan.Tests.Latents;

[TestClass]
[DoNotParallelize]
public sealed class InversionTests
{
    private static readonly InversionOptions Brief = new(Starts: 8, Steps: 150, Seed: 3);

    [TestMethod]
    public void AGeneratedImageIsFoundAgain()
    {
        using Trained model = new();
        float[] image = model.Sampler.Draw(9, 1);
        Inverted found = model.Sampler.Invert(image, Brief);
        double random = Inversion.Errors(model.Sampler.Draw(4, 64), image).Average();
        Console.WriteLine($"error {found.Error:F4}; of random samples {random:F4}");
        Assert.IsLessThan(0.1 * random, found.Error);
        Assert.AreEqual(Inversion.Errors(model.Sampler.Generate(found.Latent), image)[0], found.Error, 1e-9, "latent and error belong together");
        CollectionAssert.AreEqual(found.Latent, model.Sampler.Invert(image, Brief).Latent, "the same seed finds the same latent");
    }

    /// <summary>Real images are among what a trained generator can make, nearly; an untrained one makes nothing like them.</summary>
    [TestMethod]
    public void RealImagesAreFoundByATrainedGeneratorAlone()
    {
        double trained = Error(new Trained()), untrained = Error(new Trained(untrained: true));
        Console.WriteLine($"error of real images {trained:F3}, untrained {untrained:F3}");
        Assert.IsLessThan(0.6 * untrained, trained);

        static double Error(Trained model)
        {
            using (model)
                return Enumerable.Range(9000, 4).Average(i => model.Sampler.Invert(Trained.Real(i), Brief).Error);
        }
    }

    [TestMethod]
    public void ALatentIsKeptInAFile()
    {
        using TemporaryFolder folder = new();
        LatentFile.Save(folder["a.safetensors"], [1, -2.5f]);
        CollectionAssert.AreEqual(new[] { 1, -2.5f }, LatentFile.Load(folder["a.safetensors"], 2));
        Assert.Contains("a latent of 2 numbers, the model's have 3", Assert.ThrowsExactly<FastGanException>(() => LatentFile.Load(folder["a.safetensors"], 3)).Message);
    }
}
