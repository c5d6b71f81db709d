using FastGan.Data;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Tests.Training;

/// <summary>Presets small enough to train in a test: the bundled images at 16×16.</summary>
internal static class Small
{
    public const int ImageSize = 16;

    /// <summary>dcgan with what no preset has: hinge loss, spectral norm, augmentation.</summary>
    public const string SpectralGan = "spectral gan";

    /// <summary>sgan with a penalty, whose logit isn't linear in the last layer.</summary>
    public const string PenalisedSgan = "penalised sgan";

    public static DataSpec Spec { get; } = new("fashion-mnist-10k", ImageSize, 1);

    public static Dataset Data { get; } = Dataset.Load(Spec, _ => { });

    /// <summary>A preset on the bundled data with a batch of 8 and everything written often.</summary>
    public static RunConfig Config(string preset, int batch = 8, double? ema = 0.9)
    {
        bool spectral = preset == SpectralGan, penalised = preset == PenalisedSgan;
        RunConfig config = Presets.Make(spectral ? "dcgan" : penalised ? "sgan" : preset, Spec, ImageSize, 1, Data.Classes, Data.ClassNames, latent: 16);
        if (spectral)
        {
            config = Presets.WithSpectralNorm(config);
            config = config with { Training = config.Training with { Loss = AdversarialLoss.Hinge, Augment = new(Flip: true, Shift: 2) } };
        }

        if (penalised)
            config = Presets.WithPenalty(config, new PenaltySpec(PenaltyKind.R1, 10));
        return config with
        {
            Training = config.Training with { Batch = batch, Ema = ema },
            Output = new OutputSpec(LogEvery: 10, SampleEvery: 100, CheckpointEvery: 50),
        };
    }

    /// <summary>A training step, one operation at a time: it leaves every gradient, which the processor's whole step may use up.</summary>
    public static void StepByOperations(Trainer trainer)
    {
        trainer.WriteInputs();
        for (int i = 0; i < trainer.Program.Instructions.Length; i++)
            trainer.Device.Run(trainer.Program, i, i + 1);
        trainer.StepsDone++;
    }

    /// <summary>Runs a new trainer to a step, in a new run folder or from the last checkpoint of an existing one.</summary>
    public static void Run(RunConfig config, FastGan.Programs.Device device, string path, long steps)
    {
        using Trainer trainer = new(config, Data, device);
        RunFolder folder = File.Exists(System.IO.Path.Combine(path, "config.json")) ? RunFolder.Open(path) : RunFolder.Create(path);
        if (Directory.Exists(folder.CheckpointFolder))
            Checkpoint.Open(path, Assert.Fail).Restore(trainer);
        File.WriteAllText(folder.ConfigFile, ConfigFile.Write(config));
        Assert.AreEqual(RunOutcome.Finished, new TrainingRun(trainer, folder).Execute(steps, _ => { }, () => { }, default));
    }
}
