namespace FastGan.Cuda;

/// <summary>What is worth keeping from run to run and can be made again: compiled kernels, measured algorithms.</summary>
internal sealed class CacheFolder(string? path)
{
    private readonly string _path = path ?? Default();

    public string File(string folder, string name) => Path.Combine(_path, folder, name);

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
