using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Training;

namespace FastGan.Cli.Display;

/// <summary>What is trained on what, where, and where it goes.</summary>
internal static class TrainingHeader
{
    public static void Print(Trainer trainer, Dataset data, RunFolder folder, long end)
    {
        RunConfig config = trainer.Config;
        TrainingSpec t = config.Training;
        double epochs = (double)end * t.ImagesPerStep() / data.Count;
        string start = trainer.StepsDone > 0 ? $"from step {trainer.StepsDone:N0} to " : "";
        Terminal.Heading($"{config.Preset} on {data.Name}: {DataText(data)}");
        Terminal.Facts(
            ("device", trainer.Device.Description),
            ("networks", $"{Parameters(trainer.Gan.Generator)}, {Parameters(trainer.Gan.Discriminator)}"),
            ("training", $"{start}{end:N0} steps of {ImagesText(t)}, {epochs:0.#} epochs"),
            ("run", folder.FullPath));
        Console.WriteLine();
    }

    public static string DataText(Dataset data) =>
        $"{data.Count:N0} images of {data.Width}×{data.Height}×{data.Channels}{(data.Classes > 0 ? $", {data.Classes} classes" : "")}";

    public static string ImagesText(TrainingSpec t) => t.CriticSteps == 1 ? $"{t.Batch} images" : $"{t.CriticSteps} × {t.Batch} images";

    private static string Parameters(Net net) => $"{net.Name} {net.Layers.Sum(l => l.Trained):N0} parameters";
}
