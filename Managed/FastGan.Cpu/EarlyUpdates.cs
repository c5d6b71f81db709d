using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

/// <summary>
/// The updates of a program that weights need not wait for: where nothing reads weights or their gradient between the operation that makes the gradient and the
/// update of the slab, that operation may update them itself, chunk by chunk, while they and their gradient are in the cache.
/// </summary>
internal sealed class EarlyUpdates
{
    private readonly EarlyUpdate?[] _updates;

    public EarlyUpdates(Program program)
    {
        Instruction[] instructions = program.Instructions;
        _updates = new EarlyUpdate?[instructions.Length];
        for (int last = 0; last < instructions.Length; last++)
        {
            if (instructions[last].Update is not { LossScale: null } call)
                continue;
            for (int i = 0; i < last; i++)
            {
                if (MakesGradient(instructions[i], call) && !instructions[(i + 1)..last].Any(between => NeedsTheOld(between, call, instructions[i].Writes[0])))
                    _updates[i] = _updates[last] ??= new EarlyUpdate(call);
            }
        }
    }

    /// <summary>What a filter gradient may do of the update of its weights, and what the update then finds done; null for every other instruction.</summary>
    public EarlyUpdate? this[int instruction] => _updates[instruction];

    private static bool MakesGradient(Instruction i, UpdateCall update) =>
        i.Name == "conv-bwd-filter" && i.Writes[0].Storage == update.Gradients.Storage && !i.Reads.Contains(i.Writes[0]);

    /// <summary>Whether an instruction uses a gradient, its weights or what belongs to them, or changes the rates.</summary>
    private static bool NeedsTheOld(Instruction i, UpdateCall update, Tensor gradient)
    {
        Tensor weights = update.Parameters.Slice(gradient.Offset - update.Gradients.Offset, gradient.Shape);
        return i.Reads.Concat(i.Writes).Any(t => Overlap(t, gradient) || Overlap(t, weights) || Overlap(t, update.State)) || i.Writes.Any(t => Overlap(t, update.Rates));
    }

    private static bool Overlap(Tensor a, Tensor b) => a.Storage == b.Storage && a.Offset < b.Offset + b.Count && b.Offset < a.Offset + a.Count;
}

/// <summary>One update of a slab, parts of which are done early: how far the chunks' gradients are, and the sums of their squares.</summary>
internal sealed class EarlyUpdate
{
    private readonly int[] _missing;

    public EarlyUpdate(UpdateCall call)
    {
        Call = call;
        _missing = new int[CpuWorker<float, Simd1>.Chunks(call.Parameters.Count)];
        Sums = new double[_missing.Length];
        Restart();
    }

    public UpdateCall Call { get; }

    public double[] Sums { get; }

    /// <summary>So much more of a chunk's gradient is there. True for the one worker that made the last of it, whose is the update.</summary>
    public bool Completes(int chunk, int count) => Interlocked.Add(ref _missing[chunk], -count) == 0;

    /// <summary>Whether a chunk's gradient was completed, and the chunk updated.</summary>
    public bool IsDone(int chunk) => _missing[chunk] == 0;

    /// <summary>For the next step: no gradient is there.</summary>
    public void Restart()
    {
        for (int chunk = 0; chunk < _missing.Length; chunk++)
        {
            (int from, _, int to) = CpuWorker<float, Simd1>.Chunk(chunk, Call.Parameters.Count);
            _missing[chunk] = to - from;
        }
    }
}
