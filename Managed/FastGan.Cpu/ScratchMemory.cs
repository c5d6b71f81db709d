using System.Runtime.InteropServices;
using FastGan.Programs;

namespace FastGan.Cpu;

/// <summary>Memory whose content lasts for one operation. It grows on the first run of a program and is then kept.</summary>
internal sealed unsafe class ScratchMemory : IDisposable
{
    private void* _memory;

    public long Bytes { get; private set; }

    /// <summary>At least <paramref name="bytes"/>, aligned to a cache line.</summary>
    public void* Take(long bytes)
    {
        if (bytes > Bytes)
        {
            Dispose();
            _memory = NativeMemory.AlignedAlloc((nuint)bytes, 64);
            LargePages.Advise(_memory, (nuint)bytes);
            Bytes = bytes;
        }

        return _memory;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Bytes = 0;
    }
}
