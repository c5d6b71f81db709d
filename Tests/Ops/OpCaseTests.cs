using System.Reflection;
using FastGan.Gans;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;
using FastGan.Tests.Training;

namespace FastGan.Tests.Ops;

[TestClass]
public sealed class OpCaseTests
{
    [TestMethod]
    public void TextsAreThoseOfTheTrace()
    {
        foreach (string text in AwkwardCases.All.Concat(AwkwardCases.Scaled).Concat(WorkloadCases.All))
            Assert.AreEqual(text.Replace(" inplace", "", StringComparison.Ordinal), OpCase.Parse(text).Instruction.Text);
    }

    /// <summary>A line of a trace is its own reproducer.</summary>
    [TestMethod]
    [DataRow("gan")]
    [DataRow("dcgan")]
    [DataRow("wgan")]
    [DataRow("cgan")]
    [DataRow("sgan")]
    [DataRow("acgan")]
    [DataRow("infogan")]
    [DataRow("wgan-gp")]
    [DataRow(Small.SpectralGan)]
    [DataRow(Small.PenalisedSgan)]
    public void EveryLineOfATrainingStepIsACase(string preset)
    {
        foreach (Instruction instruction in TrainingStep.Record(new Gan(Small.Config(preset), Small.Data)).Instructions)
        {
            Instruction again = OpCase.Parse(instruction.Text).Instruction;
            Assert.AreEqual(instruction.Text, again.Text);
            Assert.AreEqual(instruction.Flops, again.Flops);
        }
    }

    [TestMethod]
    public void EveryOperationHasACase()
    {
        IOps calls = DispatchProxy.Create<IOps, Calls>();
        foreach (string text in AwkwardCases.All.Concat(AwkwardCases.Scaled))
            OpCase.Parse(text).Instruction.Run(calls);
        HashSet<string> called = ((Calls)calls).Names;
        string[] lacking = [.. typeof(IOps).GetMethods().Select(m => m.Name).Where(m => !called.Contains(m))];
        Assert.IsEmpty(lacking, $"no case calls {string.Join(", ", lacking)}");
    }

    [TestMethod]
    public void EveryUpdateRuleHasACase()
    {
        HashSet<string> names = [.. AwkwardCases.All.Select(text => text.Split(' ')[0])];
        foreach (Type rule in typeof(OptimizerRule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(OptimizerRule))))
        {
            ConstructorInfo make = rule.GetConstructors().Single(c => c.GetParameters().All(p => p.HasDefaultValue));
            string name = $"{make.Invoke([.. make.GetParameters().Select(p => p.DefaultValue)])}";
            Assert.Contains(name, names);
        }
    }

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("convolve n2", "there is no operation 'convolve'")]
    [DataRow("conv n2 h7 w5 c33", "lacks k")]
    [DataRow("conv n2 c3 k4 gelu", "has 'gelu', which conv doesn't take")]
    [DataRow("conv n2 h2 w2 c3 k4 r5 s1 p0", "filter larger than the padded image")]
    [DataRow("bn 2x7x5", "neither NxC nor NxHxWxC")]
    [DataRow("bn 1x5", "has no variance")]
    [DataRow("multiply 2x7 inplace", "has 'inplace'")]
    [DataRow("clip 9", "lacks a number after 'limit'")]
    [DataRow("maxout 3x5 pieces 0", "y has 5 channels, of which 0 is no multiple")]
    [DataRow("norm 99999999999", "not a whole number")]
    public void BadTextIsRefused(string text, string why)
    {
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => OpCase.Parse(text));
        Assert.Contains(why, e.Message);
        Assert.Contains($"'{text}'", e.Message);
    }

    /// <summary>The oracle itself: what accumulates adds exactly what would have been written to what was there.</summary>
    [TestMethod]
    public void ReferenceAccumulates()
    {
        using ReferenceDevice reference = new();
        foreach (string text in AwkwardCases.All.Where(t => t.Contains(" acc", StringComparison.Ordinal)))
        {
            OpCase accumulating = OpCase.Parse(text), overwriting = OpCase.Parse(text.Replace(" acc", "", StringComparison.Ordinal));
            OpRun sum = new(accumulating, reference), part = new(overwriting, reference);
            Tensor[] sums = accumulating.Instruction.Writes, parts = overwriting.Instruction.Writes;
            for (int i = 0; i < sums.Length; i++)
            {
                // dx is overwritten in either mode.
                bool adds = sums[i].Name is not ("dx" or "dy");
                double[] before = accumulating.Operands.Single(o => o.Tensor == sums[i]).Values;
                double[] expected = [.. part.Whole(parts[i]).Zip(before, (p, b) => adds ? p + b : p)];
                Assert.AreEqual(0, Accuracy.Distance(sum.Whole(sums[i]), expected), 1e-12 * Accuracy.Norm(expected), $"{text}: {sums[i]}");
            }
        }
    }

    /// <summary>Notes which operations are called.</summary>
    public class Calls : DispatchProxy
    {
        public HashSet<string> Names { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Names.Add(targetMethod!.Name);
            return null;
        }
    }
}
