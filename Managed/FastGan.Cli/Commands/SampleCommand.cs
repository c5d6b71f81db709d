using FastGan.Cli.Options;
using FastGan.Gans;
using FastGan.Imaging;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class SampleCommand
{
    private const int Columns = 8, Rows = 8, LargestGrid = 10_000;
    private static readonly string[] OtherPictures = [".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"];

    public static int Run(SampleOptions o)
    {
        if (o.Checkpoint is null)
            throw new FastGanException("sample needs a run or a checkpoint: for instance fastgan sample runs/dcgan");
        Devices.Check(o);
        Choice.AtLeast("--count", o.Count, 1);
        string path = o.Out ?? "sample.png";
        bool isGrid = Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        if (OtherPictures.Contains(Path.GetExtension(path).ToLowerInvariant()) || File.Exists(path) && !isGrid)
            throw new FastGanException($"--out {path}: give a file that ends in .png, or a folder");
        if (!isGrid && o.Grid is not null)
            throw new FastGanException($"--grid is the layout of one picture, and --out {path} is a folder: leave one of them out");

        Checkpoint checkpoint = Checkpoint.Open(o.Checkpoint, App.Warn);
        ModelSpec model = checkpoint.Config.Model;
        int? only = TrainedModel.ClassOf(o.Class, model, o.Checkpoint);
        (int columns, int count) = Layout(o, model, only is null);
        if (isGrid && count > LargestGrid)
            throw new FastGanException($"a picture of {count} images is too large, {LargestGrid} is the most: give --out a folder");
        int[] labels = [.. Enumerable.Range(0, count).Select(i => only ?? (model.Classes > 0 ? i % model.Classes : 0))];

        using Device device = Devices.Open(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        using Sampler sampler = checkpoint.OpenSampler(device);
        ulong seed = o.Seed ?? 1;
        if (isGrid)
            ImageGrid.Save(path, sampler.Draw(seed, count, labels), Gan.Image(model, count), columns);
        else
            SaveEach(sampler, model, seed, labels, path);
        Console.WriteLine($"{count} image{(count == 1 ? "" : "s")} of step {checkpoint.Step}, seed {seed}: {path}");
        return ExitCode.Done;
    }

    /// <param name="everyClass">Whether the classes take turns, so that a column for each of them reads best.</param>
    private static (int Columns, int Count) Layout(SampleOptions o, ModelSpec model, bool everyClass)
    {
        bool byClass = everyClass && model.Classes > 0;
        if (o.Grid is null)
            return (byClass && model.Classes <= 16 ? model.Classes : Columns, o.Count ?? Rows * (byClass ? model.Classes : Columns));
        string[] parts = o.Grid.Split('x', 'X', '×');
        int rows = Rows;
        if (parts.Length > 2 || !int.TryParse(parts[0], out int columns) || columns < 1 || (parts.Length == 2 && (!int.TryParse(parts[1], out rows) || rows < 1)))
            throw new FastGanException($"--grid '{o.Grid}': give columns and rows, 8x8, or columns alone, 10");
        long room = (long)columns * rows;
        if (parts.Length == 2 && o.Count > room)
            throw new FastGanException($"--grid {o.Grid} has room for {room} images, --count asks for {o.Count}: make the grid larger, or leave --count out");
        return (columns, o.Count ?? (int)Math.Min(room, int.MaxValue));
    }

    /// <summary>A PNG for each image, in one sub-folder for each class if there are any: the very layout that train --data reads.</summary>
    private static void SaveEach(Sampler sampler, ModelSpec model, ulong seed, int[] labels, string folder)
    {
        const int batch = 64;
        Shape shape = Gan.Image(model, 1);
        float[] z = new float[batch * model.Latent];
        for (int first = 0; first < labels.Length; first += batch)
        {
            int n = Math.Min(batch, labels.Length - first);
            for (int i = 0; i < n; i++)
                sampler.Latent(seed, first + i, z.AsSpan(i * model.Latent, model.Latent));
            float[] images = sampler.Generate(z.AsSpan(0, n * model.Latent), labels.AsSpan(first, n));
            for (int i = 0; i < n; i++)
            {
                string file = Path.Combine(folder, ClassFolder(model, labels[first + i]), $"{first + i:D6}.png");
                PngImage.Save(file, images.AsSpan(i * shape.Count, shape.Count), shape.H, shape.W, shape.C);
            }
        }
    }

    private static string ClassFolder(ModelSpec model, int label)
    {
        if (model.Classes == 0)
            return "";
        string name = model.ClassNames.Count > 0 ? model.ClassNames[label] : $"{label}";
        return string.Join('-', name.Split(Path.GetInvalidFileNameChars()));
    }
}
