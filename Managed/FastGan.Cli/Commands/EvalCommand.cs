using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class EvalCommand
{
    private const string SheetFile = "eval.json", PictureFile = "memorisation.png";

    public static int Run(EvalOptions o)
    {
        if (o.Run is null)
            throw new FastGanException("eval needs a run or a checkpoint: for instance fastgan eval runs/dcgan");
        Devices.Check(o);
        Choice.AtLeast("--samples", o.Samples, 1);
        Choice.AtLeast("--draws", o.Draws, 2);
        Checkpoint checkpoint = Checkpoint.Open(o.Run, App.Warn);
        Dataset data = Dataset.Load(DataSpec(o, checkpoint.Config), App.Warn);
        EvaluationOptions options = new(o.Samples, o.Draws ?? 5, o.Seed ?? 1);
        using Device device = Devices.Open(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        ScoreSheet sheet = Evaluator.Evaluate(checkpoint, data, device, options, Console.Error.WriteLine);

        string folder = FolderOf(o.Run, checkpoint), file = Path.Combine(folder, SheetFile), picture = Path.Combine(folder, PictureFile);
        Memorisation.Save(picture, checkpoint, data, device, options.Seed);
        AtomicFile.Write(file, sheet.ToJson());
        if (o.Json)
        {
            Console.Write(sheet.ToJson());
            return ExitCode.Done;
        }

        ScoreTable.Print(sheet, o.Run);
        Console.WriteLine();
        Console.WriteLine($"{file}: the same in full; {picture}: generated images, each with the nearest ones of the data");
        return ExitCode.Done;
    }

    private static DataSpec DataSpec(EvalOptions o, RunConfig config) =>
        o.Data is null ? config.Data : config.Data with { Source = o.Data, Size = config.Model.ImageSize, Channels = config.Model.Channels };

    /// <summary>The run that a checkpoint is in, or the checkpoint's own folder where it was moved out of one.</summary>
    private static string FolderOf(string given, Checkpoint checkpoint)
    {
        if (File.Exists(Path.Combine(given, "config.json")))
            return given;
        string? run = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(checkpoint.FullPath)));
        return run is not null && File.Exists(Path.Combine(run, "config.json")) ? run : checkpoint.FullPath;
    }
}
