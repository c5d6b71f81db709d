using FastGan.Cuda.Api;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

/// <summary>
/// An NVIDIA GPU through cuDNN, cuBLAS and the kernels of Native/Kernels. Everything is queued on one stream; between steps only <see cref="Read"/> waits for it.
/// A whole program is run once as it is, then captured as one graph, and from then on launched as that. One thread at a time may use
/// a device; any thread may.
/// </summary>
/// <remarks>A failed native call is a <see cref="CudaException"/>.</remarks>
public sealed unsafe class CudaDevice : Device
{
    private const int TimedRuns = 20;

    private readonly Session _session;
    private readonly CudaOps _ops;
    private readonly Staging _staging;
    private readonly HashSet<Storage> _owned = [];
    private readonly Dictionary<Program, StepGraph> _graphs = [];

    /// <exception cref="CudaException">No driver, no device, a library missing or failing: the message says which, and what to do.</exception>
    public CudaDevice(CudaOptions options)
    {
        _session = new Session(options);
        try
        {
            _ops = new CudaOps(_session);
            _staging = new Staging(_session.Driver, _session.Stream);
            ReadBack = _session.Driver.MemHostAlloc(Staging.Largest, Api.HostAllocation.Portable);
        }
        catch
        {
            Dispose();
            throw;
        }

        _session.ScratchMoved = DropGraphs;
    }

    /// <summary>Whether this is the virtual GPU, which computes on the processor and whose speed means nothing.</summary>
    public override bool IsVirtual => _session.Libraries.IsVirtual;

    /// <summary>"NVIDIA H100", "FastGan virtual GPU".</summary>
    public string Name => _session.Name;

    /// <inheritdoc/>
    /// <remarks>Reasoned: a third of an H100's single precision. The faster the device, the less often the host may hold it up.</remarks>
    public override double TypicalFlops => 2e13;

    public override Precision Precision => _session.Options.Precision;

    public override string Description =>
        $"{Name}{(IsVirtual ? " (virtual: computed on the processor)" : "")}, compute capability {_session.Architecture / 10}.{_session.Architecture % 10}, {Precision.ToString().ToLowerInvariant()}";

    /// <summary>Page-locked memory that reads end in.</summary>
    private nint ReadBack { get; }

    public override int SizeOf(Element element) => element switch
    {
        Element.Real => _session.IsHalf ? sizeof(ushort) : sizeof(float),
        Element.Byte => sizeof(byte),
        _ => sizeof(float),
    };

    public override bool HasRoomForData(long bytes)
    {
        _session.Enter();
        return bytes <= (_session.Options.MostDataBytes ?? (long)(_session.Driver.MemGetInfo().Free / 2));
    }

    public override IReadOnlyList<string> CallsOf(Program program, int instruction)
    {
        List<string> calls = [];
        _session.Enter();
        _session.Called = calls.Add;
        Issue(program, instruction, instruction + 1);
        _session.Called = null;
        return calls;
    }

    public override void Allocate(Storage storage)
    {
        if (storage.Address != 0)
            throw new InvalidOperationException($"{storage.Name} has memory already");
        _session.Enter();
        nuint bytes = BytesOf(storage);
        storage.Address = (nint)_session.Driver.MemAlloc(bytes);
        _owned.Add(storage);
        _session.Driver.MemsetD8Async((ulong)storage.Address, 0, bytes, _session.Stream);
    }

    public override void Free(Storage storage)
    {
        if (!_owned.Remove(storage))
            return;
        _session.Enter();
        foreach ((Program program, StepGraph graph) in _graphs.ToArray())
        {
            if (graph.Uses(storage))
            {
                graph.Dispose();
                _graphs.Remove(program);
            }
        }

        ulong address = (ulong)storage.Address;
        storage.Address = 0;

        // What is queued may still use it.
        Quietly.Do(() => _session.Driver.StreamSynchronize(_session.Stream));
        Quietly.Do(() => _session.Driver.MemFree(address));
    }

    public override void Clear(Tensor tensor)
    {
        _session.Enter();
        if (tensor.Element == Element.Weight && _session.IsHalf)
            _session.Driver.MemsetD8Async(_ops.Working(tensor), 0, (nuint)tensor.Count * sizeof(ushort), _session.Stream);
        _session.Driver.MemsetD8Async(_ops.Address(tensor), 0, (nuint)tensor.Count * (nuint)SizeOf(tensor.Element), _session.Stream);
    }

