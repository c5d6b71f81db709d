using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace FastGan.Cpu;

/// <summary>Asks for memory ahead of its use, where the processor can't see what comes next. Any address will do, one outside a buffer too.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Numbers of a cache line.</summary>
    public const int LineFloats = 64 / sizeof(float);

    /// <summary>A cache line, to the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Near(float* at)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(at);
    }

    /// <summary><paramref name="count"/> numbers, to the first-level cache.</summary>
    public static void Near(float* at, int count)
    {
        for (int i = 0; i < count; i += LineFloats)
            Near(at + i);
    }

    /// <summary>A cache line, to the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Far(void* at)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(at);
    }
}

/// <summary>
/// What is asked for while some tiles of a product are made, so that it is in the second-level cache when its turn comes: in each tile a cache line for each step of the
/// reduction, which takes its time anyway. All sizes in numbers.
/// </summary>
/// <param name="start">The first tile's first line.</param>
/// <param name="step">From a line to the next one of the same tile.</param>
/// <param name="tileStep">From a tile's first line to the next one's.</param>
/// <param name="tiles">Tiles after which there is nothing left to ask for.</param>
internal readonly unsafe struct Ahead(float* start, nint step, nint tileStep, int tiles)
{
    public int Tiles => tiles;

    /// <summary>What is left after some steps of each tile.</summary>
    public Ahead Skip(nint steps) => new(start + steps * step, step, tileStep, tiles);

    /// <summary>What is left after some tiles.</summary>
    public Ahead From(int tile) => new(start + tile * tileStep, step, tileStep, Math.Max(0, tiles - tile));

    /// <summary>What tile i asks for.</summary>
    public Lines this[int i] => i < tiles ? new(start + i * tileStep, step) : default;

    /// <summary>
    /// What lies side by side, in its order: the processor then sees where it goes and runs ahead by itself, three times as fast on a Xeon as it can be asked.
    /// </summary>
    /// <param name="count">Numbers.</param>
    /// <param name="steps">Of the reduction, in each tile.</param>
    public static Ahead Run(float* start, nint count, nint steps)
    {
        nint ofTile = steps * Prefetch.LineFloats;
        return new(start, Prefetch.LineFloats, ofTile, (int)((count + ofTile - 1) / ofTile));
    }
}

/// <summary>Cache lines at equal distances, in numbers; by default none.</summary>
internal readonly unsafe struct Lines(float* first, nint step)
{
    public float* First => first;

    public nint Step => step;
}

/// <summary>
/// What a map asks for beside its work: a few lines with each row of slots, all those of a vector side by side. For the reason see <see cref="Ahead.Run"/>; the pixels
/// and points themselves are in more places than the processor follows.
/// </summary>
/// <param name="first">Of the first vector.</param>
/// <param name="step">Numbers from the lines of a vector to those of the next one.</param>
/// <param name="lines">Of a row of slots.</param>
internal readonly unsafe struct Runs(float* first, nint step, int lines)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(nint vector, int slot)
    {
        float* line = first + vector * step + slot * lines * Prefetch.LineFloats;
        for (int i = 0; i < lines; i++, line += Prefetch.LineFloats)
            Prefetch.Far(line);
    }
}
