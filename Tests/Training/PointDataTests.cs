using FastGan.Cpu;
using FastGan.Cuda;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tests.Cuda;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>Points in place of images: gathered as they are, part of the digest, and learnt.</summary>
[TestClass]
public sealed class PointDataTests
{
    private static readonly Dataset Points = new("points", 300, [.. Enumerable.Range(0, 600).Select(i => i % 2 == 0 ? i : -0.37f * i)]);

    [TestMethod]
    public void TheDigestCoversThem()
    {
        Assert.AreEqual(new Tensors.Shape(300, 1, 1, 2), Points.Shape);
        Assert.AreEqual(4 * 600, Points.Bytes);
        Assert.AreEqual(new Dataset("other", 300, [.. Points.Points!]).Digest(), Points.Digest());
        foreach (int i in new[] { 0, 599 })
        {
            float[] changed = [.. Points.Points!];
            changed[i] = MathF.BitIncrement(changed[i]);
            Assert.AreNotEqual(Points.Digest(), new Dataset("points", 300, changed).Digest());
        }

        Assert.AreNotEqual(Points.Digest(), new Dataset("points", 150, Points.Points!).Digest());
        Assert.ThrowsExactly<InvalidOperationException>(() => Points.Statistics());
        Assert.ThrowsExactly<ArgumentException>(() => new Dataset("points", 7, Points.Points!));
    }

    [TestMethod]
    public void TheReferenceGathersThem()
    {
        using ReferenceDevice device = new();
        Gathered(device);
    }

    [TestMethod]
    public void TheProcessorGathersThem()
    {
        using CpuDevice device = new(threads: 2);
        Gathered(device);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(0L)]
    public void AGpuGathersThem(long? mostDataBytes)
    {
        VirtualGpu.Require();
        using CudaDevice device = new(Gpu.Options(Precision.Fp32) with { MostDataBytes = mostDataBytes });
        Gathered(device);
    }

    /// <summary>The real half of what the discriminator sees is, to the bit, the points of the minibatch in its order.</summary>
    private static void Gathered(Device device)
    {
        RunConfig config = PointPresets.Make("gan", new DataSpec("points"));
        config = config with { Training = config.Training with { Batch = 32 } };
        using Trainer trainer = new(config, Points, device);
        BatchOrder order = new(config.Training.Seed, Points.Count, 32);
        int gather = Array.FindIndex(trainer.Program.Instructions, i => i.Name == "embed");
        for (int step = 0; step < 12; step++)
        {
            trainer.WriteInputs();
            device.Run(trainer.Program, 0, gather + 1);
            int[] indices = new int[32];
            order.Indices(trainer.StepsDone, indices);
            float[] expected = [.. indices.SelectMany(i => Points.Points!.Skip(2 * i).Take(2))];
            CollectionAssert.AreEqual(expected, device.Read<float>(trainer.Program.Instructions[gather].Writes[0]), $"step {step}");
            trainer.Advance();
        }
    }

    [TestMethod]
    public void EveryPresetTakesSteps()
    {
        using CpuDevice device = new(threads: 1);
        foreach (string preset in PointPresets.Names)
        {
            RunConfig config = PointPresets.Make(preset, new DataSpec("points"));
            config = config with { Training = config.Training with { Batch = 8, Pack = preset == "gan" ? 4 : 1 } };
            using Trainer trainer = new(config, new Dataset("ring", 800, Mixture.Ring.Draw(1, 800)), device);
            for (int i = 0; i < 3; i++)
                Assert.IsTrue(trainer.Step().IsFinite, preset);
            Assert.HasCount(2 * 10, trainer.Sampler.Draw(1, 10));
        }

        string line = Assert.ThrowsExactly<FastGanException>(() => PointPresets.Make("wgan-pg", new DataSpec("points"))).Message;
        Assert.Contains("did you mean 'wgan-gp'?", line);
    }
}
