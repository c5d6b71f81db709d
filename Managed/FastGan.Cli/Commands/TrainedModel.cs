using FastGan.Cli.Options;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>A run's generator on the device that the options ask for.</summary>
internal sealed class TrainedModel : IDisposable
{
    /// <exception cref="FastGanException">There is no checkpoint, or the class is none of the model's.</exception>
    public TrainedModel(LatentOptions o, string path)
    {
        Devices.Check(o);
        Checkpoint = Checkpoint.Open(path, App.Warn);
        Label = ClassOf(o.Class, Model, path) ?? 0;
        Device = Devices.Open(o, Devices.PrecisionOf(o) ?? Precision.Fp32);
        Sampler = Checkpoint.OpenSampler(Device);
    }

    public Checkpoint Checkpoint { get; }

    public Device Device { get; }

    public Sampler Sampler { get; }

    /// <summary>The class asked for, or the first.</summary>
    public int Label { get; }

    public ModelSpec Model => Checkpoint.Config.Model;

    public Shape Image => Gan.Image(Model, 1);

    /// <summary>Images of latents (count, latent), of the class asked for.</summary>
    public float[] Generate(ReadOnlySpan<float> z) => Sampler.Generate(z, Enumerable.Repeat(Label, z.Length / Model.Latent).ToArray());

    /// <summary>The class that is asked for, by name or number; null for none.</summary>
    public static int? ClassOf(string? given, ModelSpec model, string checkpoint)
    {
        if (given is null)
            return null;
        if (model.Conditions() == 0)
            throw new FastGanException($"--class {given}: the model of {checkpoint} has no classes to ask for (cgan, acgan and infogan have): leave --class out");
        int named = model.ClassNames.ToList().FindIndex(name => name.Equals(given, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
            return named;
        if (int.TryParse(given, out int number) && number >= 0 && number < model.Conditions())
            return number;
        string end = model.ClassNames.Count > 0 ? Suggest.Among(given, model.ClassNames) + $", or 0 to {model.Conditions() - 1}" : $"accepted: 0 to {model.Conditions() - 1}";
        throw new FastGanException($"--class '{given}' is no class of the model: {end}");
    }

    /// <summary>Refuses a file of another kind than is written.</summary>
    public static void CheckEnd(string option, string? path, string end)
    {
        if (path is not null && !Path.GetExtension(path).Equals(end, StringComparison.OrdinalIgnoreCase))
            throw new FastGanException($"{option} {path}: give a file that ends in {end}");
    }

    public void Dispose()
    {
        Sampler.Dispose();
        Device.Dispose();
    }
}
