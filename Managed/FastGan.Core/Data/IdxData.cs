using FastGan.Tensors;

namespace FastGan.Data;

/// <summary>A pair of IDX files, images and labels, as a data set.</summary>
internal static class IdxData
{
    /// <param name="names">Of the classes; null numbers them.</param>
    public static Dataset Load(DataSpec spec, string path, IReadOnlyList<string>? names)
    {
        IdxFile images = IdxFile.ReadImages(path);
        int count = images.Dimensions[0];
        int[]? labels = null;
        if (IdxFile.LabelsBeside(path) is string labelsPath)
        {
            labels = [.. IdxFile.ReadLabels(labelsPath).Elements];
            if (labels.Length != count)
                throw new FastGanException($"{path} has {count} images and {labelsPath} {labels.Length} labels: fetch both again, from one place");
            int classes = labels.Max() + 1;
            if (classes > names?.Count)
                throw new FastGanException(
                    $"{labelsPath} has a label {classes - 1}, and {spec.Source} only the classes 0..{names.Count - 1}: fetch it again");
            names ??= [.. Enumerable.Range(0, classes).Select(c => $"{c}")];
        }

        (Shape shape, byte[] bytes) = Convert(images, spec);
        return new Dataset(spec.Source, shape, bytes, labels, names ?? []);
    }

    /// <summary>To the size and channels asked for; the file's own bytes where they are that already.</summary>
    private static (Shape Shape, byte[] Bytes) Convert(IdxFile file, DataSpec spec)
    {
        (int N, int H, int W) = (file.Dimensions[0], file.Dimensions[1], file.Dimensions[2]);
        int sourceC = file.Dimensions is [_, _, _, int channels] ? channels : 1;
        Shape shape = new(N, spec.Size ?? H, spec.Size ?? W, spec.Channels ?? sourceC);
        if (shape == new Shape(N, H, W, sourceC))
            return (shape, file.Elements);

        // The scaling is done in the fewer channels: grey before it, replicated after it.
        int C = Math.Min(sourceC, shape.C);
        byte[] bytes = Dataset.Allocate(spec.Source, N, shape.H, shape.W, shape.C, "give a smaller --image-size, --channels 1, or fewer images");
        Resampler resampler = new(H, W, C, shape.H, shape.W, spec.Resize, margin: 0);
        Parallel.For(0, N, n =>
        {
            ReadOnlySpan<byte> image = file.Elements.AsSpan(n * H * W * sourceC, H * W * sourceC);
            Span<byte> output = bytes.AsSpan(n * shape.SampleCount, shape.SampleCount);
            if (C < sourceC)
            {
                byte[] grey = new byte[H * W];
                Pixels.Luma(image, grey);
                image = grey;
            }

            Span<byte> scaled = C < shape.C ? new byte[shape.H * shape.W] : output;
            resampler.Apply(image, scaled);
            if (C < shape.C)
                Pixels.Replicate(scaled, output);
        });
        return (shape, bytes);
    }
}
