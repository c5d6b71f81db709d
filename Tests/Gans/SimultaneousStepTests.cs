using FastGan.Gans;
using FastGan.Models;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Golden;
using FastGan.Tests.Ops;
using FastGan.Training;

namespace FastGan.Tests.Gans;

/// <summary>
/// Where the discriminator's learning rate is 0, the generator meets the same discriminator in an alternating step as in a simultaneous one: both give the
/// same gradients. The alternating step's are libtorch's: see <see cref="ParityTests"/>.
/// </summary>
[TestClass]
public sealed class SimultaneousStepTests
{
    /// <summary>
    /// All but two: a second pass through spectral norm goes on with its power iteration, and through an augmentation draws anew.
    /// </summary>
    public static IEnumerable<object[]> Runs =>
        GoldenRun.Names.Except(["dcgan-hinge-sn", "dcgan-augment"]).Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void ItsGradientsAreAnAlternatingOnes(string name)
    {
        Dictionary<string, double[]> simultaneous = Gradients(name, UpdateOrder.Simultaneous), alternating = Gradients(name, UpdateOrder.Alternating);
        foreach ((string parameter, double[] gradient) in alternating)
            Assert.AreEqual(0, Accuracy.Distance(gradient, simultaneous[parameter]), 1e-12 * Accuracy.Norm(gradient), parameter);
    }

    private static Dictionary<string, double[]> Gradients(string name, UpdateOrder update)
    {
        GoldenRun golden = new(name);
        TrainingSpec training = golden.Config.Training;
        training = training with
        {
            Update = update,
            CriticSteps = 1,
            Clip = null,
            DiscriminatorOptimizer = training.DiscriminatorOptimizer with { LearningRate = 0 },
        };
        using ReferenceDevice device = new();
        using Trainer trainer = new(golden.Config with { Training = training }, golden.Data, device);
        trainer.Advance();
        return (from net in new[] { trainer.Gan.Generator, trainer.Gan.Discriminator }
                from p in net.Parameters
                where p.Trained
                select (p.Name, Values: device.Read<double>(net.Gradients.Slice(p.Offset, p.Shape)))).ToDictionary(g => g.Name, g => g.Values);
    }
}
