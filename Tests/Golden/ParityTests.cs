using FastGan.Reference;

namespace FastGan.Tests.Golden;

/// <summary>
/// Three alternating steps of each variant against libtorch in double precision: from the same initial weights, minibatches, latents and
/// labels come the same losses, gradients, weights and running statistics. How the golden values are made: README.md.
/// </summary>
[TestClass]
public sealed class ParityTests
{
    /// <summary>
    /// In double precision each tensor agrees to 1e-9 of its largest element, a weight to 1e-9 of the most that its tensor changed in the
    /// step: a wrong update would hide behind the weights themselves. (Measured: 2e-12, where the three steps' roundings have passed through
    /// batch norms over four samples.) No absolute floor is needed: a sum that cancels altogether, such as the gradient of a critic's
    /// last bias, is 0 on both sides.
    /// </summary>
    [TestMethod]
    [DataRow("gan")]
    [DataRow("dcgan")]
    [DataRow("wgan")]
    [DataRow("cgan")]
    public void TheReferenceEqualsLibtorch(string preset)
    {
        using ReferenceDevice device = new();
        foreach (Comparison c in new GoldenRun(preset).Train(device))
        {
            double scale = c.Golden.Zip(c.Before ?? new double[c.Golden.Length], (after, before) => Math.Abs(after - before)).Max();
            double error = c.Golden.Zip(c.Actual, (golden, actual) => Math.Abs(golden - actual)).Max();
            Assert.IsLessThanOrEqualTo(1e-9 * scale, error, c.Name);
        }
    }
}
