using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace FastGan.Cuda.Api;

/// <summary>NVRTC, the compiler of kernels, which needs no GPU. Methods have the functions' names without nvrtc; programs are nint.</summary>
internal sealed unsafe class Nvrtc(LoadedLibrary library)
{
    private readonly NativeFunction _version = library.Function("nvrtcVersion");
    public (int Major, int Minor) Version()
    {
        int major, minor;
        Check(_version, ((delegate* unmanaged[Cdecl]<int*, int*, int>)_version.Address)(&major, &minor));
        return (major, minor);
    }

    private readonly NativeFunction _getNumSupportedArchs = library.Function("nvrtcGetNumSupportedArchs");
    private readonly NativeFunction _getSupportedArchs = library.Function("nvrtcGetSupportedArchs");

    /// <summary>Compute capabilities that it compiles for: 80 is sm_80.</summary>
    public int[] GetSupportedArchs()
    {
        int count;
        Check(_getNumSupportedArchs, ((delegate* unmanaged[Cdecl]<int*, int>)_getNumSupportedArchs.Address)(&count));
        int[] architectures = new int[count];
        fixed (int* numbers = architectures)
            Check(_getSupportedArchs, ((delegate* unmanaged[Cdecl]<int*, int>)_getSupportedArchs.Address)(numbers));
        return architectures;
    }

    private readonly NativeFunction _createProgram = library.Function("nvrtcCreateProgram");

    /// <param name="name">What messages call the source.</param>
    /// <param name="headers">Names and texts of what it includes.</param>
    public nint CreateProgram(string source, string name, params IReadOnlyList<(string Name, string Text)> headers)
    {
        using Utf8Strings texts = new([source, name, .. headers.Select(h => h.Text), .. headers.Select(h => h.Name)]);
        nint program;
        Check(_createProgram, ((delegate* unmanaged[Cdecl]<nint*, byte*, byte*, int, byte**, byte**, int>)_createProgram.Address)(
            &program, texts.Pointers[0], texts.Pointers[1], headers.Count, texts.Pointers + 2, texts.Pointers + 2 + headers.Count));
        return program;
    }

    private readonly NativeFunction _compileProgram = library.Function("nvrtcCompileProgram");

    /// <exception cref="CudaException">It does not compile; the message has the compiler's.</exception>
    public void CompileProgram(nint program, params IReadOnlyList<string> options)
    {
        using Utf8Strings texts = new(options);
        int status = ((delegate* unmanaged[Cdecl]<nint, int, byte**, int>)_compileProgram.Address)(program, options.Count, texts.Pointers);
        if (status != 0)
            Fail(_compileProgram, status, GetProgramLog(program));
    }

    private readonly NativeFunction _getProgramLogSize = library.Function("nvrtcGetProgramLogSize");
    private readonly NativeFunction _getProgramLog = library.Function("nvrtcGetProgramLog");
    public string GetProgramLog(nint program) => Encoding.UTF8.GetString(Bytes(_getProgramLogSize, _getProgramLog, program)).TrimEnd('\0', '\n');

    private readonly NativeFunction _getCubinSize = library.Function("nvrtcGetCUBINSize");
    private readonly NativeFunction _getCubin = library.Function("nvrtcGetCUBIN");

    /// <summary>Empty unless compiled for a real architecture: sm_80, not compute_80.</summary>
    public byte[] GetCubin(nint program) => Bytes(_getCubinSize, _getCubin, program);

    private readonly NativeFunction _destroyProgram = library.Function("nvrtcDestroyProgram");
    public void DestroyProgram(nint program) =>
        Check(_destroyProgram, ((delegate* unmanaged[Cdecl]<nint*, int>)_destroyProgram.Address)(&program));

    private static string ErrorName(int status) => status switch
    {
        1 => "NVRTC_ERROR_OUT_OF_MEMORY",
        2 => "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
        3 => "NVRTC_ERROR_INVALID_INPUT",
        4 => "NVRTC_ERROR_INVALID_PROGRAM",
        5 => "NVRTC_ERROR_INVALID_OPTION",
        6 => "NVRTC_ERROR_COMPILATION",
        7 => "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
        11 => "NVRTC_ERROR_INTERNAL_ERROR",
        _ => "an unknown status",
    };

    private byte[] Bytes(NativeFunction size, NativeFunction read, nint program)
    {
        nuint count;
        Check(size, ((delegate* unmanaged[Cdecl]<nint, nuint*, int>)size.Address)(program, &count));
        byte[] bytes = new byte[count];
        fixed (byte* start = bytes)
            Check(read, ((delegate* unmanaged[Cdecl]<nint, byte*, int>)read.Address)(program, start));
        return bytes;
    }

    private static void Check(in NativeFunction function, int status)
    {
        if (status != 0)
            Fail(function, status, null);
    }

    [DoesNotReturn]
    private static void Fail(NativeFunction function, int status, string? detail) =>
        throw new CudaException(CudaLibrary.Nvrtc, function.Name, status, ErrorName(status), detail);

    /// <summary>Strings as C has them, until disposed.</summary>
    private readonly ref struct Utf8Strings : IDisposable
    {
        private readonly int _count;

        public Utf8Strings(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointers = (byte**)NativeMemory.Alloc((nuint)Math.Max(1, _count), (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
                Pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointers[i]);
            NativeMemory.Free(Pointers);
        }
    }
}
