using FastGan.Cuda.Api;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

/// <summary>The operations as native calls, queued on the session's stream. Nothing is allocated once an operation was seen.</summary>
internal sealed unsafe partial class CudaOps(Session session) : IOps, IDisposable
{
    private const int Block = 256, MostBlocks = 2048, VectorBytes = 16;
    private readonly int _pack = session.IsHalf ? VectorBytes / sizeof(ushort) : VectorBytes / sizeof(float);

    /// <summary>Bytes of a number in working precision.</summary>
    private int RealSize => session.IsHalf ? sizeof(ushort) : sizeof(float);

    public void Dispose()
    {
        _convolutions.Dispose();
        _norms.Dispose();
    }

    /// <summary>From a parameter slab's start to its copy in half precision.</summary>
    public static nuint CopyOffset(Storage storage) => ((nuint)storage.Count * sizeof(float) + 255) / 256 * 256;

    /// <summary>First element, as <see cref="Element"/> says it is kept: for a parameter the single-precision number.</summary>
    public ulong Address(Tensor tensor)
    {
        if (tensor.Storage.Address == 0)
            throw new InvalidOperationException($"{tensor} has no memory on this device");
        int size = tensor.Element switch
        {
            Element.Real => RealSize,
            Element.Byte => sizeof(byte),
            _ => sizeof(float),
        };
        return (ulong)tensor.Storage.Address + (ulong)tensor.Offset * (ulong)size;
    }

    /// <summary>First element in working precision: for a parameter its copy.</summary>
    public ulong Working(Tensor tensor)
    {
        if (!session.IsHalf || tensor.Element == Element.Real)
            return Address(tensor);
        if (tensor.Element != Element.Weight)
            throw new ArgumentException($"{tensor} is kept in single precision alone");
        return Address(tensor) - (ulong)tensor.Offset * sizeof(float) + CopyOffset(tensor.Storage) + (ulong)tensor.Offset * sizeof(ushort);
    }

    /// <summary>First element in single precision.</summary>
    private ulong Full(Tensor tensor) => tensor.Element == Element.Real && session.IsHalf
        ? throw new ArgumentException($"{tensor} is kept in half precision")
        : Address(tensor);

    private ulong FullOrNull(Tensor? tensor) => tensor is null ? 0 : Full(tensor);

    /// <summary>The copy in half precision that a change of parameters must renew; null where there is none.</summary>
    private ulong CopyOrNull(Tensor tensor) => session.IsHalf && tensor.Element == Element.Weight ? Working(tensor) : 0;

    /// <summary>1 where runs of this many elements, at these addresses, can be read and written 16 bytes at a time.</summary>
    private int Vector(int run, params ReadOnlySpan<ulong> addresses)
    {
        if (run % _pack != 0)
            return 0;
        foreach (ulong address in addresses)
        {
            if (address % VectorBytes != 0)
                return 0;
        }

        return 1;
    }

    private static ActivationParam Param(Activation act) => new() { kind = (int)act.Kind, slope = (float)act.Slope };

    private static int Flag(Write mode) => mode == Write.Accumulate ? 1 : 0;

    /// <summary>Launches a kernel that walks over <paramref name="count"/> elements.</summary>
    private void Each<T>(Kernel kernel, int count, int vector, in T parameters) where T : unmanaged
    {
        int threads = vector == 1 ? (count + _pack - 1) / _pack : count;
        Launch(kernel, Math.Clamp((threads + Block - 1) / Block, 1, MostBlocks), 1, parameters);
    }

    /// <summary>Blocks of a kernel that sums up <paramref name="count"/> elements: by the sizes alone, so that the order of additions is the same on every GPU.</summary>
    private int SumBlocks(int count, int vector)
    {
        const int MostPartials = 512, RunsOfThread = 4;
        return Math.Clamp((vector == 1 ? count / _pack : count) / (Block * RunsOfThread), 1, MostPartials);
    }

    private void Launch<T>(Kernel kernel, int blocks, int rows, in T parameters) where T : unmanaged
    {
        Flush();
        LaunchNow(kernel, blocks, rows, parameters);
    }

    private void LaunchNow<T>(Kernel kernel, int blocks, int rows, in T parameters) where T : unmanaged
    {
        session.Called?.Invoke(Kernels.NativeName($"{kernel}"));
        fixed (T* value = &parameters)
        {
            void* argument = value;
            session.Driver.LaunchKernel(session.Kernels[kernel], (uint)blocks, (uint)rows, 1, Block, 1, 1, 0, session.Stream, &argument);
        }
    }

    /// <summary>
    /// How a (rows, channels) matrix is cut for sums down its columns: see sums.h. By the sizes alone, so that the order of additions
    /// is the same on every GPU.
    /// </summary>
    private readonly record struct ColumnGrid(int Across, int Blocks, int Chunks, int ChunkRows)
    {
        private const int MostAcross = 32, MostChunks = 64, RowsOfThread = 8;

        public static ColumnGrid Of(int rows, int channels, int run)
        {
            int groups = (channels + run - 1) / run;
            int across = Math.Min(MostAcross, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)groups));
            int chunks = Math.Clamp(rows / (Block / across * RowsOfThread), 1, MostChunks), chunkRows = (rows + chunks - 1) / chunks;
            return new ColumnGrid(across, (groups + across - 1) / across, (rows + chunkRows - 1) / chunkRows, chunkRows);
        }

        /// <summary>Bytes of the partial sums.</summary>
        public nuint Bytes(int channels, int sums) => (nuint)Chunks * (nuint)channels * (nuint)sums * sizeof(float);
    }

    private ColumnsParam Columns(ColumnGrid grid, Shape shape, int vector, ulong partials)
    {
        if (grid.Blocks > Session.Counters)
            throw new NotSupportedException($"sums over the {shape.C} columns of {shape} need more than {Session.Counters} blocks");
        return new ColumnsParam
        {
            partials = partials,
            counters = session.ZeroedCounters,
            rows = shape.Pixels,
            channels = shape.C,
            across = grid.Across,
            chunk_rows = grid.ChunkRows,
            vector = vector,
        };
    }
}
