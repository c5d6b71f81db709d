namespace FastGan.Cuda.Api;

internal sealed unsafe partial class Driver
{
    private readonly NativeFunction _memAlloc = library.Function("cuMemAlloc_v2");
    public ulong MemAlloc(nuint bytes)
    {
        ulong address;
        Check(_memAlloc, ((delegate* unmanaged[Cdecl]<ulong*, nuint, int>)_memAlloc.Address)(&address, bytes));
        return address;
    }

    private readonly NativeFunction _memFree = library.Function("cuMemFree_v2");
    public void MemFree(ulong address) => Check(_memFree, ((delegate* unmanaged[Cdecl]<ulong, int>)_memFree.Address)(address));

    private readonly NativeFunction _memHostAlloc = library.Function("cuMemHostAlloc");

    /// <summary>Page-locked memory of the host.</summary>
    public nint MemHostAlloc(nuint bytes, HostAllocation flags)
    {
        nint address;
        Check(_memHostAlloc, ((delegate* unmanaged[Cdecl]<nint*, nuint, HostAllocation, int>)_memHostAlloc.Address)(&address, bytes, flags));
        return address;
    }

    private readonly NativeFunction _memFreeHost = library.Function("cuMemFreeHost");
    public void MemFreeHost(nint address) => Check(_memFreeHost, ((delegate* unmanaged[Cdecl]<nint, int>)_memFreeHost.Address)(address));

    private readonly NativeFunction _memGetInfo = library.Function("cuMemGetInfo_v2");
    public (nuint Free, nuint Total) MemGetInfo()
    {
        nuint free, total;
        Check(_memGetInfo, ((delegate* unmanaged[Cdecl]<nuint*, nuint*, int>)_memGetInfo.Address)(&free, &total));
        return (free, total);
    }

    private readonly NativeFunction _memcpyHtoDAsync = library.Function("cuMemcpyHtoDAsync_v2");
    public void MemcpyHtoDAsync(ulong to, void* from, nuint bytes, nint stream) =>
        Check(_memcpyHtoDAsync, ((delegate* unmanaged[Cdecl]<ulong, void*, nuint, nint, int>)_memcpyHtoDAsync.Address)(to, from, bytes, stream));

    private readonly NativeFunction _memcpyDtoHAsync = library.Function("cuMemcpyDtoHAsync_v2");
    public void MemcpyDtoHAsync(void* to, ulong from, nuint bytes, nint stream) =>
        Check(_memcpyDtoHAsync, ((delegate* unmanaged[Cdecl]<void*, ulong, nuint, nint, int>)_memcpyDtoHAsync.Address)(to, from, bytes, stream));

    private readonly NativeFunction _memcpyDtoDAsync = library.Function("cuMemcpyDtoDAsync_v2");
    public void MemcpyDtoDAsync(ulong to, ulong from, nuint bytes, nint stream) =>
        Check(_memcpyDtoDAsync, ((delegate* unmanaged[Cdecl]<ulong, ulong, nuint, nint, int>)_memcpyDtoDAsync.Address)(to, from, bytes, stream));

    private readonly NativeFunction _memsetD8Async = library.Function("cuMemsetD8Async");
    public void MemsetD8Async(ulong to, byte value, nuint bytes, nint stream) =>
        Check(_memsetD8Async, ((delegate* unmanaged[Cdecl]<ulong, byte, nuint, nint, int>)_memsetD8Async.Address)(to, value, bytes, stream));
}