    public override void Write<T>(Tensor tensor, ReadOnlySpan<T> values)
    {
        CheckLength(tensor, values.Length);
        _session.Enter();
        if (tensor.Element == Element.Weight && _session.IsHalf)
            Upload(_ops.Working(tensor), values, Number.Working);
        Upload(_ops.Address(tensor), values, NumberOf(tensor));
    }

    public override void Read<T>(Tensor tensor, Span<T> values)
    {
        CheckLength(tensor, values.Length);
        _session.Enter();
        Number number = NumberOf(tensor);
        int size = SizeOf(number), piece = Staging.Largest / size;
        ulong from = _ops.Address(tensor);
        for (int first = 0; first < values.Length; first += piece)
        {
            int count = Math.Min(piece, values.Length - first);
            _session.Driver.MemcpyDtoHAsync((void*)ReadBack, from + (ulong)first * (ulong)size, (nuint)(count * size), _session.Stream);
            _session.Driver.StreamSynchronize(_session.Stream);
            Decode((byte*)ReadBack, number, values.Slice(first, count));
        }
    }

    /// <summary>Copies a tensor's elements, as the device holds them, from device memory of the caller's. Queued on this device's stream: what fills that memory must be done, or be on <see cref="CudaOptions.Stream"/>.</summary>
    public void CopyFrom(nint devicePointer, Tensor tensor)
    {
        _session.Enter();
        _session.Driver.MemcpyDtoDAsync(_ops.Address(tensor), (ulong)devicePointer, (nuint)(tensor.Count * SizeOf(tensor.Element)), _session.Stream);
    }

    /// <summary>Copies a tensor's elements, as the device holds them, to device memory of the caller's. Queued on this device's stream: what reads that memory must wait for it, or be on <see cref="CudaOptions.Stream"/>.</summary>
    public void CopyTo(Tensor tensor, nint devicePointer)
    {
        _session.Enter();
        _session.Driver.MemcpyDtoDAsync((ulong)devicePointer, _ops.Address(tensor), (nuint)(tensor.Count * SizeOf(tensor.Element)), _session.Stream);
    }

    /// <summary>Waits for everything that is queued.</summary>
    public void Synchronize()
    {
        _session.Enter();
        _session.Driver.StreamSynchronize(_session.Stream);
    }

    /// <summary>What one launch of a program's graph does: its nodes; null until the program has run twice.</summary>
    public int? GraphNodes(Program program) => _graphs.TryGetValue(program, out StepGraph? graph) ? graph.Nodes : null;

    public override void Run(Program program, int first, int end)
    {
        _session.Enter();
        if (first != 0 || end != program.Instructions.Length)
        {
            Issue(program, first, end);
            return;
        }

        if (!_graphs.TryGetValue(program, out StepGraph? graph))
        {
            // The first run sees how much scratch is needed and chooses algorithms, none of which a capture allows.
            Issue(program, first, end);
            _graphs.Add(program, new StepGraph(_session, program));
            return;
        }

        if (!graph.IsCaptured)
            Capture(graph, program);
        graph.Launch();
    }

    private void Capture(StepGraph graph, Program program) => graph.Capture(() => Issue(program, 0, program.Instructions.Length));

