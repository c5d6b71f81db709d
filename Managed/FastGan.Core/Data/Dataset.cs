using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Data;

/// <summary>
/// Images of one size in memory, as bytes in NHWC order, with a class for each where the data has labels; or points, as numbers.
/// </summary>
public sealed class Dataset
{
    private readonly Lazy<string> _digest;

    /// <param name="name">What the user called the data.</param>
    /// <param name="images">Shape.Count bytes, (count, H, W, C). They are not copied and must not change: a device may read them in place.</param>
    /// <param name="labels">A class of each image, from 0 to below the number of names; null when the data has none.</param>
    /// <param name="classNames">A name of each class; empty when the data has no labels.</param>
    public Dataset(string name, Shape shape, byte[] images, int[]? labels, IReadOnlyList<string> classNames)
    {
        if (images.Length != shape.Count || (labels is not null && labels.Length != shape.N))
            throw new ArgumentException($"{images.Length} bytes and {labels?.Length} labels for images of {shape}");
        if (labels is not null && labels.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentException($"a label outside of the {classNames.Count} classes");
        (Name, Shape, Images, Labels, ClassNames) = (name, shape, images, labels, labels is null ? [] : classNames);
        _digest = new(ComputeDigest);
    }

    /// <param name="points">(count, width) numbers, which are trained on as they are.</param>
    public Dataset(string name, int count, float[] points)
    {
        if (count < 1 || points.Length % count != 0)
            throw new ArgumentException($"{points.Length} numbers for {count} points");
        (Name, Shape, Images, Points, ClassNames) = (name, Shape.Matrix(count, points.Length / count), [], points, []);
        _digest = new(ComputeDigest);
    }

    public string Name { get; }

    /// <summary>(count, H, W, C); of points (count, 1, 1, width).</summary>
    public Shape Shape { get; }

    public int Count => Shape.N;

    public int Height => Shape.H;

    public int Width => Shape.W;

    public int Channels => Shape.C;

    /// <summary>Empty for points.</summary>
    public byte[] Images { get; }

    /// <summary>Null for images.</summary>
    public float[]? Points { get; }

    /// <summary>What images or points take in memory.</summary>
    public long Bytes => Points is null ? Images.Length : sizeof(float) * (long)Points.Length;

    public int[]? Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    public int Classes => ClassNames.Count;

    /// <summary>Reads the data that <paramref name="spec"/> names, in an order that depends on nothing but the data.</summary>
    /// <param name="warn">Gets one line for whatever was left out.</param>
    /// <exception cref="FastGanException">The source is unknown, or a file of it is missing or damaged.</exception>
    public static Dataset Load(DataSpec spec, Action<string> warn)
    {
        if (spec.Size is < 1)
            throw new FastGanException($"image size {spec.Size}: give a number of pixels above 0");
        if (spec.Channels is not (null or 1 or 3))
            throw new FastGanException($"{spec.Channels} channels: give 1 (grey) or 3 (RGB)");

        if (NamedData.Find(spec.Source, warn) is NamedData named)
            return IdxData.Load(spec, named.Images, named.ClassNames);
        if (Directory.Exists(spec.Source))
            return ImageFolder.Load(spec, warn);
        if (File.Exists(spec.Source))
            return IdxData.Load(spec, spec.Source, null);
        throw new FastGanException(
            $"data '{spec.Source}' is neither a known name nor a file or folder: " +
            Suggest.Among(spec.Source, [.. NamedData.Names, "a folder of images", "an IDX file of images"]));
    }

    /// <summary>Some of the images as floats in [−1, 1], (indices, H, W, C): the very numbers that a training step gathers.</summary>
    public float[] Pixels(IReadOnlyList<int> indices)
    {
        int pixels = Shape.SampleCount;
        float[] images = new float[indices.Count * pixels];
        for (int i = 0; i < images.Length; i++)
            images[i] = (2 * Images[indices[i / pixels] * pixels + i % pixels] - 255) / 255f;
        return images;
    }

    public DatasetStatistics Statistics() => Points is null ? DatasetStatistics.Of(this)
        : throw new InvalidOperationException($"{Name} has points, and the statistics are of pixels");

    /// <summary>
    /// SHA-256 of shape, images or points, and labels in hexadecimal: tells whether a run goes on with the data that it began with. Computed once.
    /// </summary>
    public string Digest() => _digest.Value;

    private string ComputeDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[] labels = Labels ?? [], numbers = [Count, Height, Width, Channels, .. labels];
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        hash.AppendData(MemoryMarshal.AsBytes<int>(numbers));
        hash.AppendData(Images);
        hash.AppendData(MemoryMarshal.AsBytes<float>(Points));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Memory for a data set, which the caller fills, or the line that says that no array can hold them.</summary>
    /// <param name="remedy">How to make it smaller.</param>
    internal static byte[] Allocate(string source, long count, int height, int width, int channels, string remedy)
    {
        long bytes = count * height * width * channels;
        if (bytes > Array.MaxLength)
        {
            throw new FastGanException(
                $"data '{source}': {count} images of {height}x{width}x{channels} are {bytes / (double)(1 << 30):0.0} GiB, " +
                $"and at most 2 GiB can be loaded: {remedy}");
        }

        byte[] images = GC.AllocateUninitializedArray<byte>((int)bytes);
        LargePages.Advise(images);
        return images;
    }
}
