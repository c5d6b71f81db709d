using FastGan.Cpu;
using FastGan.Cuda;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Tests.Ops;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Cuda;

/// <summary>
/// Whole training steps of the presets as they are, random numbers, minibatches and updates included, on the virtual GPU and on the processor, in single
/// precision: a step that is called, one that is captured and launched, and one that is launched again. All three start from the same state. The processor's side runs an operation
/// at a time, which leaves every gradient; that its whole step does the same is for <see cref="FastGan.Tests.Cpu.EarlyUpdateTests"/>.
/// wgan-gp isn't among them: within its five critic updates, each divided by the size of one gradient alone (its Adam keeps no mean), roundings grow past any bound that would
/// mean something. The golden values of libtorch compare each of its updates by itself.
/// </summary>
[TestClass]
public sealed class WholeStepTests
{
    private const int Steps = 3;

    /// <summary>Unit roundoff of a float.</summary>
    private const double Unit = 1.0 / (1 << 24);

    /// <summary>
    /// Of everything that a step leaves, by norm, the difference is within 1e-4 of what the step changed, and for what it adds to, such as weights, within
    /// three roundings of that. Measured: 4e-6 for losses, gradients and optimizer states, as in the parity tests, and 4e-5 for a critic after its
    /// fifth update; 5e-5 for weights, since Adam and RMSProp divide a gradient by its own size, which makes the most of the roundings of small ones.
    /// </summary>
    private const double Share = 1e-4;

    /// <summary>
    /// At a jump rounding decides. A weight whose gradient is within rounding of zero may take a full step either
    /// way: one of n weights then makes 2/√n of the change, 4e-3 in these networks. And a ReLU whose input is within rounding of zero may let the
    /// gradient through or not: 1/√16384 of the generator's gradient, 8e-3. (Seen with seed 1: in one step the processor has the reference's gradient to 2e-6
    /// and the GPU is 3e-4 off, in the next the GPU has it and the processor is 8e-3 off.) Of the seeds 1 to 16 two in five have one or the other, for a preset.
    /// So one of six seeds has to agree in everything: a mistake in the arithmetic would show with each, and all six have a jump once in 250 presets.
    /// </summary>
    private const ulong Seeds = 6;

    [TestMethod]
    [DataRow("gan")]
    [DataRow("dcgan")]
    [DataRow("wgan")]
    [DataRow("cgan")]
    [DataRow("sgan")]
    [DataRow("acgan")]
    [DataRow("infogan")]
    [DataRow(Small.PenalisedSgan)]
    public void StepsEqualTheProcessors(string preset)
    {
        List<string> apart = [];
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            if (Apart(preset, seed) is not string difference)
                return;
            apart.Add(difference);
        }

        Assert.Fail(string.Join("; ", apart));
    }

    /// <summary>The first thing that differs by more than its bound; null for nothing.</summary>
    private static string? Apart(string preset, ulong seed)
    {
        RunConfig config = Small.Config(preset);
        config = config with { Training = config.Training with { Seed = seed } };
        using CpuDevice cpu = new(threads: 2);
        using CudaDevice gpu = Gpu.Open(Precision.Fp32);
        using Trainer expected = new(config, Small.Data, cpu), actual = new(config, Small.Data, gpu);
        (Tensor Cpu, Tensor Gpu)[] state = [.. State(expected.Gan).Zip(State(actual.Gan))];
        for (int step = 0; step < Steps; step++)
        {
            double[][] before = [.. state.Select(t => cpu.Read<double>(t.Cpu))];
            for (int i = 0; i < state.Length; i++)
                gpu.Write(state[i].Gpu, before[i]);
            Small.StepByOperations(expected);
            actual.Advance();
            for (int i = 0; i < state.Length; i++)
            {
                string name = state[i].Cpu.Name;
                double[] values = cpu.Read<double>(state[i].Cpu);
                double change = Accuracy.Distance(values, before[i]), apart = Accuracy.Distance(values, gpu.Read<double>(state[i].Gpu));
                bool isOverwritten = state[i].Cpu == expected.Gan.Metrics || name.EndsWith("gradients", StringComparison.Ordinal);
                double bound = isOverwritten ? Share * Accuracy.Norm(values) : Share * change + 3 * Unit * Accuracy.Norm(values);
                Assert.IsGreaterThan(0, change, $"{name}: step {step + 1} changed nothing");

                // So that a NaN is a difference too.
                if (!(apart <= bound))
                    return $"seed {seed}: {name} after step {step + 1} is {apart:g3} apart, {bound:g3} allowed";
            }
        }

        Assert.IsNotNull(gpu.GraphNodes(actual.Program), "the last step was one graph");
        return null;
    }

    /// <summary>What a step changes.</summary>
    private static IEnumerable<Tensor> State(Gan gan) => gan.Persistent.Where(t => t.Element.IsReal() && t != gan.Rates);
}
