using System.Text.Json;
using FastGan.Gans;

namespace FastGan.Measuring;

/// <summary>Measurements as JSON, each on one line, the names in snake_case.</summary>
public static class JsonLine
{
    private static readonly JsonSerializerOptions Line = new(ConfigFile.Json) { WriteIndented = false };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Line);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Line) ?? throw new ArgumentException("null", nameof(json));
}
