using System.Text;
using FastGan.Cuda.Api;

namespace FastGan.Cuda;

/// <summary>Which of NVIDIA's libraries.</summary>
public enum CudaLibrary
{
    Driver,
    BlasLt,
    Blas,
    Nvrtc,
    Dnn,
}

/// <summary>
/// A native call that failed, or a library that can't be used. The message is one line: the call, its status, the operation with its shapes,
/// and what to do, where that is known.
/// </summary>
public sealed class CudaException : Exception
{
    private readonly string? _detail;

    /// <param name="detail">What the library has to say beside the status: a description, a compiler's log.</param>
    internal CudaException(CudaLibrary library, string call, int status, string statusName, string? detail = null)
    {
        (Library, Call, Status, StatusName, _detail) = (library, call, status, statusName, detail);
        Failure = $"{call} failed: {statusName} ({status})";
        Hint = Hints.Of(library, status);
    }

    private CudaException(CudaLibrary library, string call, string failure, string? hint, IReadOnlyList<string> tried)
    {
        (Library, Call, StatusName, Failure, Hint, Tried) = (library, call, "", failure, hint, tried);
    }

    public CudaLibrary Library { get; }

    /// <summary>The exported function: "cuMemAlloc_v2"; empty where a library could not be loaded.</summary>
    public string Call { get; }

    /// <summary>The library's own number; 0 where no call was made.</summary>
    public int Status { get; }

    /// <summary>"CUDA_ERROR_OUT_OF_MEMORY"; empty where no call was made.</summary>
    public string StatusName { get; }

    /// <summary>What statuses are compared by: cuDNN's are grouped by thousands, 3002 and 3007 being kinds of 3000.</summary>
    public int Category => Library == CudaLibrary.Dnn ? Status / 1000 * 1000 : Status;

    /// <summary>The recorded operation that made the call, whose text holds its shapes. Set on the way up by whoever knows it.</summary>
    public string? Operation { get; set; }

    /// <summary>What went wrong, alone: "cuDNN was not found".</summary>
    public string Failure { get; }

    /// <summary>Paths that were tried for a library, and what was wrong with each.</summary>
    public IReadOnlyList<string> Tried { get; } = [];

    /// <summary>Whether cuDNN says that it can't do this, which something else may.</summary>
    internal bool IsRefusal => Library == CudaLibrary.Dnn && Category == 3000;

    /// <summary>What to do about it.</summary>
    public string? Hint { get; }

    /// <summary>Whether nothing that the user did or has could be the cause.</summary>
    public bool IsMistake => Hint == Hints.Mistake;

    /// <summary>Failure and hint, without paths and logs.</summary>
    public string Summary => Hint is null ? Failure : $"{Failure}; {Hint}";

    public override string Message
    {
        get
        {
            StringBuilder line = new(Failure);
            if (Operation is not null)
                line.Append($", in {Operation}");
            if (_detail is not null)
                line.Append($": {_detail.Trim()}");
            if (Tried.Count > 0)
                line.Append($", tried {string.Join(", ", Tried)}");
            if (Hint is not null)
                line.Append($"; {Hint}");
            return string.Join(' ', line.ToString().Split((char[])['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    internal static CudaException MissingFunction(CudaLibrary library, string function, string path) => new(
        library, function, $"{path} has no function {function}", $"it is not {LibraryNames.Title(library)} of a version that fastgan can use", []);

    /// <param name="hint">Where to get it.</param>
    internal static CudaException NotUsable(CudaLibrary library, string failure, string? hint = null, params IReadOnlyList<string> tried) =>
        new(library, "", failure, hint, tried);
}
