using System.Runtime.CompilerServices;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

/// <summary>The operations as one thread does them, and what it is told beside their operands.</summary>
internal interface IWorker : IOps
{
    /// <summary>The part of an update that the next operation does; null for none.</summary>
    EarlyPart? Early { set; }
}

/// <summary>
/// One thread's part of every operation. Each method does this worker's share, and meets the others where that needs theirs; at an operation's end the device lets all meet.
/// Every sum has a fixed order, and where work is cut, or who does it, doesn't matter to any, so that neither the number of threads nor their speed can change a result.
/// </summary>
internal sealed unsafe partial class CpuWorker<V, S>(Team team, int index) : IWorker
    where V : struct
    where S : struct, ISimd<V>
{
    public EarlyPart? Early { private get; set; }

    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => S.Width;
    }

    private static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));

    private static float* Reals(Tensor t) => (float*)t.Storage.Address + t.Offset;

    private static int* Ints(Tensor t) => (int*)t.Storage.Address + t.Offset;

    private static byte* Bytes(Tensor t) => (byte*)t.Storage.Address + t.Offset;

    /// <summary>
    /// [0, count) cut at multiples of <paramref name="grain"/>, of which this worker gets as much as it has time for, at most so many grains at a time. For large work of
    /// which any worker may do any part; <see cref="Share(int, int)"/> costs less, and says beforehand who does what.
    /// </summary>
    private Pieces Deal(int count, int grain, int most)
    {
        int grains = (count + grain - 1) / grain, times = 1 + grains / SharedLoops.Most;
        return new(team.Loop(index, (grains + times - 1) / times, Math.Max(1, most / times)), count, grain * times);
    }

    /// <summary>A worker's pieces of a range.</summary>
    private readonly struct Pieces(SharedLoop loop, int count, int grain)
    {
        public bool Next(out int from, out int to)
        {
            bool any = loop.Next(out from, out to);
            (from, to) = (from * grain, Math.Min(to * grain, count));
            return any;
        }
    }

    /// <summary>This worker's part of [0, count), cut at multiples of <paramref name="grain"/>: contiguous, and even to one grain.</summary>
    private (int From, int To) Share(int count, int grain = 1) => Share(count, grain, index, team.Size);

    /// <summary>One of several such parts.</summary>
    private static (int From, int To) Share(int count, int grain, int part, int parts)
    {
        long grains = (count + grain - 1) / grain;
        int from = (int)(grains * part / parts) * grain, to = (int)(grains * (part + 1) / parts) * grain;
        return (Math.Min(from, count), Math.Min(to, count));
    }

    /// <summary>
    /// This worker's part of [0, count) in vectors: [From, Whole) in whole ones, [Whole, To) what is left over at the very end,
    /// for <see cref="CpuWorker{V, S}"/> of one lane.
    /// </summary>
    private (int From, int Whole, int To) ShareVectors(int count)
    {
        (int from, int to) = Share(count, Width);
        return (from, to - (to - from) % Width, to);
    }
}
