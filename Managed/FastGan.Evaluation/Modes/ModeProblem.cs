using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>
/// Data whose modes are known, a training for each method, and the count of the modes that a generator found. The data is the same for all
/// methods and seeds, and so is the number of its minibatches that a training sees: a method of several critic updates to a step takes fewer steps.
/// </summary>
public abstract class ModeProblem
{
    /// <summary>Of the data; those of the trials begin at 1.</summary>
    protected const ulong DataSeed = 0;
    private readonly Lazy<Dataset> _data;

    protected ModeProblem() => _data = new Lazy<Dataset>(Data);

    public abstract string Name { get; }

    /// <summary>Samples that modes are counted in.</summary>
    public abstract int Samples { get; }

    /// <summary>Minibatches of real data that a training sees.</summary>
    public abstract long Minibatches { get; }

    /// <summary>What papers report of this problem.</summary>
    public abstract IReadOnlyList<PublishedModes> Published { get; }

    /// <summary>How the papers' trials differ from these.</summary>
    public abstract string Differences { get; }

    /// <summary>What is trained for a method, but for its seed.</summary>
    /// <param name="minibatches">Of real data; null for the problem's own number.</param>
    public RunConfig Config(ModeMethod method, long? minibatches = null)
    {
        RunConfig config = Training(method);
        TrainingSpec t = config.Training;
        return config with { Training = t with { Pack = method.Pack, Steps = Math.Max(1, (minibatches ?? Minibatches) / t.CriticSteps) } };
    }

    /// <summary>Trains a method from a seed, and draws from its generator.</summary>
    /// <returns>(samples, …)</returns>
    public float[] Train(ModeMethod method, ulong seed, Device device, long? minibatches = null)
    {
        RunConfig config = Config(method, minibatches);
        config = config with { Training = config.Training with { Seed = seed, Precision = device.Precision } };
        using Trainer trainer = new(config, _data.Value, device);
        while (trainer.StepsDone < config.Training.Steps)
            trainer.Advance();
        return trainer.Sampler.Draw(seed, Samples);
    }

    /// <summary>As many real samples, none of those that are trained on: what a perfect generator would draw.</summary>
    public abstract float[] Real(ulong seed);

    public abstract ModeCount Count(float[] samples);

    protected abstract Dataset Data();

    /// <summary>Networks and training of a method, but for packing and the number of steps.</summary>
    protected abstract RunConfig Training(ModeMethod method);
}
