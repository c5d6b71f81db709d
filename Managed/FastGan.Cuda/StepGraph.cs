using FastGan.Cuda.Api;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

/// <summary>A program captured as one graph: a step is one launch.</summary>
internal sealed class StepGraph(Session session, Program program) : IDisposable
{
    private readonly HashSet<Storage> _storages =
        [.. program.Instructions.SelectMany(i => i.Reads.Concat(i.Writes)).Select(t => t.Storage).Concat(program.Arena is null ? [] : [program.Arena])];

    private nint _executable;

    public bool IsCaptured => _executable != 0;

    /// <summary>Kernels, copies and fills of one launch.</summary>
    public int Nodes { get; private set; }

    /// <summary>Whether the graph holds addresses of this storage.</summary>
    public bool Uses(Storage storage) => _storages.Contains(storage);

    /// <summary>Captures what <paramref name="issue"/> queues, which is not run.</summary>
    public void Capture(Action issue)
    {
        Driver driver = session.Driver;
        // An embedding program's other threads may go on allocating.
        driver.StreamBeginCapture(session.Stream, CaptureMode.ThreadLocal);
        nint graph = 0;
        try
        {
            issue();
        }
        catch
        {
            // Ends the capture, whatever became of it.
            Quietly.Do(() => graph = driver.StreamEndCapture(session.Stream));
            if (graph != 0)
                Quietly.Do(() => driver.GraphDestroy(graph));
            throw;
        }

        graph = driver.StreamEndCapture(session.Stream);
        try
        {
            Nodes = driver.GraphGetNodes(graph);
            _executable = driver.GraphInstantiateWithFlags(graph, 0);
            driver.GraphUpload(_executable, session.Stream);
        }
        finally
        {
            Quietly.Do(() => driver.GraphDestroy(graph));
        }
    }

    public void Launch() => session.Driver.GraphLaunch(_executable, session.Stream);

    public void Dispose()
    {
        if (_executable == 0)
            return;

        // It may be running.
        Quietly.Do(() => session.Driver.StreamSynchronize(session.Stream));
        Quietly.Do(() => session.Driver.GraphExecDestroy(_executable));
        _executable = 0;
    }
}
