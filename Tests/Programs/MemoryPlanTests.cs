using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Programs;

[TestClass]
public sealed class MemoryPlanTests
{
    [TestMethod]
    public void LiveTemporariesNeverOverlap()
    {
        Random random = new(1);
        for (int trial = 0; trial < 300; trial++)
        {
            Tensor[] tensors = [.. Enumerable.Range(0, random.Next(1, 25)).Select(i => Floats($"t{i}", random.Next(1, 200)))];
            Instruction[] program = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Calls(Some(), Some()))];
            Tensor[] Some() => [.. Enumerable.Range(0, random.Next(3)).Select(_ => tensors[random.Next(tensors.Length)])];

            // Every third tensor is no temporary: it has memory of its own and no place in the plan.
            HashSet<Storage> temporaries = [.. tensors.Where((_, i) => i % 3 != 0).Select(t => t.Storage)];
            (Dictionary<Storage, long> places, long bytes) = MemoryPlan.Make(program, temporaries, _ => sizeof(float));

            Dictionary<Storage, int[]> used = tensors.Select(t => t.Storage).ToDictionary(s => s, s => Uses(program, s));
            CollectionAssert.AreEquivalent(temporaries.Where(s => used[s].Length > 0).ToArray(), places.Keys);
            foreach ((Storage a, long at) in places)
            {
                Assert.AreEqual(0, at % Device.Alignment);
                Assert.IsLessThanOrEqualTo(bytes, at + sizeof(float) * a.Count);
                foreach ((Storage b, long bt) in places)
                {
                    bool together = a != b && used[a][0] <= used[b][^1] && used[b][0] <= used[a][^1];
                    Assert.IsFalse(together && at < bt + sizeof(float) * b.Count && bt < at + sizeof(float) * a.Count,
                        $"trial {trial}: {a.Name} and {b.Name} overlap");
                }
            }
        }
    }

    [TestMethod]
    public void AChainNeedsTwoPlaces()
    {
        Tensor[] chain = [.. Enumerable.Range(0, 10).Select(i => Floats($"t{i}", 100))];
        Instruction[] program = [.. chain.Zip(chain.Skip(1), (a, b) => Calls([a], [b]))];
        (_, long bytes) = MemoryPlan.Make(program, chain.Select(t => t.Storage).ToHashSet(), _ => sizeof(float));
        Assert.AreEqual(2 * 448, bytes); // 100 floats, rounded up to whole cache lines
    }

    [TestMethod]
    public void ViewsShareTheirStoragesLife()
    {
        Tensor whole = new("whole", Shape.Matrix(2, 16)), other = Floats("other", 16), last = Floats("last", 16);
        Instruction[] program = [Calls([], [whole.Samples(0, 1)]), Calls([], [other]), Calls([whole.Samples(1, 1), other], [last])];
        HashSet<Storage> temporaries = [whole.Storage, other.Storage, last.Storage];
        (Dictionary<Storage, long> places, _) = MemoryPlan.Make(program, temporaries, _ => sizeof(float));
        Assert.AreEqual(0, places[whole.Storage]);
        Assert.AreEqual(128, places[other.Storage]);
        Assert.AreEqual(192, places[last.Storage]);
    }

    [TestMethod]
    public void APlannedProgramComputesInItsArena()
    {
        using ReferenceDevice device = new();
        Recorder r = new("doubling");
        Tensor x = new("x", Shape.Vector(3)), y = new("y", Shape.Vector(3)), a = r.Temporary("a", x.Shape), b = r.Temporary("b", x.Shape);
        r.Multiply(x, x, a);
        r.Multiply(a, a, b);
        r.Multiply(b, x, y);
        var program = r.Finish();
        device.Allocate(x.Storage);
        device.Allocate(y.Storage);
        program.Plan(device);
        device.Write<double>(x, [1, 2, 3]);
        device.Run(program);
        CollectionAssert.AreEqual((double[])[1, 32, 243], device.Read<double>(y));
        foreach (Tensor t in (Tensor[])[a, b])
            Assert.IsTrue(t.Storage.Address >= program.Arena!.Address && t.Storage.Address < program.Arena.Address + program.ArenaBytes,
                $"{t} lies outside the arena");
        Assert.ThrowsExactly<InvalidOperationException>(() => program.Plan(device));
    }

    private static Tensor Floats(string name, int count) => new(name, Shape.Vector(count));

    private static Instruction Calls(Tensor[] reads, Tensor[] writes) => new("call", "call", reads, writes, 0, _ => { });

    private static int[] Uses(Instruction[] program, Storage storage) =>
        [.. Enumerable.Range(0, program.Length).Where(i => program[i].Reads.Concat(program[i].Writes).Any(t => t.Storage == storage))];
}
