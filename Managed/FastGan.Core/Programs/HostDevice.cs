using System.Numerics;
using System.Runtime.InteropServices;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>A device whose memory is the process's own: <typeparamref name="TReal"/> is its arithmetic.</summary>
public abstract unsafe class HostDevice<TReal> : Device where TReal : unmanaged, INumberBase<TReal>
{
    /// <summary>What was allocated for a storage, which starts at the first aligned place inside.</summary>
    private readonly Dictionary<Storage, nint> _owned = [];

    /// <summary>The arrays that storages hold in place of memory of their own.</summary>
    private readonly Dictionary<Storage, GCHandle> _held = [];

    public override int SizeOf(Element element) => element switch
    {
        Element.Real or Element.Full or Element.Weight => sizeof(TReal),
        Element.Int32 => sizeof(int),
        _ => sizeof(byte),
    };

    public override void Allocate(Storage storage)
    {
        CheckIsFree(storage);
        nuint bytes = (nuint)storage.Count * (nuint)SizeOf(storage.Element);

        // The system's own zeroed pages: what is never used takes no memory.
        nint memory = (nint)NativeMemory.AllocZeroed(bytes + Alignment);
        LargePages.Advise((void*)memory, bytes);
        _owned.Add(storage, memory);
        storage.Address = (memory + Alignment - 1) / Alignment * Alignment;
    }

    public override void Hold(Tensor tensor, byte[] values)
    {
        CheckIsFree(tensor.Storage);
        CheckLength(tensor, values.Length);
        if (tensor.Element != Element.Byte || tensor.Count != tensor.Storage.Count)
            throw new ArgumentException($"{tensor} is not the whole of a storage of bytes");
        GCHandle handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        _held.Add(tensor.Storage, handle);
        tensor.Storage.Address = handle.AddrOfPinnedObject();
    }

    public override void Free(Storage storage)
    {
        if (_owned.Remove(storage, out nint memory))
            NativeMemory.Free((void*)memory);
        else if (_held.Remove(storage, out GCHandle handle))
            handle.Free();
        else
            return;
        storage.Address = 0;
    }

    public override void Clear(Tensor tensor)
    {
        int size = SizeOf(tensor.Element);
        if (tensor.Storage.Address == 0)
            throw new InvalidOperationException($"{tensor} has no memory on this device");
        NativeMemory.Clear((byte*)tensor.Storage.Address + (nint)tensor.Offset * size, (nuint)tensor.Count * (nuint)size);
    }

    public override void Write<T>(Tensor tensor, ReadOnlySpan<T> values)
    {
        CheckLength(tensor, values.Length);
        switch (tensor.Element)
        {
            case Element.Real or Element.Full or Element.Weight: Convert(values, View<TReal>(tensor)); break;
            case Element.Int32: Convert(values, View<int>(tensor)); break;
            default: Convert(values, View<byte>(tensor)); break;
        }
    }

    public override void Read<T>(Tensor tensor, Span<T> values)
    {
        CheckLength(tensor, values.Length);
        switch (tensor.Element)
        {
            case Element.Real or Element.Full or Element.Weight: Convert(View<TReal>(tensor), values); break;
            case Element.Int32: Convert(View<int>(tensor), values); break;
            default: Convert(View<byte>(tensor), values); break;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (Storage storage in _owned.Keys.Concat(_held.Keys).ToArray())
            Free(storage);
    }

    private static void CheckIsFree(Storage storage)
    {
        if (storage.Address != 0)
            throw new InvalidOperationException($"{storage.Name} has memory already");
    }

    private static Span<T> View<T>(Tensor tensor) where T : unmanaged => tensor.Storage.Address == 0
        ? throw new InvalidOperationException($"{tensor} has no memory on this device")
        : new((T*)tensor.Storage.Address + tensor.Offset, tensor.Count);
}
