using FastGan.Cuda.Api;

namespace FastGan.Cuda;

/// <summary>
/// Page-locked host memory that copies to the device start from. Its two halves are filled in turn: the host waits only when it comes back to
/// a half that the device hasn't read yet, which is some thousand training steps later.
/// </summary>
internal sealed unsafe class Staging : IDisposable
{
    /// <summary>Bytes of one half: the largest piece that can be taken.</summary>
    public const int Largest = 4 << 20;

    private const int Alignment = 64;
    private readonly Driver _driver;
    private readonly nint _stream;
    private readonly nint _memory;
    private readonly nint[] _left = new nint[2];
    private readonly bool[] _used = new bool[2];
    private int _half, _taken;

    public Staging(Driver driver, nint stream)
    {
        (_driver, _stream) = (driver, stream);
        _memory = driver.MemHostAlloc(2 * Largest, HostAllocation.Portable);
        try
        {
            for (int i = 0; i < 2; i++)
                _left[i] = driver.EventCreate(EventKind.DisableTiming);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Memory to fill; the copy from it must be queued before the next call.</summary>
    public byte* Take(int bytes)
    {
        if (_taken + bytes > Largest)
        {
            _driver.EventRecord(_left[_half], _stream);
            _used[_half] = true;
            (_half, _taken) = (1 - _half, 0);
            if (_used[_half])
                _driver.EventSynchronize(_left[_half]);
        }

        byte* place = (byte*)_memory + ((long)_half * Largest) + _taken;
        _taken += (bytes + Alignment - 1) / Alignment * Alignment;
        return place;
    }

    public void Dispose()
    {
        foreach (nint left in _left.Where(e => e != 0))
            Quietly.Do(() => _driver.EventDestroy(left));
        Quietly.Do(() => _driver.MemFreeHost(_memory));
    }
}
