using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

/// <summary>
/// The updates of a program that weights need not wait for: where nothing reads weights or their gradient between the operation that makes the gradient and the
/// update of the slab, that operation updates them itself, row by row, and their gradient needs no memory.
/// </summary>
internal sealed class EarlyUpdates
{
    private readonly EarlyPart?[] _parts;

    public EarlyUpdates(Program program)
    {
        Instruction[] instructions = program.Instructions;
        _parts = new EarlyPart?[instructions.Length];
        for (int last = 0; last < instructions.Length; last++)
        {
            if (instructions[last].Update is not { LossScale: null } call)
                continue;
            int[] early = [.. Enumerable.Range(0, last).Where(i =>
                MakesRows(instructions[i], call) && !instructions[(i + 1)..last].Any(between => NeedsTheOld(between, call, instructions[i].Writes[0])))];
            if (early.Length == 0)
                continue;
            EarlyUpdate update = new(call, [.. early.Select(i => instructions[i].Writes[0])]);
            _parts[last] = new(update, 0);
            for (int part = 0; part < early.Length; part++)
                _parts[early[part]] = new(update, update.FirstSums[part]);
        }
    }

    /// <summary>What a filter gradient does of the update of its weights, or what is left for the update; null for every other instruction.</summary>
    public EarlyPart? this[int instruction] => _parts[instruction];

    private static bool MakesRows(Instruction i, UpdateCall update) =>
        i.FilterGradient is { } g && CpuWorker<float, Simd1>.MakesRows(g) && i.Writes[0].Storage == update.Gradients.Storage && !i.Reads.Contains(i.Writes[0]);

    /// <summary>Whether an instruction uses a gradient, its weights or what belongs to them, or changes the rates.</summary>
    private static bool NeedsTheOld(Instruction i, UpdateCall update, Tensor gradient)
    {
        Tensor weights = update.Parameters.Slice(gradient.Offset - update.Gradients.Offset, gradient.Shape);
        return i.Reads.Concat(i.Writes).Any(t => Overlap(t, gradient) || Overlap(t, weights) || Overlap(t, update.State)) || i.Writes.Any(t => Overlap(t, update.Rates));
    }

    private static bool Overlap(Tensor a, Tensor b) => a.Storage == b.Storage && a.Offset < b.Offset + b.Count && b.Offset < a.Offset + a.Count;
}

/// <summary>A part of an update.</summary>
/// <param name="FirstSum">Where the part's sums of squares begin.</param>
internal sealed record EarlyPart(EarlyUpdate Update, int FirstSum);

/// <summary>One update of a slab, of which the gradients' operations do all they can.</summary>
internal sealed class EarlyUpdate
{
    /// <param name="early">The gradients whose operations do their part.</param>
    public EarlyUpdate(UpdateCall call, Tensor[] early)
    {
        Call = call;
        List<(int, int)> rest = [];
        int done = 0;
        foreach (Tensor gradient in early.OrderBy(t => t.Offset))
        {
            int from = gradient.Offset - call.Gradients.Offset;
            rest.AddRange(CpuWorker<float, Simd1>.Chunks(done, from));
            done = from + gradient.Count;
        }

        Rest = [.. rest, .. CpuWorker<float, Simd1>.Chunks(done, call.Gradients.Count)];
        FirstSums = new int[early.Length];
        int sums = Rest.Length;
        for (int i = 0; i < early.Length; i++)
        {
            FirstSums[i] = sums;
            sums += CpuWorker<float, Simd1>.Strips(early[i]);
        }

        Sums = new double[sums];
    }

    public UpdateCall Call { get; }

    /// <summary>What is left for the update itself, in chunks, whose sums come first.</summary>
    public (int From, int To)[] Rest { get; }

    /// <summary>Where the sums of each gradient's strips of rows begin.</summary>
    public int[] FirstSums { get; }

    /// <summary>Σ g² of every chunk and strip.</summary>
    public double[] Sums { get; }
}
