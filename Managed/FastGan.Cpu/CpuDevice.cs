using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastGan.Ops;
using FastGan.Programs;

namespace FastGan.Cpu;

/// <summary>
/// Single precision on the processor's widest vectors, with a team of threads. The results are the same bytes at any number of threads.
/// </summary>
public sealed class CpuDevice : HostDevice<float>
{
    private readonly Team _team;
    private readonly IWorker[] _workers;
    private readonly ConditionalWeakTable<Program, EarlyUpdates> _early = [];
    private Program? _program;
    private EarlyUpdates? _updates;
    private int _first, _end;

    /// <param name="threads">0 takes one a processor.</param>
    public CpuDevice(int threads = 0)
    {
        Threads = threads > 0 ? threads : Environment.ProcessorCount;
        _team = new Team(Threads, Walk);
        _workers = [.. Enumerable.Range(0, Threads).Select(i => Worker(_team, i))];
    }

    public int Threads { get; }

    /// <summary>Bits of the vectors in use: 512, 256 or 128.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    public override string Description => $"cpu, {Threads} thread{(Threads == 1 ? "" : "s")}, {VectorBits}-bit vectors";

    public override void Run(Program program, int first, int end)
    {
        // One by one, operations do no more than they say.
        _updates = first == 0 && end == program.Instructions.Length ? _early.GetValue(program, static p => new EarlyUpdates(p)) : null;
        (_program, _first, _end) = (program, first, end);
        _team.Run();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _team.Dispose();
        base.Dispose(disposing);
    }

    private static IWorker Worker(Team team, int index) => VectorBits switch
    {
        512 => new CpuWorker<Vector512<float>, Simd512>(team, index),
        256 => new CpuWorker<Vector256<float>, Simd256>(team, index),
        _ => new CpuWorker<Vector128<float>, Simd128>(team, index),
    };

    private void Walk(int index)
    {
        Instruction[] instructions = _program!.Instructions;
        IWorker worker = _workers[index];
        for (int i = _first; i < _end; i++)
        {
            worker.Early = _updates?[i];
            instructions[i].Run(worker);
            _team.Sync();
        }
    }
}
