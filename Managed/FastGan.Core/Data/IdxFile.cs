using System.Buffers.Binary;
using System.IO.Compression;

namespace FastGan.Data;

/// <summary>
/// One file of bytes in the IDX format of MNIST (LeCun), plain or gzipped: two zero bytes, the element type (8: unsigned byte), the
/// number of dimensions, each of these big-endian in four bytes, then the elements.
/// </summary>
/// <param name="Dimensions">Images: count, height, width, and perhaps channels. Labels: count.</param>
internal sealed record IdxFile(int[] Dimensions, byte[] Elements)
{
    private const string Images = "images (magic 0x00000803)", Labels = "labels (magic 0x00000801)";

    /// <summary>The name that the labels of an IDX file of images have by custom, gzipped or not, where there is such a file.</summary>
    public static string? LabelsBeside(string images)
    {
        string name = Path.GetFileName(images), other = Counterpart(name, "images", "labels", '1');
        string path = Path.Combine(Path.GetDirectoryName(images) ?? "", other);
        string toggled = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path + ".gz";
        return other == name ? null : File.Exists(path) ? path : File.Exists(toggled) ? toggled : null;
    }

    public static IdxFile ReadImages(string path)
    {
        IdxFile file = Read(path, rank => rank switch
        {
            3 or 4 => null,
            1 => $"holds {Labels}, not {Images}: give {Counterpart(Path.GetFileName(path), "labels", "images", '3')}",
            _ => $"has {rank} dimensions, images have 3 (count, height, width) or 4 (and channels): write it again so",
        });
        if (file.Dimensions is [_, _, _, not (1 or 3)])
            throw new FastGanException($"{path} holds images of {file.Dimensions[3]} channels: write it again with 1 (grey) or 3 (RGB)");
        return file;
    }

    public static IdxFile ReadLabels(string path) => Read(path, rank => rank switch
    {
        1 => null,
        3 or 4 => $"holds {Images}, not {Labels}: put the labels there, or move it away to train without labels",
        _ => $"has {rank} dimensions, labels have one: write it again so, or move it away to train without labels",
    });

    /// <param name="refusal">What is wrong with a file of that many dimensions, if anything.</param>
    private static IdxFile Read(string path, Func<int, string?> refusal)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = Unzipped(file);
            Span<byte> magic = stackalloc byte[4];
            int read = stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
            if (read == 0)
                throw new FastGanException($"{path} is empty: fetch it again");
            if (read < 4)
                throw Truncated(path, "4 bytes of magic number", read);
            if (magic[0] != 0 || magic[1] != 0)
                throw new FastGanException(
                    $"{path} is no IDX file (it starts with 0x{Convert.ToHexString(magic)}): give an IDX file of {Images}, or a folder of images");
            if (magic[2] != 8)
                throw new FastGanException(
                    $"{path} has elements of IDX type 0x{magic[2]:X2}: only unsigned bytes (0x08) can be read, write it again so");
            if (refusal(magic[3]) is string reason)
                throw new FastGanException($"{path} {reason}");

            Span<byte> header = stackalloc byte[4 * magic[3]];
            read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (read < header.Length)
                throw Truncated(path, $"a header of {4 + header.Length} bytes", 4 + read);
            int[] dimensions = new int[magic[3]];
            for (int i = 0; i < dimensions.Length; i++)
                dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 * i)..]);
            string shape = string.Join('x', dimensions);
            if (dimensions.Any(d => d <= 0))
                throw new FastGanException($"{path} holds nothing (its header says {shape}): fetch it again");

            byte[] elements = Allocate(path, dimensions);
            read = stream.ReadAtLeast(elements, elements.Length, throwOnEndOfStream: false);
            if (read < elements.Length)
                throw Truncated(path, $"{elements.Length} bytes ({shape})", read);
            if (stream.ReadByte() >= 0)
                throw new FastGanException($"{path} goes on after the {elements.Length} bytes ({shape}) that its header promises: fetch it again");
            return new IdxFile(dimensions, elements);
        }
        catch (InvalidDataException e)
        {
            throw new FastGanException($"{path} is damaged (gzip: {e.Message.TrimEnd('.')}): fetch it again", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastGanException($"{path} can't be read ({e.Message.TrimEnd('.')}): check that it is there and that you may read it", e);
        }
    }

    private static byte[] Allocate(string path, int[] dimensions) => dimensions switch
    {
        [int count] => new byte[count],
        [int count, int height, int width, .. int[] channels] =>
            Dataset.Allocate(path, count, height, width, channels is [int c] ? c : 1, "give a file of fewer images"),
        _ => throw new ArgumentException($"{dimensions.Length} dimensions", nameof(dimensions)),
    };

    private static Stream Unzipped(FileStream file)
    {
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static FastGanException Truncated(string path, string promised, int read) =>
        new($"{path} is truncated: it should have {promised} and has {read}: fetch it again");

    /// <summary>t10k-images-idx3-ubyte.gz ↔ t10k-labels-idx1-ubyte.gz; the name itself when it follows no such custom.</summary>
    private static string Counterpart(string name, string kind, string other, char rank)
    {
        string renamed = name.Replace(kind, other, StringComparison.OrdinalIgnoreCase);
        int idx = renamed.IndexOf("idx", StringComparison.OrdinalIgnoreCase) + 3;
        return idx >= 3 && idx < renamed.Length && renamed != name ? renamed[..idx] + rank + renamed[(idx + 1)..] : renamed;
    }
}
