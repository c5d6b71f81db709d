using FastGan.Cpu;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tests.Cuda;
using FastGan.Tests.Ops;

namespace FastGan.Tests.Golden;

/// <summary>
/// Three alternating steps of each variant and option against libtorch in double precision: from the same initial weights, minibatches, latents and
/// labels come the same losses, gradients, weights and running statistics. How the golden values are made: README.md.
/// </summary>
[TestClass]
public sealed class ParityTests
{
    /// <summary>Unit roundoff of a float.</summary>
    private const double Unit = 1.0 / (1 << 24);

    public static IEnumerable<object[]> Runs => GoldenRun.Names.Select(name => new object[] { name });

    /// <summary>
    /// In double precision each tensor agrees, by norm, to 1e-9 of itself, a weight to 1e-9 of its change in the step: a wrong update
    /// would hide behind the weights themselves. (Measured: 2e-12, where the three steps' roundings have passed through
    /// batch norms over four samples.) No absolute floor is needed: a sum that cancels altogether, such as the gradient of a critic's
    /// last bias, is 0 on both sides.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void TheReferenceEqualsLibtorch(string name)
    {
        using ReferenceDevice device = new();
        foreach (Comparison c in new GoldenRun(name).Train(device, UpdatesFrom.OwnGradients))
            Assert.AreEqual(0, Accuracy.Distance(c.Actual, c.Golden), 1e-9 * Change(c), c.Name);
    }

    /// <summary>
    /// In single precision, by norm: losses and gradients agree to 1e-5 (measured: 5e-6), some sixty roundings through ten layers forth and
    /// back. A tensor whose sums nearly cancel keeps the roundings of what cancelled, so that one unit roundoff of the whole network's
    /// gradient is added. A weight or running statistic is rounded up to three times a step, itself by a unit roundoff, and its change by
    /// about 1e-5 of it. Adam and RMSProp divide a gradient by its own size, so that where an element is near zero its
    /// rounding would come out as an update of full size; therefore the updates get libtorch's gradients, once the device's are compared.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void TheCpuEqualsLibtorch(string name)
    {
        using CpuDevice device = new(threads: 2);
        EqualsLibtorch(name, device);
    }

    /// <summary>The CUDA backend on the virtual GPU, in single precision: the same bounds.</summary>
    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void CudaEqualsLibtorch(string name) => EqualsLibtorch(name, Gpu.Shared(Precision.Fp32));

    private static void EqualsLibtorch(string name, Device device)
    {
        List<Comparison> compared = new GoldenRun(name).Train(device, UpdatesFrom.GoldenGradients);
        Dictionary<string, double> networks = compared.Where(c => c.Kind == Compared.Gradient)
            .GroupBy(Update).ToDictionary(g => g.Key, g => Accuracy.Norm([.. g.SelectMany(c => c.Golden)]));
        foreach (Comparison c in compared)
        {
            double floor = c.Kind switch
            {
                Compared.Gradient => Unit * networks[Update(c)],
                Compared.Weight => 3 * (c.Step + 1) * Unit * Accuracy.Norm(c.Golden),
                _ => 0,
            };
            Assert.AreEqual(0, Accuracy.Distance(c.Actual, c.Golden), 1e-5 * Change(c) + floor, c.Name);
        }
    }

    /// <summary>The update that a gradient is for: "step0.update1".</summary>
    private static string Update(Comparison gradient) => gradient.Name.Split(".gradient.")[0];

    /// <summary>The norm of what the step changed in a weight; of a loss or gradient itself.</summary>
    private static double Change(Comparison c) => c.Before is null ? Accuracy.Norm(c.Golden) : Accuracy.Distance(c.Golden, c.Before);
}
