using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastGan.Tensors;

namespace FastGan.Training;

/// <summary>
/// The safetensors format: an 8-byte little-endian length, a JSON header that names each tensor's type, shape and bytes, then the numbers.
/// Reads and writes F32 and F64.
/// </summary>
public static class Safetensors
{
    private const int LargestHeader = 100_000_000;

    /// <summary>What the header says of one tensor.</summary>
    public sealed record Entry(string Dtype, IReadOnlyList<int> Shape, long Begin, long End);

    /// <summary>Writes tensors in the order given; the numbers of one are asked for only when it is written.</summary>
    public static void Write<T>(Stream file, IReadOnlyList<(string Name, Shape Shape, Func<T[]> Values)> tensors) where T : unmanaged, INumberBase<T>
    {
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
        {
            long at = 0;
            json.WriteStartObject();
            foreach ((string name, Shape shape, _) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", Dtype<T>());
                json.WriteStartArray("shape");
                foreach (int d in Dimensions(shape))
                    json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                at += (long)shape.Count * Marshal.SizeOf<T>();
                json.WriteNumberValue(at);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Padded with spaces so that the numbers start on a multiple of 8 bytes.
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        header.WriteTo(file);
        foreach ((_, _, Func<T[]> values) in tensors)
            file.Write(MemoryMarshal.AsBytes<T>(values()));
    }

    /// <summary>Reads the header and checks that it and the file's length agree.</summary>
    /// <returns>The tensors by name, and where in the file the numbers start.</returns>
    /// <exception cref="FastGanException">The file is damaged or of another kind.</exception>
    public static (IReadOnlyDictionary<string, Entry> Tensors, long Data) ReadHeader(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> word = stackalloc byte[8];
        if (file.ReadAtLeast(word, 8, throwOnEndOfStream: false) < 8)
            throw Damaged(path, "too short for a header");
        long length = BinaryPrimitives.ReadInt64LittleEndian(word);
        if (length is < 2 or > LargestHeader || length > file.Length - 8)
            throw Damaged(path, "the header's length is impossible");
        byte[] header = new byte[length];
        file.ReadExactly(header);
        Dictionary<string, Entry> tensors = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            foreach (JsonProperty p in json.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
            {
                JsonElement offsets = p.Value.GetProperty("data_offsets");
                tensors.Add(p.Name, new Entry(
                    p.Value.GetProperty("dtype").GetString()!,
                    [.. p.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())],
                    offsets[0].GetInt64(), offsets[1].GetInt64()));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            throw Damaged(path, "the header is no JSON of the kind it should be");
        }

        long end = tensors.Values.Select(t => t.End).DefaultIfEmpty().Max();
        if (file.Length != 8 + length + end)
            throw Damaged(path, $"{file.Length} bytes long, its header says {8 + length + end}");
        return (tensors, 8 + length);
    }

    /// <summary>Reads every tensor, converted to <typeparamref name="T"/>.</summary>
    public static IReadOnlyDictionary<string, (IReadOnlyList<int> Shape, T[] Values)> Read<T>(string path) where T : unmanaged, INumberBase<T>
    {
        (IReadOnlyDictionary<string, Entry> tensors, long data) = ReadHeader(path);
        byte[] bytes = File.ReadAllBytes(path);
        Dictionary<string, (IReadOnlyList<int>, T[])> read = [];
        foreach ((string name, Entry e) in tensors)
        {
            ReadOnlySpan<byte> raw = bytes.AsSpan((int)(data + e.Begin), (int)(e.End - e.Begin));
            T[] values = e.Dtype switch
            {
                "F32" => Convert<float, T>(raw),
                "F64" => Convert<double, T>(raw),
                _ => throw Damaged(path, $"tensor '{name}' is of type {e.Dtype}; F32 and F64 are known"),
            };
            if (values.Length != e.Shape.Aggregate(1L, (a, b) => a * b))
                throw Damaged(path, $"tensor '{name}' has {values.Length} numbers, its shape says otherwise");
            read.Add(name, (e.Shape, values));
        }

        return read;
    }

    /// <summary>A shape without the leading ones that vectors and matrices carry here.</summary>
    public static IReadOnlyList<int> Dimensions(Shape s) => (s.H, s.W) != (1, 1) ? [s.N, s.H, s.W, s.C] : s.N == 1 ? [s.C] : [s.N, s.C];

    private static string Dtype<T>() => typeof(T) == typeof(double) ? "F64" : typeof(T) == typeof(float) ? "F32"
        : throw new NotSupportedException($"{typeof(T)} in a safetensors file");

    private static TTo[] Convert<TFrom, TTo>(ReadOnlySpan<byte> raw) where TFrom : unmanaged, INumberBase<TFrom> where TTo : unmanaged, INumberBase<TTo>
    {
        ReadOnlySpan<TFrom> from = MemoryMarshal.Cast<byte, TFrom>(raw);
        TTo[] to = new TTo[from.Length];
        for (int i = 0; i < to.Length; i++)
            to[i] = TTo.CreateTruncating(from[i]);
        return to;
    }

    private static FastGanException Damaged(string path, string why) => new($"{path} is damaged or no safetensors file: {why}");
}
