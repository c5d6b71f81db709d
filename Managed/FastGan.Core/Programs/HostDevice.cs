using System.Numerics;
using System.Runtime.InteropServices;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>A device whose memory is the process's own: <typeparamref name="TReal"/> is its arithmetic.</summary>
public abstract unsafe class HostDevice<TReal> : Device where TReal : unmanaged, INumberBase<TReal>
{
    private readonly HashSet<Storage> _owned = [];

    public override int SizeOf(Element element) => element switch
    {
        Element.Real or Element.Full or Element.Weight => sizeof(TReal),
        Element.Int32 => sizeof(int),
        _ => sizeof(byte),
    };

    public override void Allocate(Storage storage)
    {
        if (storage.Address != 0)
            throw new InvalidOperationException($"{storage.Name} has memory already");
        nuint bytes = (nuint)storage.Count * (nuint)SizeOf(storage.Element);
        storage.Address = (nint)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear((void*)storage.Address, bytes);
        _owned.Add(storage);
    }

    public override void Free(Storage storage)
    {
        if (!_owned.Remove(storage))
            return;
        NativeMemory.AlignedFree((void*)storage.Address);
        storage.Address = 0;
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
        foreach (Storage storage in _owned.ToArray())
            Free(storage);
    }

    private static Span<T> View<T>(Tensor tensor) where T : unmanaged => tensor.Storage.Address == 0
        ? throw new InvalidOperationException($"{tensor} has no memory on this device")
        : new((T*)tensor.Storage.Address + tensor.Offset, tensor.Count);
}
