using System.Text.Json;
using FastGan.Cuda.Api;

namespace FastGan.Cuda;

/// <param name="Math">What the descriptor must say for it.</param>
internal readonly record struct AlgorithmChoice(int Algorithm, CudnnMath Math);

/// <summary>
/// Measured convolution algorithms on disk, by device, library version, precision and shape. What heuristics propose isn't kept: it is had again at once.
/// </summary>
internal sealed class AlgorithmCache
{
    private readonly string? _file;
    private readonly SortedDictionary<string, AlgorithmChoice> _chosen = new(StringComparer.Ordinal);

    /// <param name="file">Null to keep nothing.</param>
    public AlgorithmCache(string? file)
    {
        _file = file;
        if (file is null || !File.Exists(file))
            return;
        try
        {
            _chosen = new(JsonSerializer.Deserialize<Dictionary<string, AlgorithmChoice>>(File.ReadAllText(file)) ?? [], StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Measured anew.
        }
    }

    /// <summary>The file of a device's measurements.</summary>
    public static string FileOf(CacheFolder cache, string device, nuint cudnn, Programs.Precision precision) =>
        cache.File("algorithms", $"{string.Concat(device.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}-cudnn{cudnn}-{precision}.json");

    public bool TryGet(string key, out AlgorithmChoice choice) => _chosen.TryGetValue(key, out choice);

    public void Add(string key, AlgorithmChoice choice)
    {
        _chosen[key] = choice;
        if (_file is not null)
            CacheFolder.TryWrite(_file, JsonSerializer.SerializeToUtf8Bytes(_chosen));
    }
}
