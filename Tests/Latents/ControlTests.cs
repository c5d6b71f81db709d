using FastGan.Cpu;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Latents;
using FastGan.Tests.Ops;
using FastGan.Tests.Training;
using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Tests.Latents;

[TestClass]
[DoNotParallelize]
public sealed class ControlTests
{
    private const int Samples = 512;

    /// <summary>
    /// What can be measured is changed by its own direction, on samples that it wasn't found from, more than all else is; and less beside it where the
    /// others are held.
    /// </summary>
    [TestMethod]
    public void ADirectionChangesItsAttributeAndHoldingSparesTheOthers()
    {
        using Trained model = new();
        LatentControl control = new(model.Sampler, new AttributeReader(Gan.Image(model.Sampler.Model, 1), null), Samples);
        IReadOnlyList<Direction> free = control.ByRegression(), held = [.. free.Select(d => control.Hold(d, 1000))];
        Matrix<double> before = control.Entanglement(free), after = control.Entanglement(held);
        Console.WriteLine($"{string.Join(' ', control.Names)}, R² {control.Explained}{before}held{after}");
        for (int k = 0; k < control.Names.Count; k++)
        {
            Assert.AreEqual(1, held[k].Vector.L2Norm(), 1e-9);
            Assert.IsGreaterThan(0.2, before[k, k], control.Names[k]);
            Assert.IsGreaterThan(0, after[k, k], control.Names[k]);
        }

        double Ratio(Matrix<double> changes) => Enumerable.Range(0, control.Names.Count).Average(k => changes[k, k] / control.Drift(changes.Row(k), control.Names[k]));
        Assert.IsGreaterThan(1.3 * Ratio(before), Ratio(after), "wanted change over drift");
    }

    /// <summary>Three standard deviations along a class's direction make more of the class, of a trained generator alone, whichever way it was found.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AClassIsReachedByATrainedGeneratorAlone(bool byGradients)
    {
        using CpuDevice device = new();
        using Classifier classifier = Classifier.ForData(Small.Data, device, null);
        (double before, double after) = Shares(new Trained());
        double untrained = Shares(new Trained(untrained: true)).After;
        Console.WriteLine($"mean share of the class wanted: {before:P0} before, {after:P0} after; untrained {untrained}");
        Assert.IsGreaterThan(before + 0.2, after);
        Assert.IsLessThan(before + 0.1, untrained);

        (double Before, double After) Shares(Trained model)
        {
            const int n = 64;
            using (model)
            {
                LatentControl control = new(model.Sampler, new AttributeReader(Gan.Image(model.Sampler.Model, 1), classifier), Samples);
                IReadOnlyList<Direction> directions = byGradients ? model.Sampler.Directions(classifier, 64) : [.. control.ByRegression().Skip(Attributes.Names.Count)];
                return (1.0 / directions.Count, directions.Select((d, c) =>
                {
                    Assert.AreEqual(Small.Data.ClassNames[c], d.Name);
                    float[] z = [.. Enumerable.Range(0, n).SelectMany(i => control.Strip(model.Sampler.Latent($"8:{i}"), d, 2)[model.Sampler.Model.Latent..])];
                    return classifier.Look(model.Sampler.Generate(z)).Classes().Count(k => k == c) / (double)n;
                }).Average());
            }
        }
    }

    /// <summary>No direction changes the first layer's output as much as the first component, and components are at right angles.</summary>
    [TestMethod]
    public void ComponentsChangeTheFirstLayerMost()
    {
        using Trained model = new();
        IReadOnlyList<Direction> components = model.Sampler.Components(16);
        Assert.HasCount(16, components);
        var weight = model.Sampler.Generator.Parameters[0];
        double[] w = model.Sampler.Device.Read<double>(model.Sampler.Weights.Slice(weight.Offset, weight.Shape));
        double[] gains = [.. components.Select(c => Accuracy.Norm([.. Enumerable.Range(0, weight.Shape.N).Select(u => Enumerable.Range(0, 16).Sum(k => w[u * 16 + k] * c.Vector[k]))]))];
        CollectionAssert.AreEqual(gains.OrderDescending().ToArray(), gains);
        Assert.AreEqual(Accuracy.Norm(w), Accuracy.Norm(gains), 1e-6 * Accuracy.Norm(w), "all components together have all of the layer");
        Assert.AreEqual(0, components[0].Vector * components[1].Vector, 1e-9);
    }

    [TestMethod]
    public void AStripGoesThroughItsStartToBothSides()
    {
        using Trained model = new(untrained: true);
        float[] z = model.Sampler.Latent("1"), strip = new LatentControl(model.Sampler, new AttributeReader(Gan.Image(model.Sampler.Model, 1), null), 64)
            .Strip(z, new Direction("x", Vector<double>.Build.Dense(16, k => k == 2 ? 1 : 0)), 3);
        CollectionAssert.AreEqual(z, strip[16..32]);
        Assert.AreEqual(z[2] - 3, strip[2], 1e-6);
        Assert.AreEqual(z[2] + 3, strip[34], 1e-6);
        Assert.AreEqual(z[3], strip[35], 1e-6);
    }
}
