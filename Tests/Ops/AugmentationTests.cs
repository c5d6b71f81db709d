using FastGan.Cpu;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

[TestClass]
public sealed class AugmentationTests : IDisposable
{
    private readonly CpuDevice _device = new(2);
    private readonly Sandbox _box;

    public AugmentationTests() => _box = new Sandbox(_device);

    public void Dispose() => _device.Dispose();

    /// <summary>⟨Ax − A0, y⟩ = ⟨x, Aᵀy⟩: A0 is the black that moves in. Whole numbers, so that the sums are exact.</summary>
    [TestMethod]
    [DataRow(true, 0)]
    [DataRow(false, 1)]
    [DataRow(true, 2)]
    [DataRow(true, 9)]
    public void BackwardIsTheTranspose(bool flip, int shift)
    {
        Augmentation augmentation = new(flip, shift);
        Shape shape = new(40, 5, 4, 3);
        Tensor key = _box.Ints(5, 6, 7, 8), x = Whole(shape, 1), y = Whole(shape, 2), ax = _box.Empty(shape), a0 = _box.Empty(shape), aty = _box.Empty(shape);
        _box.Ops.Augment(augmentation, 3, key, x, ax);
        _box.Ops.Augment(augmentation, 3, key, _box.Put(shape, new double[shape.Count]), a0);
        _box.Ops.AugmentBackward(augmentation, 3, key, y, aty);
        _box.Run();
        double[] moved = [.. _box.Read(ax).Zip(_box.Read(a0), (a, b) => a - b)];
        Assert.AreNotEqual(0, Product(moved, _box.Read(y)));
        Assert.AreEqual(Product(moved, _box.Read(y)), Product(_box.Read(x), _box.Read(aty)));
    }

    /// <summary>What is at the centre says how far an image moved, and its right neighbour whether it was flipped.</summary>
    [TestMethod]
    [DataRow(true, 2)]
    [DataRow(false, 1)]
    [DataRow(true, 0)]
    public void FlipsHalfAndShiftsEvenly(bool flip, int shift)
    {
        const int N = 10000, Size = 9, Centre = Size / 2;
        Shape shape = new(N, Size, Size, 1);
        Tensor x = _box.Put(shape, [.. Enumerable.Range(0, shape.Count).Select(i => (double)(i % (Size * Size)))]), y = _box.Empty(shape);
        _box.Ops.Augment(new(flip, shift), 3, _box.Ints(5, 6, 7, 8), x, y);
        _box.Run();
        double[] values = _box.Read(y);
        Dictionary<(bool Flipped, int Down, int Right), int> counts = [];
        for (int n = 0; n < N; n++)
        {
            int centre = n * Size * Size + Centre * Size + Centre, from = (int)values[centre];
            (bool, int, int) move = (values[centre + 1] < values[centre], from / Size - Centre, from % Size - Centre);
            counts[move] = counts.GetValueOrDefault(move) + 1;
        }

        int moves = (flip ? 2 : 1) * (2 * shift + 1) * (2 * shift + 1);
        double expected = (double)N / moves, deviation = Math.Sqrt(expected * (1 - 1.0 / moves));
        Assert.HasCount(moves, counts);
        foreach (((bool Flipped, int Down, int Right) move, int count) in counts)
        {
            Assert.IsTrue(Math.Abs(move.Down) <= shift && Math.Abs(move.Right) <= shift, $"{move}");
            Assert.AreEqual(expected, count, 4 * deviation, $"{move}");
        }
    }

    private Tensor Whole(Shape shape, uint stream)
    {
        float[] draws = new float[shape.Count];
        RandomNumbers.Uniform(1, stream, 0, draws);
        return _box.Put(shape, Array.ConvertAll(draws, u => Math.Floor(100.0 * u)));
    }

    private static double Product(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
