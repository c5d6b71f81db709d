namespace FastGan.Cuda;

/// <summary>What is worth keeping from run to run and can be made again: compiled kernels, chosen algorithms.</summary>
internal static class CacheFolder
{
    /// <summary>$FASTGAN_CACHE, or fastgan in the user's cache folder.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("FASTGAN_CACHE") is { Length: > 0 } named
        ? named
        : System.IO.Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "fastgan");

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
}
