using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Training;

namespace FastGan.Cli.Display;

/// <summary>What is trained on what, where, and where it goes.</summary>
internal static class TrainingHeader
{
    public static void Print(Trainer trainer, Dataset data, RunFolder folder, long end, string? why)
    {
        RunConfig config = trainer.Config;
        TrainingSpec t = config.Training;
        double epochs = (double)end * t.ImagesPerStep() / data.Count;
        string steps = trainer.StepsDone > 0 ? $"steps {trainer.StepsDone + 1:N0} to {end:N0}" : $"{end:N0} steps";
        Terminal.Heading($"{config.Preset} on {data.Name}: {DataText(data)}");
        Terminal.Facts(
            ("device", $"{trainer.Device.Description}{(why is null ? "" : $" ({why})")}"),
            ("networks", $"{Parameters(trainer.Gan.Generator)}, {Parameters(trainer.Gan.Discriminator)}"),
            ("training", $"{steps} of {ImagesText(t)}, {(epochs < 0.1 ? "under 0.1" : $"{epochs:0.#}")} epochs in all"),
            ("run", folder.FullPath));
        Console.WriteLine();
    }

    public static string DataText(Dataset data) =>
        $"{data.Count:N0} images of {data.Width}×{data.Height}×{data.Channels}{(data.Classes > 0 ? $", {data.Classes} classes" : "")}";

    public static string ImagesText(TrainingSpec t) => t.CriticSteps == 1 ? $"{t.Batch} images" : $"{t.CriticSteps} × {t.Batch} images";

    private static string Parameters(Net net) => $"{net.Name} {net.Layers.Sum(l => l.Trained):N0} parameters";
}
