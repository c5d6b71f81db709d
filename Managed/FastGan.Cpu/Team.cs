using System.Runtime.InteropServices;

namespace FastGan.Cpu;

/// <summary>
/// The threads of a device, and where they meet. All of them walk the same program side by side: each does its share of every
/// operation, and <see cref="Sync"/> holds it until all have. Between runs the threads spin for a moment, then park.
/// </summary>
internal sealed unsafe class Team : IDisposable
{
    private const int SpinsBeforePark = 2000;
    private readonly Thread[] _threads;
    private readonly Action<int> _run;
    private readonly Lock _gate = new();
    private readonly object _wake = new();
    private volatile int _runs;
    private volatile bool _stop;
    private volatile Exception? _failure;
    private volatile int _arrivals;
    private volatile int _phase;
    private nint _scratch;
    private long _scratchBytes;

    /// <param name="size">Threads, the calling one included.</param>
    /// <param name="run">What member i does in a run.</param>
    public Team(int size, Action<int> run)
    {
        Size = size;
        _run = run;
        _threads = [.. Enumerable.Range(1, size - 1).Select(Start)];
    }

    public int Size { get; }

    /// <summary>Runs every member once; returns when all are done. An exception of any member is thrown here.</summary>
    public void Run()
    {
        lock (_gate)
        {
            _failure = null;
            _arrivals = 0;
            if (Size > 1)
            {
                lock (_wake)
                {
                    _runs++;
                    Monitor.PulseAll(_wake);
                }
            }

            Member(0);
            if (_failure is { } failure)
                throw new InvalidOperationException($"a worker thread failed: {failure.Message}", failure);
        }
    }

    /// <summary>Waits until every member is here. What they wrote before is visible after.</summary>
    public void Sync()
    {
        if (Size == 1)
            return;
        int phase = _phase;
        if (Interlocked.Increment(ref _arrivals) == Size)
        {
            _arrivals = 0;
            _phase = phase + 1;
            return;
        }

        SpinWait spin = default;
        while (_phase == phase)
        {
            if (_failure is not null)
                throw new OperationCanceledException("another worker thread failed");
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>
    /// Memory that all members share within one operation, at least <paramref name="bytes"/> long, aligned to a cache line. Every member calls
    /// it, with the same size. It grows on the first run of a program and is then kept.
    /// </summary>
    public void* Scratch(long bytes)
    {
        if (bytes > Volatile.Read(ref _scratchBytes))
        {
            Sync();
            lock (_wake)
            {
                if (bytes > _scratchBytes)
                {
                    NativeMemory.AlignedFree((void*)_scratch);
                    _scratch = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);
                    Volatile.Write(ref _scratchBytes, bytes);
                }
            }

            Sync();
        }

        return (void*)_scratch;
    }

    public void Dispose()
    {
        _stop = true;
        lock (_wake)
        {
            _runs++;
            Monitor.PulseAll(_wake);
        }

        foreach (Thread thread in _threads)
            thread.Join();
        NativeMemory.AlignedFree((void*)_scratch);
        (_scratch, _scratchBytes) = (0, 0);
    }

    private Thread Start(int index)
    {
        Thread thread = new(() => Loop(index)) { IsBackground = true, Name = $"fastgan {index}" };
        thread.Start();
        return thread;
    }

    private void Loop(int index)
    {
        int seen = 0;
        while (true)
        {
            SpinWait spin = default;
            while (_runs == seen && spin.Count < SpinsBeforePark)
                spin.SpinOnce(sleep1Threshold: -1);
            lock (_wake)
            {
                while (_runs == seen)
                    Monitor.Wait(_wake);
            }

            seen++;
            if (_stop)
                return;
            Member(index);
        }
    }

    private void Member(int index)
    {
        try
        {
            _run(index);
            Sync();
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
        }
#pragma warning disable CA1031 // Whatever went wrong on a worker is rethrown by Run, on the caller's thread.
        catch (Exception e)
        {
            _failure ??= e;
        }
#pragma warning restore CA1031
    }
}
