using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class ResumeCommand
{
    public static int Run(ResumeOptions o)
    {
        if (o.Run is null)
            throw new FastGanException("resume needs the folder of a run: for instance fastgan resume runs/dcgan");
        Devices.Check(o);
        Watching.Check(o);
        RunFolder folder = RunFolder.Open(o.Run);
        if (!Directory.Exists(folder.CheckpointFolder))
            throw new FastGanException($"{o.Run} has no checkpoint yet: start it again by fastgan train {folder.ConfigFile}");
        Checkpoint checkpoint = Checkpoint.Open(o.Run, App.Warn);
        if (InAnyPrecision(ConfigFile.Read(folder.ConfigFile)) != InAnyPrecision(checkpoint.Config))
            throw new FastGanException(
                $"{folder.ConfigFile} was changed, or {checkpoint.FullPath} is of another run: put the file back, or start a new run by fastgan train {folder.ConfigFile}");
        long end = o.Steps ?? checkpoint.Config.Training.Steps;
        if (checkpoint.Step >= end && o.Steps is null)
        {
            Console.WriteLine($"{o.Run} is done: step {checkpoint.Step} of {end}. fastgan resume {o.Run} --steps {end + 1000} trains it further.");
            return ExitCode.Done;
        }

        if (checkpoint.Step >= end)
            throw new FastGanException($"{o.Run} is at step {checkpoint.Step} already: give --steps above that");
        if (end > checkpoint.Config.Training.Steps && checkpoint.Config.Training.Decay > 0)
            throw new FastGanException($"{o.Run} was to end at step {checkpoint.Config.Training.Steps}, where its learning rates are 0 (--decay): further steps would change nothing; start a new run for more");
        RunConfig config = checkpoint.Config;
        config = config with { Training = config.Training with { Precision = Devices.PrecisionOf(o) ?? config.Training.Precision } };
        using Device device = Devices.Open(o, config.Training.Precision, out string? why);
        Rehearsal.Begin(config, device);
        Dataset data = Dataset.Load(config.Data, App.Warn);
        Watching.Check(o, data);
        using Trainer trainer = new(config, data, device);
        if (trainer.DataDigest != checkpoint.DataDigest)
            throw new FastGanException($"data '{data.Name}' isn't what {o.Run} was trained on ({TrainingHeader.DataText(data)} now): put that back, or start a new run");
        checkpoint.Restore(trainer);
        return new TrainingSession(trainer, data, folder, o, why).Run(end);
    }

    /// <summary>A run may go on in another precision than it began with.</summary>
    private static string InAnyPrecision(RunConfig config) =>
        ConfigFile.Write(config with { Training = config.Training with { Precision = Precision.Fp32 } });
}
