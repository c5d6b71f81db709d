using System.Runtime.InteropServices;

namespace FastGan.Programs;

/// <summary>
/// Asks Linux for pages of 2 MB. On a virtual machine the first use of each page of 4 KB can cost 10 µs, which for the memory of a run adds up to a good part of its start.
/// </summary>
public static unsafe partial class LargePages
{
    private const int MadviseHugePage = 14;

    private const nuint Fewest = 4 << 20;

    /// <summary>A hint for memory that will be used from end to end. Nothing changes where it isn't taken.</summary>
    public static void Advise(void* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < Fewest)
            return;
        nuint page = (nuint)Environment.SystemPageSize, start = ((nuint)memory + page - 1) / page * page;
        _ = Madvise((void*)start, ((nuint)memory + bytes - start) / page * page, MadviseHugePage);
    }

    /// <inheritdoc cref="Advise(void*, nuint)"/>
    public static void Advise(Span<byte> memory)
    {
        fixed (byte* start = memory)
            Advise(start, (nuint)memory.Length);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* address, nuint length, int advice);
}
