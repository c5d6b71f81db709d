using System.Runtime.InteropServices;

namespace FastGan.Cli.Commands;

/// <summary>
/// While it lives, Ctrl-C (SIGINT) and SIGTERM ask training to stop; whichever of them comes next ends the process at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly Action _stopping;
    private int _count;

    /// <param name="stopping">Called at the first signal, on a thread of its own.</param>
    public Interrupts(Action stopping)
    {
        _stopping = stopping;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            Display.Terminal.ShowCursor();
            Environment.Exit(ExitCode.Interrupted);
        }

        _stop.Cancel();
        _stopping();
    }
}
