using FastGan.Tensors;

namespace FastGan.Data;

/// <summary>A folder of images, or of one sub-folder of images for each class, as a data set.</summary>
internal static class ImageFolder
{
    /// <summary>An image's path, relative to the folder with '/' between its parts, and what is wrong with it once that is known.</summary>
    private sealed record Entry(string Name, string Path)
    {
        public string? Problem { get; set; }

        /// <summary>The sub-folder that it lies in, however deep; null for one directly in the folder.</summary>
        public string? Class => Name.IndexOf('/') is > 0 and int slash ? Name[..slash] : null;
    }

    public static Dataset Load(DataSpec spec, Action<string> warn)
    {
        Entry[] entries = List(spec.Source);
        string[] classes = Classes(spec.Source, entries);
        (int H, int W) = spec.Size is int size ? (size, size) : CommonSize(spec.Source, entries);
        int C = spec.Channels ?? 3, sample = H * W * C;
        byte[] images = Dataset.Allocate(spec.Source, entries.Length, H, W, C, "give a smaller --image-size, --channels 1, or fewer images");
        Parallel.For(0, entries.Length, i =>
            Check(entries[i], path => Convert(ImageFile.Decode(path), spec.Resize, H, W, C, images.AsSpan(i * sample, sample))));

        Report(spec, entries, warn);
        Entry[] kept = [.. entries.Where(e => e.Problem is null)];
        if (kept.Length < entries.Length)
            images = Compact(images, entries, sample);
        if (spec.Channels is null && Pixels.AreGrey(images))
        {
            byte[] grey = new byte[images.Length / 3];
            Pixels.Luma(images, grey);
            (images, C) = (grey, 1);
        }

        int[]? labels = classes.Length == 0 ? null : [.. kept.Select(e => Array.IndexOf(classes, e.Class))];
        return new Dataset(spec.Source, new Shape(kept.Length, H, W, C), images, labels, classes);
    }

    /// <summary>The images of the folder in the ordinal order of their names; hidden files are left out.</summary>
    private static Entry[] List(string folder)
    {
        try
        {
            EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };
            string[] files = Directory.GetFiles(folder, "*", options);
            Entry[] entries = [.. files.Where(ImageFile.HasImageName)
                .Select(path => new Entry(Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), path))
                .OrderBy(e => e.Name, StringComparer.Ordinal)];
            if (entries.Length > 0)
                return entries;

            string? idx = files.Where(path => Path.GetFileName(path).Contains("images", StringComparison.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal).FirstOrDefault();
            throw new FastGanException($"folder '{folder}' holds no image: " + (idx is null
                ? "give a folder of .png, .jpg, .webp or .bmp files, in one sub-folder for each class if they have classes"
                : $"did you mean its IDX file, {idx}?"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastGanException($"folder '{folder}' can't be read ({e.Message.TrimEnd('.')}): check that you may read all of it", e);
        }
    }

    private static string[] Classes(string folder, Entry[] entries)
    {
        Entry? loose = entries.FirstOrDefault(e => e.Class is null), classed = entries.FirstOrDefault(e => e.Class is not null);
        if (loose is not null && classed is not null)
            throw new FastGanException(
                $"folder '{folder}' holds images both directly ({loose.Name}) and in sub-folders ({classed.Name}): " +
                "give each image a sub-folder that names its class, or put all into the folder itself");
        return classed is null ? [] : [.. entries.Select(e => e.Class!).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The size of all images whose header can be read, or the line that says that they differ.</summary>
    private static (int Height, int Width) CommonSize(string folder, Entry[] entries)
    {
        (Entry Entry, int Height, int Width)? first = null;
        foreach (Entry entry in entries)
        {
            (int H, int W) = (0, 0);
            if (!Check(entry, path => (H, W) = ImageFile.Size(path)))
                continue;
            first ??= (entry, H, W);
            if ((H, W) != (first.Value.Height, first.Value.Width))
                throw new FastGanException(
                    $"folder '{folder}' holds images of several sizes " +
                    $"({first.Value.Entry.Name} {first.Value.Width}x{first.Value.Height}, {entry.Name} {W}x{H}): " +
                    "give --image-size, and --resize crop, fit or stretch");
        }

        return first is (_, int height, int width) ? (height, width) : throw AllBroken(folder, entries);
    }

    /// <summary>Does something with an image that is good so far, and keeps what is wrong with it if that fails.</summary>
    private static bool Check(Entry entry, Action<string> read)
    {
        try
        {
            if (entry.Problem is null)
                read(entry.Path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            entry.Problem = e.Message.TrimEnd('.');
        }

        return entry.Problem is null;
    }

    /// <summary>To the size and channels asked for, with the scaling done in the channels that stay.</summary>
    internal static void Convert(DecodedImage image, ResizeMode mode, int H, int W, int C, Span<byte> output)
    {
        byte[] pixels = image.Rgb;
        if (C == 1)
        {
            pixels = new byte[image.Height * image.Width];
            Pixels.Luma(image.Rgb, pixels);
        }

        new Resampler(image.Height, image.Width, C, H, W, mode, image.Background).Apply(pixels, output);
    }

    /// <summary>Refuses broken images, or warns of them all in one line.</summary>
    private static void Report(DataSpec spec, Entry[] entries, Action<string> warn)
    {
        Entry[] broken = [.. entries.Where(e => e.Problem is not null)];
        if (broken.Length == 0)
            return;
        if (broken.Length == entries.Length)
            throw AllBroken(spec.Source, entries);
        if (spec.Broken == BrokenImages.Refuse)
            throw new FastGanException(
                $"{broken[0].Path} can't be used: {broken[0].Problem}{(broken.Length > 1 ? $" (and {broken.Length - 1} more)" : "")}: " +
                "repair or remove it, or leave out --strict to skip it");

        const int named = 5;
        string names = string.Join("; ", broken.Take(named).Select(e => $"{e.Path}: {e.Problem}"));
        warn($"skipped {broken.Length} of {entries.Length} images: {names}{(broken.Length > named ? $"; and {broken.Length - named} more" : "")}");
    }

    private static FastGanException AllBroken(string folder, Entry[] entries) =>
        new($"folder '{folder}' holds no image that can be used ({entries[0].Name}: {entries[0].Problem}): " +
            "give a folder of PNG, JPEG, WebP or BMP images");

    /// <summary>The samples of the good images alone, in order.</summary>
    private static byte[] Compact(byte[] images, Entry[] entries, int sample)
    {
        int kept = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Problem is null)
                images.AsSpan(i * sample, sample).CopyTo(images.AsSpan(kept++ * sample));
        }

        return images[..(kept * sample)];
    }
}
