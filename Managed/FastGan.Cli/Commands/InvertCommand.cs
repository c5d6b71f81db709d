using FastGan.Cli.Options;
using FastGan.Cli.Pictures;
using FastGan.Data;
using FastGan.Latents;

namespace FastGan.Cli.Commands;

internal static class InvertCommand
{
    public static int Run(InvertOptions o)
    {
        if (o.Checkpoint is null || o.Images.Count == 0)
            throw new FastGanException("invert needs a run or a checkpoint, and images: for instance fastgan invert runs/dcgan shoe.png");
        Choice.AtLeast("--starts", o.Starts, 1);
        Choice.AtLeast("--steps", o.Steps, 1);
        string folder = o.Out ?? "inverted";
        string[] names = [.. o.Images.Select(image => Path.GetFileNameWithoutExtension(image)!)];
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key is string twice)
            throw new FastGanException($"two images are called {twice}, and so would their latents be: rename one");

        using TrainedModel model = new(o, o.Checkpoint);
        float[][] images = [.. o.Images.Select(path => SingleImage.Load(path, model.Image, model.Checkpoint.Config.Data.Resize))];
        InversionOptions defaults = new();
        InversionOptions options = defaults with { Starts = o.Starts ?? defaults.Starts, Steps = o.Steps ?? defaults.Steps, Seed = o.Seed ?? defaults.Seed, Label = model.Label };
        List<float[]> cells = [];
        List<string> rows = [];
        for (int i = 0; i < images.Length; i++)
        {
            Inverted found = model.Sampler.Invert(images[i], options);
            string file = Path.Combine(folder, names[i] + LatentFile.Extension);
            LatentFile.Save(file, found.Latent);
            Console.WriteLine($"{o.Images[i]}: error {found.Error:F3} a pixel (root mean square; black is 0, white 1): {file}");
            cells.AddRange([images[i], found.Image]);
            rows.Add($"{names[i]}, error {found.Error:F3}");
        }

        string picture = Path.Combine(folder, "inverted.png");
        LabelledGrid.Save(picture, [.. cells.SelectMany(c => c)], model.Image, ["original", "found"], rows);
        Console.WriteLine($"originals and what was found: {picture}");
        return ExitCode.Done;
    }
}
