using FastGan.Programs;

namespace FastGan.Reference;

/// <summary>
/// Double precision, nested loops, one thread: what every other backend is measured against. It shares no arithmetic with them.
/// </summary>
public sealed class ReferenceDevice : HostDevice<double>
{
    private readonly ReferenceOps _ops = new();

    public override string Description => "reference, double precision, 1 thread";

    public override void Run(Program program, int first, int end)
    {
        for (int i = first; i < end; i++)
            program.Instructions[i].Run(_ops);
    }
}
