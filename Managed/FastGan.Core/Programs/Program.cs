using System.Globalization;
using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>One recorded call.</summary>
/// <param name="Name">The operation: "conv", "adam".</param>
/// <param name="Text">Name and sizes as one line: "conv n2 h7 w5 c33 k40 r4 s2 p1 lrelu". Test name, benchmark id and trace text.</param>
/// <param name="Flops">Floating-point operations by direct count, two for a multiply-add.</param>
/// <param name="Run">The call itself, on any backend.</param>
public sealed record Instruction(string Name, string Text, Tensor[] Reads, Tensor[] Writes, long Flops, Action<IOps> Run)
{
    /// <summary>What an update is given, for a device that does parts of it before its turn; null for every other operation.</summary>
    public UpdateCall? Update { get; init; }

    /// <summary>What a filter gradient is the gradient of; null for every other operation.</summary>
    public ConvShape? FilterGradient { get; init; }

    /// <summary>Bytes read and written if every operand crosses memory once.</summary>
    public long Bytes(Device device) => Reads.Concat(Writes).Sum(t => (long)t.Count * device.SizeOf(t.Element));
}

/// <summary>The operands of <see cref="IOps.Update"/>.</summary>
public sealed record UpdateCall(OptimizerRule Rule, Tensor Rates, Tensor Gradients, Tensor? LossScale, Tensor State, Tensor Parameters, Tensor? Norm)
{
    public void Run(IOps ops) => ops.Update(Rule, Rates, Gradients, LossScale, State, Parameters, Norm);
}

/// <summary>
/// A fixed list of calls over fixed memory. Temporaries share one arena, planned when the program is given to a device;
/// every other storage it touches must have memory by the time it runs.
/// </summary>
public sealed class Program
{
    private readonly IReadOnlySet<Storage> _temporaries;

    internal Program(string name, Instruction[] instructions, IReadOnlySet<Storage> temporaries)
    {
        Name = name;
        Instructions = instructions;
        _temporaries = temporaries;
    }

    public string Name { get; }

    public Instruction[] Instructions { get; }

    public long Flops => Instructions.Sum(i => i.Flops);

    /// <summary>The memory of all temporaries; null before <see cref="Plan"/>.</summary>
    public Storage? Arena { get; private set; }

    public long ArenaBytes { get; private set; }

    /// <summary>Plans the arena, allocates it on the device and places every temporary. Once.</summary>
    public void Plan(Device device)
    {
        if (Arena is not null)
            throw new InvalidOperationException($"program '{Name}' is planned already");
        (Dictionary<Storage, long> places, long bytes) = MemoryPlan.Make(Instructions, _temporaries, device.SizeOf);
        if (bytes / sizeof(int) >= int.MaxValue)
            throw new FastGanException($"{Name} needs {bytes / 1e9:F1} GB for what it keeps from one operation to another, and can have 8.5: use a smaller --batch");
        ArenaBytes = bytes;
        Arena = new Storage($"{Name} arena", Element.Int32, (int)Math.Max((bytes + sizeof(int) - 1) / sizeof(int), 1));
        device.Allocate(Arena);
        foreach ((Storage storage, long place) in places)
            storage.Address = Arena.Address + (nint)place;
    }

    /// <summary>A line for each instruction: what, bytes, flops, its operands, and where the device can tell the native calls. Runs the program then.</summary>
    public IEnumerable<string> Trace(Device device)
    {
        int width = Instructions.Max(i => i.Text.Length);
        for (int i = 0; i < Instructions.Length; i++)
        {
            Instruction it = Instructions[i];
            string reads = string.Join(", ", it.Reads.Select(t => t.ToString()));
            string writes = string.Join(", ", it.Writes.Select(t => t.ToString()));
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{i,4}  {it.Text.PadRight(width)}  {it.Bytes(device) / 1e6,9:F3} MB  {it.Flops / 1e6,10:F2} MFLOP  {reads} -> {writes}{(device.CallsOf(this, i) is { Count: > 0 } calls ? $"  by {string.Join(", ", calls)}" : "")}");
        }
    }
}
