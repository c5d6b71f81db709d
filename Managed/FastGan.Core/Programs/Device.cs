using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>Gives storages memory, moves numbers in and out, and runs programs.</summary>
public abstract class Device : IDisposable
{
    /// <summary>Starts every storage on a cache line (and on what wide loads of any backend want).</summary>
    public const int Alignment = 64;

    /// <summary>One line that says what computes: "cpu, 2 threads, 512-bit vectors".</summary>
    public abstract string Description { get; }

    public virtual Precision Precision => Precision.Fp32;

    /// <summary>Whether it only stands in for another device, for tests: its speed means nothing, and is never reported.</summary>
    public virtual bool IsVirtual => false;

    /// <summary>
    /// Floating-point operations that a training step does in a second on such a device, roughly: for what weighs the host's work against the device's and
    /// must not depend on a clock.
    /// </summary>
    public virtual double TypicalFlops => 1e11;

    /// <summary>Bytes of one element.</summary>
    public abstract int SizeOf(Element element);

    /// <summary>Whether a data set of this size may be kept on the device beside everything else.</summary>
    public virtual bool HasRoomForData(long bytes) => true;

    /// <summary>The kernels and library calls that an instruction is, where the device can tell. Runs it.</summary>
    public virtual IReadOnlyList<string> CallsOf(Program program, int instruction) => [];

    /// <summary>Gives a storage zeroed memory of its own.</summary>
    public abstract void Allocate(Storage storage);

    /// <summary>
    /// Gives a tensor's storage these bytes for good: where the device's memory is the process's own the array itself, which must not change until the storage is
    /// freed; elsewhere a copy.
    /// </summary>
    public virtual void Hold(Tensor tensor, byte[] values)
    {
        Allocate(tensor.Storage);
        Write(tensor, values);
    }

    /// <summary>Gives back what the storage was allocated or holds.</summary>
    public abstract void Free(Storage storage);

    /// <summary>Sets a tensor to zero.</summary>
    public abstract void Clear(Tensor tensor);

    /// <summary>Copies numbers in, converting them to the storage's element. The length must be the tensor's count.</summary>
    public abstract void Write<T>(Tensor tensor, ReadOnlySpan<T> values) where T : unmanaged, INumberBase<T>;

    /// <summary>Copies numbers out, converting them. The length must be the tensor's count.</summary>
    public abstract void Read<T>(Tensor tensor, Span<T> values) where T : unmanaged, INumberBase<T>;

    /// <summary>Runs instructions [first, end) of a program whose storages all have memory. Allocates nothing.</summary>
    public abstract void Run(Program program, int first, int end);

    public void Run(Program program) => Run(program, 0, program.Instructions.Length);

    /// <summary>Runs instructions [first, end) and waits for them.</summary>
    /// <returns>Seconds that they took on the device.</returns>
    public virtual double Time(Program program, int first, int end)
    {
        long start = Stopwatch.GetTimestamp();
        Run(program, first, end);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public double Time(Program program) => Time(program, 0, program.Instructions.Length);

    public T[] Read<T>(Tensor tensor) where T : unmanaged, INumberBase<T>
    {
        T[] values = new T[tensor.Count];
        Read(tensor, values.AsSpan());
        return values;
    }

    public void Write<T>(Tensor tensor, T[] values) where T : unmanaged, INumberBase<T> => Write(tensor, (ReadOnlySpan<T>)values);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    protected static void CheckLength(Tensor tensor, int length)
    {
        if (length != tensor.Count)
            throw new ArgumentException($"{tensor} has {tensor.Count} elements, {length} given");
    }

    /// <summary>Numbers of one type as another; fractions are cut off where the other has none.</summary>
    protected static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            MemoryMarshal.Cast<TFrom, TTo>(from).CopyTo(to);
            return;
        }

        for (int i = 0; i < from.Length; i++)
            to[i] = TTo.CreateTruncating(from[i]);
    }
}
