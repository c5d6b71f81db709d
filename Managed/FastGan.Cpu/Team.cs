namespace FastGan.Cpu;

/// <summary>
/// The threads of a device, and where they meet. All of them walk the same program side by side: each does its share of every
/// operation, and <see cref="Sync"/> holds it until all have. Between runs the threads spin for a moment, then sleep.
/// One thread at a time may run or dispose a team.
/// </summary>
internal sealed unsafe class Team : IDisposable
{
    /// <summary>
    /// Pauses before a waiting thread starts to yield its processor (about 10 µs: longer ones cost dearly where other processes leave two
    /// members one processor), and yields before it sleeps (about 1 ms).
    /// </summary>
    private const int Pauses = 300, Yields = 2000;

    private readonly Thread[] _threads;
    private readonly Action<int> _work;
    private readonly object _sleepers = new();

    /// <summary>None where the threads outnumber the processors: the one waited for may need this one's.</summary>
    private readonly int _pauses;
    private volatile int _runs;
    private volatile int _phase;
    private volatile bool _stop;
    private volatile Exception? _failure;
    private int _arrived;
    private int _finished;
    private readonly SharedLoops _loops;
    private readonly ScratchMemory _shared = new();
    private readonly ScratchMemory[] _own;

    /// <param name="size">Threads, the one that calls <see cref="Run"/> included.</param>
    /// <param name="work">What member i does in a run.</param>
    public Team(int size, Action<int> work)
    {
        Size = size;
        _work = work;
        _pauses = size <= Environment.ProcessorCount ? Pauses : 0;
        _loops = new SharedLoops(size);
        _own = [.. Enumerable.Range(0, size).Select(_ => new ScratchMemory())];
        _threads = [.. Enumerable.Range(1, size - 1).Select(Start)];
    }

    public int Size { get; }

    /// <summary>Runs every member once; returns when all have ended. The first exception of a member is thrown here.</summary>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_stop, this);
        if (_failure is not null)
            _loops.Align();
        (_failure, _arrived, _finished) = (null, 0, 0);
        Wake();
        Member(0);
        for (int waits = 0; Volatile.Read(ref _finished) < Size; waits++)
            Wait(waits);
        if (_failure is { } failure)
            throw new InvalidOperationException($"a worker thread failed: {failure.Message}", failure);
    }

    /// <summary>Waits until every member is here. What they wrote before is visible after.</summary>
    public void Sync()
    {
        int phase = _phase;
        if (Interlocked.Increment(ref _arrived) == Size)
        {
            _arrived = 0;
            _phase = phase + 1;
            return;
        }

        for (int waits = 0; _phase == phase; waits++)
        {
            if (_failure is not null)
                throw new OperationCanceledException("another worker thread failed");
            Wait(waits);
        }
    }

    /// <summary>A member's next <see cref="SharedLoops"/>, of so many iterations, at most so many at a time. What others did in it is there after the next <see cref="Sync"/>.</summary>
    public SharedLoop Loop(int member, int count, int most) => _loops.Begin(member, count, most);

    /// <summary>
    /// Memory that all members share within one operation, at least <paramref name="bytes"/> long, aligned to a cache line. Every
    /// member calls it, with the same size. It grows on the first run of a program and is then kept.
    /// </summary>
    public void* Scratch(long bytes)
    {
        if (bytes > _shared.Bytes)
        {
            // Nobody may replace it before everyone has compared, nor use it before someone has replaced it.
            Sync();
            lock (_sleepers)
                _shared.Take(bytes);
            Sync();
        }

        return _shared.Take(bytes);
    }

    /// <summary>
    /// Memory for one member alone within one operation, always the same: what another processor has written last is dear to write.
    /// </summary>
    public void* OwnScratch(int member, long bytes) => _own[member].Take(bytes);

    public void Dispose()
    {
        _stop = true;
        Wake();
        foreach (Thread thread in _threads)
            thread.Join();
        _shared.Dispose();
        foreach (ScratchMemory own in _own)
            own.Dispose();
    }

    private Thread Start(int index)
    {
        Thread thread = new(() => Loop(index)) { IsBackground = true, Name = $"fastgan {index}" };
        thread.Start();
        return thread;
    }

    private void Loop(int index)
    {
        for (int seen = 0; ; seen++)
        {
            for (int waits = 0; _runs == seen && waits < _pauses + Yields; waits++)
                Wait(waits);
            if (_runs == seen)
            {
                lock (_sleepers)
                {
                    while (_runs == seen)
                        Monitor.Wait(_sleepers);
                }
            }

            if (_stop)
                return;
            Member(index);
        }
    }

    private void Member(int index)
    {
        try
        {
            _work(index);
        }
#pragma warning disable CA1031 // Whatever went wrong on a worker is rethrown by Run, on the caller's thread.
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
#pragma warning restore CA1031
        Interlocked.Increment(ref _finished);
    }

    private void Wake()
    {
        lock (_sleepers)
        {
            _runs++;
            Monitor.PulseAll(_sleepers);
        }
    }

    private void Wait(int waits)
    {
        if (waits < _pauses)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }
}
