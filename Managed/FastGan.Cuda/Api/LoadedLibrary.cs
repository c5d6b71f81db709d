using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastGan.Cuda.Api;

/// <summary>A native function's address, and the exported name that errors call it by.</summary>
internal readonly record struct NativeFunction(string Name, nint Address);

/// <summary>A native library in this process, until it is disposed.</summary>
internal sealed class LoadedLibrary : IDisposable
{
    private nint _handle;

    /// <param name="file">A path, or a bare name for the system's loader to find.</param>
    private LoadedLibrary(CudaLibrary kind, string file, nint handle)
    {
        Kind = kind;
        _handle = handle;
        Path = System.IO.Path.IsPathRooted(file) ? file : PathOf(file);
    }

    public CudaLibrary Kind { get; }

    /// <summary>Where it lies: a full path wherever the system tells.</summary>
    public string Path { get; }

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <returns>Null where the file is missing or can't be loaded; then <paramref name="why"/> says which.</returns>
    public static LoadedLibrary? TryLoad(CudaLibrary kind, string file, out string why)
    {
        why = "not there";
        bool isPath = System.IO.Path.IsPathRooted(file);
        if (isPath && !File.Exists(file))
            return null;
        try
        {
            return new LoadedLibrary(kind, file, NativeLibrary.Load(file));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader doesn't tell a missing file from a broken one; of a bare name the usual case is the former.
            if (isPath)
                why = $"can't be loaded: {e.Message.ReplaceLineEndings(" ").Trim()}";
            return null;
        }
    }

    /// <summary>The first of these names that the library exports.</summary>
    /// <exception cref="CudaException">It exports none of them.</exception>
    public NativeFunction Function(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryGetExport(_handle, name, out nint address))
                return new NativeFunction(name, address);
        }

        throw CudaException.MissingFunction(Kind, names[0], Path);
    }

    public void Dispose()
    {
        if (_handle != 0)
            NativeLibrary.Free(_handle);
        _handle = 0;
    }

    /// <summary>The path of a module that the loader found by itself.</summary>
    private static string PathOf(string name)
    {
        // A module has the name of the file that the link points to: libcuda.so.1 is libcuda.so.550.54.14.
        int extension = name.IndexOf(".so", StringComparison.Ordinal);
        string start = extension < 0 ? name : name[..(extension + 3)];
        using Process process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            if (System.IO.Path.GetFileName(module.FileName).StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return module.FileName;
        }

        return name;
    }
}
