using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Reference;
using FastGan.Training;

namespace FastGan.Tests.Training;

[TestClass]
public sealed class CheckpointTests
{
    [TestMethod]
    public void TheNewestTwoAreKept()
    {
        using TemporaryFolder folder = new();
        Train(folder, steps: 3);
        Assert.AreEqual("step-000002, step-000003", Names(folder));
    }

    [TestMethod]
    [DataRow("weights.safetensors")]
    [DataRow("optimizer.safetensors")]
    [DataRow("state.json")]
    public void ADamagedOneIsNamedAndTheOneBeforeUsed(string file)
    {
        foreach (Action<string> damage in new Action<string>[] { FlipAByte, CutInHalf, File.Delete, Empty })
        {
            using TemporaryFolder folder = new();
            Train(folder, steps: 2);
            damage(folder[$"step-000002/{file}"]);
            List<string> warnings = [];
            Assert.AreEqual(1, Checkpoint.Open(folder.Path, warnings.Add).Step, damage.Method.Name);
            Assert.HasCount(1, warnings);
            StringAssert.Contains(warnings[0], "step-000002");
            StringAssert.Contains(warnings[0], "using");
        }
    }

    [TestMethod]
    public void AllDamagedIsRefusedWithTheReason()
    {
        using TemporaryFolder folder = new();
        Train(folder, steps: 1);
        FlipAByte(folder["step-000001/weights.safetensors"]);
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => Checkpoint.Open(folder.Path, Assert.Fail));
        StringAssert.Contains(e.Message, "weights.safetensors is damaged");
    }

    [TestMethod]
    public void AForeignFolderIsRefused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["notes.txt"], "no run");
        StringAssert.Contains(Assert.ThrowsExactly<FastGanException>(() => Checkpoint.Open(folder.Path, Assert.Fail)).Message, "holds no checkpoint");
        StringAssert.Contains(Assert.ThrowsExactly<FastGanException>(() => Checkpoint.Open(folder["nowhere"], Assert.Fail)).Message, "doesn't exist");
    }

    [TestMethod]
    public void AnotherVersionIsRefused()
    {
        using TemporaryFolder folder = new();
        Train(folder, steps: 1);
        string file = folder["step-000001/state.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"version\": 1", "\"version\": 99", StringComparison.Ordinal));
        StringAssert.Contains(Assert.ThrowsExactly<FastGanException>(() => Checkpoint.Open(folder.Path, Assert.Fail)).Message, "version 99");
    }

    [TestMethod]
    public void AnotherArchitectureIsRefusedByTensor()
    {
        using TemporaryFolder folder = new();
        Train(folder, steps: 1);
        RunConfig other = Small.Config("gan");
        NetSpec wider = other.Model.Discriminator with { Layers = [new DenseLayer(33), new LeakyReluLayer(), new DenseLayer(1)] };
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(other with { Model = other.Model with { Discriminator = wider } }, Small.Data, device);
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => Checkpoint.Open(folder.Path, Assert.Fail).Restore(trainer));
        StringAssert.Contains(e.Message, "discriminator.0.dense.weight");
        StringAssert.Contains(e.Message, "another architecture");
    }

    [TestMethod]
    public void TheSamplerOfACheckpointDrawsWhatTheTrainerDrew()
    {
        foreach (double? ema in new double?[] { null, 0.9 })
        {
            using TemporaryFolder folder = new();
            using CpuDevice device = new(threads: 1);
            using Trainer trainer = new(Small.Config("cgan", ema: ema), Small.Data, device);
            trainer.Step();
            Checkpoint.Save(trainer, folder.Path);
            using Sampler sampler = Checkpoint.Open(folder.Path, Assert.Fail).OpenSampler(device);
            CollectionAssert.AreEqual(trainer.Sampler.Draw(5, 3, [1, 2, 3]), sampler.Draw(5, 3, [1, 2, 3]));
        }
    }

    [TestMethod]
    public void ASampleDoesNotDependOnTheOthers()
    {
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config("dcgan"), Small.Data, device);
        float[] few = trainer.Sampler.Draw(5, 2), many = trainer.Sampler.Draw(5, 70);
        CollectionAssert.AreEqual(few, many[..few.Length]);
    }

    [TestMethod]
    public void MovesBetweenDevices()
    {
        using TemporaryFolder folder = new();
        using CpuDevice cpu = new(threads: 1);
        using ReferenceDevice reference = new();
        using Trainer first = new(Small.Config("gan"), Small.Data, cpu), second = new(Small.Config("gan"), Small.Data, reference);
        first.Step();
        Checkpoint.Save(first, folder["cpu"]);
        Checkpoint.Open(folder["cpu"], Assert.Fail).Restore(second);
        CollectionAssert.AreEqual(cpu.Read<float>(first.Gan.Generator.Weights), reference.Read<float>(second.Gan.Generator.Weights));
        second.Step();
        Checkpoint.Save(second, folder["reference"]);
        Checkpoint.Open(folder["reference"], Assert.Fail).Restore(first);
        Assert.AreEqual(2, first.StepsDone);
        CollectionAssert.AreEqual(reference.Read<float>(second.Gan.Discriminator.Weights), cpu.Read<float>(first.Gan.Discriminator.Weights));
    }

    private static void Train(TemporaryFolder folder, int steps)
    {
        using CpuDevice device = new(threads: 1);
        using Trainer trainer = new(Small.Config("gan"), Small.Data, device);
        for (int i = 0; i < steps; i++)
        {
            trainer.Step();
            Checkpoint.Save(trainer, folder.Path);
        }
    }

    private static string Names(TemporaryFolder folder) =>
        string.Join(", ", Directory.EnumerateFileSystemEntries(folder.Path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal));

    private static void FlipAByte(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length * 3 / 4] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    private static void CutInHalf(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..(int)(new FileInfo(path).Length / 2)]);

    private static void Empty(string path) => File.WriteAllBytes(path, []);
}
