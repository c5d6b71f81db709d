using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Programs;

namespace FastGan.Tests.Programs;

/// <summary>
/// What a recorded step costs, counted: the guard against a slower step that no noisy machine can upset. The budgets may only go down;
/// who makes a step cheaper lowers them.
/// </summary>
[TestClass]
public sealed class BudgetTests
{
    /// <param name="published">GFLOP a step of the multiply-adds in dense layers and convolutions alone, as counted for libtorch.</param>
    [TestMethod]
    [DataRow("gan-mlp", 1.02, 50, 1_058_119_744, 2_046_976)]
    [DataRow("dcgan28", 18.9, 45, 19_004_780_224, 52_238_848)]
    [DataRow("dcgan64", 145.6, 76, 146_095_864_576, 165_723_136)]
    [DataRow("wgan28", 34.2, 156, 34_439_363_616, 17_891_840)]
    [DataRow("cgan28", 19.6, 60, 19_679_562_464, 53_896_704)]
    public void AStepStaysWithinItsBudget(string workload, double published, int instructions, long flops, int arenaBytes)
    {
        RunConfig config = Workloads.Config(workload);
        Program step = TrainingStep.Record(new Gan(config, Workloads.RandomData(config)));
        using CpuDevice device = new(threads: 1);
        step.Plan(device);

        long multiplyAdds = step.Instructions.Where(i => i.Name.StartsWith("conv", StringComparison.Ordinal)).Sum(i => i.Flops);
        Assert.AreEqual(published, multiplyAdds / 1e9, 0.006 * published, "GFLOP of dense layers and convolutions");
        Budget("instructions", step.Instructions.Length, instructions);
        Budget("floating-point operations", step.Flops, flops);
        Budget("bytes of the arena", step.ArenaBytes, arenaBytes);
    }

    private static void Budget(string what, long actual, long budget) => Assert.IsLessThanOrEqualTo(budget, actual, what);
}
