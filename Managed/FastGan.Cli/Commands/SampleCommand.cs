using FastGan.Cli.Options;
using FastGan.Gans;
using FastGan.Imaging;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class SampleCommand
{
    private const int Columns = 8, Rows = 8, LargestGrid = 10_000, SweepSteps = 10;

    /// <summary>Twice as far as the codes go in training, as the paper has it (Chen et al., 2016).</summary>
    private const float SweepEnd = 2;
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
        if (o.Code is not null && (!isGrid || o.Grid is not null || o.Count is not null))
            throw new FastGanException("--code makes one picture with a layout of its own: leave --grid and --count out, and give --out a .png");

        Checkpoint checkpoint = Checkpoint.Open(o.Checkpoint, App.Warn);
        ModelSpec model = checkpoint.Config.Model;
        int? only = TrainedModel.ClassOf(o.Class, model, o.Checkpoint);
        (int columns, int count) = Layout(o, model, only is null);
        if (isGrid && count > LargestGrid)
            throw new FastGanException($"a picture of {count} images is too large, {LargestGrid} is the most: give --out a folder");
        int[] labels = [.. Enumerable.Range(0, count).Select(i => only ?? (model.Conditions() > 0 ? i % model.Conditions() : 0))];

        using Device device = Devices.Open(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        using Sampler sampler = checkpoint.OpenSampler(device);
        ulong seed = o.Seed ?? 1;
        if (o.Code is int code)
        {
            SaveSweep(sampler, model, seed, code, only, path, o.Checkpoint);
            Console.WriteLine($"code {code} from {-SweepEnd} to {SweepEnd}, step {checkpoint.Step}, seed {seed}: {path}");
            return ExitCode.Done;
        }

        if (isGrid)
            ImageGrid.Save(path, sampler.Draw(seed, count, labels), Gan.Image(model, count), columns);
        else
            SaveEach(sampler, model, seed, labels, path);
        Console.WriteLine($"{count} image{(count == 1 ? "" : "s")} of step {checkpoint.Step}, seed {seed}: {path}");
        return ExitCode.Done;
    }

    /// <summary>A picture whose columns go through one continuous code, all else in a row being the same; its rows are samples, of one class after another.</summary>
    private static void SaveSweep(Sampler sampler, ModelSpec model, ulong seed, int code, int? only, string path, string checkpoint)
    {
        if (model.Codes == 0)
            throw new FastGanException($"--code {code}: the model of {checkpoint} has no codes (infogan has): leave --code out");
        if (code < 0 || code >= model.Codes)
            throw new FastGanException($"--code {code} is no code of the model: accepted: 0 to {model.Codes - 1}");
        int rows = model.Conditions() is > 0 and <= 16 and int classes && only is null ? classes : Rows, count = rows * SweepSteps;
        float[] z = new float[count * model.Latent];
        for (int i = 0; i < count; i++)
        {
            sampler.Latent(seed, i / SweepSteps, z.AsSpan(i * model.Latent, model.Latent));
            z[i * model.Latent + code] = SweepEnd * (2f * (i % SweepSteps) / (SweepSteps - 1) - 1);
        }

        int[] labels = [.. Enumerable.Range(0, count).Select(i => only ?? (model.Conditions() > 0 ? i / SweepSteps % model.Conditions() : 0))];
        ImageGrid.Save(path, sampler.Generate(z, labels), Gan.Image(model, count), SweepSteps);
    }

    /// <param name="everyClass">Whether the classes take turns, so that a column for each of them reads best.</param>
    private static (int Columns, int Count) Layout(SampleOptions o, ModelSpec model, bool everyClass)
    {
        bool byClass = everyClass && model.Conditions() > 0;
        if (o.Grid is null)
            return (byClass && model.Conditions() <= 16 ? model.Conditions() : Columns, o.Count ?? Rows * (byClass ? model.Conditions() : Columns));
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
        if (model.Conditions() == 0)
            return "";
        string name = model.ClassNames.Count > 0 ? model.ClassNames[label] : $"{label}";
        return string.Join('-', name.Split(Path.GetInvalidFileNameChars()));
    }
}
