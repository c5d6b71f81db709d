namespace FastGan;

/// <summary>What is worth keeping from run to run and can be made again: compiled kernels, measured algorithms, trained classifiers.</summary>
public sealed class CacheFolder(string? path)
{
    private readonly string _path = path ?? Default();

    public string File(string folder, string name) => Path.Combine(_path, folder, name);

    /// <summary>A file's bytes; null where it isn't there or can't be read.</summary>
    public static byte[]? TryRead(string file)
    {
        try
        {
            return System.IO.File.Exists(file) ? System.IO.File.ReadAllBytes(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a file where that is possible. A cache that can't be written costs time, and nothing else.</summary>
    public static void TryWrite(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            AtomicFile.Write(file, content);
        }
        catch (FastGanException)
        {
        }
    }

    private static string Default()
    {
        if (Environment.GetEnvironmentVariable("FASTGAN_CACHE") is { Length: > 0 } named)
            return named;
        string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "fastgan");
    }
}