    /// <summary>
    /// From event to event, so that the host's time doesn't count where the device has something to do. A whole program is run several times, as one
    /// launch of a short one would be all latency; a part of one is run once, and that latency is in it.
    /// </summary>
    public override double Time(Program program, int first, int end)
    {
        int times = first == 0 && end == program.Instructions.Length ? TimedRuns : 1;
        _session.Enter();
        Driver driver = _session.Driver;
        nint started = driver.EventCreate(EventKind.Default), ended = 0;
        try
        {
            ended = driver.EventCreate(EventKind.Default);
            driver.EventRecord(started, _session.Stream);
            for (int i = 0; i < times; i++)
                Run(program, first, end);
            driver.EventRecord(ended, _session.Stream);
            driver.EventSynchronize(ended);
            return 1e-3 * driver.EventElapsedTime(started, ended) / times;
        }
        finally
        {
            Quietly.Do(() => driver.EventDestroy(started));
            if (ended != 0)
                Quietly.Do(() => driver.EventDestroy(ended));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        DropGraphs();
        foreach (Storage storage in _owned.ToArray())
            Free(storage);
        _staging?.Dispose();
        _ops?.Dispose();
        if (ReadBack != 0)
            Quietly.Do(() => _session.Driver.MemFreeHost(ReadBack));
        _session.Dispose();
    }

    private void Issue(Program program, int first, int end)
    {
        Instruction[] instructions = program.Instructions;
        int i = first;
        try
        {
            for (; i < end; i++)
                instructions[i].Run(_ops);
            i--;
            _ops.Flush();
        }
        catch (CudaException e)
        {
            _ops.Forget();
            e.Operation ??= instructions[Math.Min(i, end - 1)].Text;
            throw;
        }
    }

    private void DropGraphs()
    {
        foreach (StepGraph graph in _graphs.Values)
            graph.Dispose();
    }

    /// <summary>A parameter slab in half precision is followed by its copy.</summary>
    private nuint BytesOf(Storage storage)
    {
        nuint bytes = (nuint)storage.Count * (nuint)SizeOf(storage.Element);
        return storage.Element == Element.Weight && _session.IsHalf ? CudaOps.CopyOffset(storage) + (nuint)storage.Count * sizeof(ushort) : Math.Max(bytes, 1);
    }

    // ---- numbers in and out

    private enum Number
    {
        Float,
        Half,
        BFloat16,
        Int32,
        Byte,

        /// <summary>Half or BFloat16.</summary>
        Working,
    }

    private static int SizeOf(Number number) => number switch
    {
        Number.Float or Number.Int32 => sizeof(float),
        Number.Byte => sizeof(byte),
        _ => sizeof(ushort),
    };

    private Number NumberOf(Tensor tensor) => tensor.Element switch
    {
        Element.Int32 => Number.Int32,
        Element.Byte => Number.Byte,
        Element.Real when Precision == Precision.Fp16 => Number.Half,
        Element.Real when Precision == Precision.Bf16 => Number.BFloat16,
        _ => Number.Float,
    };

    private void Upload<T>(ulong to, ReadOnlySpan<T> values, Number number) where T : unmanaged, System.Numerics.INumberBase<T>
    {
        if (number == Number.Working)
            number = Precision == Precision.Fp16 ? Number.Half : Number.BFloat16;
        int size = SizeOf(number), piece = Staging.Largest / size;
        for (int first = 0; first < values.Length; first += piece)
        {
            ReadOnlySpan<T> part = values.Slice(first, Math.Min(piece, values.Length - first));
            byte* place = _staging.Take(part.Length * size);
            Encode(part, number, place);
            _session.Driver.MemcpyHtoDAsync(to + (ulong)first * (ulong)size, place, (nuint)(part.Length * size), _session.Stream);
        }
    }

    private static void Encode<T>(ReadOnlySpan<T> from, Number number, byte* to) where T : unmanaged, System.Numerics.INumberBase<T>
    {
        switch (number)
        {
            case Number.Float: Convert(from, new Span<float>(to, from.Length)); break;
            case Number.Half: Convert(from, new Span<Half>(to, from.Length)); break;
            case Number.Int32: Convert(from, new Span<int>(to, from.Length)); break;
            case Number.Byte: Convert(from, new Span<byte>(to, from.Length)); break;
            default:
                for (int i = 0; i < from.Length; i++)
                    ((ushort*)to)[i] = BFloat16.Round(float.CreateTruncating(from[i]));
                break;
        }
    }

    private static void Decode<T>(byte* from, Number number, Span<T> to) where T : unmanaged, System.Numerics.INumberBase<T>
    {
        switch (number)
        {
            case Number.Float: Convert(new ReadOnlySpan<float>(from, to.Length), to); break;
            case Number.Half: Convert(new ReadOnlySpan<Half>(from, to.Length), to); break;
            case Number.Int32: Convert(new ReadOnlySpan<int>(from, to.Length), to); break;
            case Number.Byte: Convert(new ReadOnlySpan<byte>(from, to.Length), to); break;
            default:
                for (int i = 0; i < to.Length; i++)
                    to[i] = T.CreateTruncating(BFloat16.Value(((ushort*)from)[i]));
                break;
        }
    }
}
