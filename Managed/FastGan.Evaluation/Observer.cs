using FastGan.Data;
using FastGan.Evaluation.Scores;
using FastGan.Gans;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>
/// Looks at a run's samples while it trains: how widely they spread, how far from the data they are, and which classes they look like. The features are a
/// classifier's where there is one, else those of the same network untrained, in which distances compare one state of a run with another, but not two data sets.
/// </summary>
public sealed class Observer : IObserver, IDisposable
{
    private const int SampleCount = 256, DataCount = 2_000;

    /// <summary>Of the work of training, what looking may cost.</summary>
    private const double Share = 0.01;

    /// <summary>What a look's linear algebra takes on the host (measured: a look takes 25 to 50 ms).</summary>
    private const double HostSeconds = 0.04;

    private readonly Trainer _trainer;
    private readonly Classifier _features;
    private readonly bool _namesClasses;
    private readonly Lazy<FrechetReference> _data;
    private readonly int[] _labels;

    /// <param name="classifier">Disposed with the observer; null for the untrained network.</param>
    public Observer(Trainer trainer, Dataset data, Classifier? classifier)
    {
        _trainer = trainer;
        _features = classifier ?? Classifier.Untrained(data, trainer.Device);
        _namesClasses = classifier is not null;
        int conditions = trainer.Config.Model.Conditions();
        _labels = [.. Enumerable.Range(0, SampleCount).Select(i => conditions > 0 ? i % conditions : 0)];

        // At the first look: the first step shouldn't wait for it.
        _data = new Lazy<FrechetReference>(() => Reference(data));

        double look = SampleCount * (trainer.Sampler.FlopsOfSample + _features.FlopsOfImage) + HostSeconds * trainer.Device.TypicalFlops;
        double steps = look / (Share * trainer.Program.Flops), every = trainer.Config.Output.SampleEvery;
        Every = (int)Math.Min(Math.Ceiling(Math.Max(steps / every, 1)) * every, int.MaxValue);
    }

    private FrechetReference Reference(Dataset data)
    {
        int[] order = new int[data.Count];
        RandomNumbers.Shuffle(_trainer.Config.Training.Seed, 0, order);
        return new FrechetReference(Moments.Of(_features.Look(data.Pixels(order.AsSpan(0, Math.Min(DataCount, data.Count)).ToArray())).Features));
    }

    /// <inheritdoc/>
    public int Every { get; }

    /// <inheritdoc/>
    public Sight Look()
    {
        Looked looked = _features.Look(_trainer.Sampler.Draw(_trainer.Config.Training.Seed, SampleCount, _labels));
        Moments moments = Moments.Of(looked.Features);
        int[]? counts = null;
        if (_namesClasses)
        {
            counts = new int[_features.Classes];
            foreach (int c in looked.Classes())
                counts[c]++;
        }

        // Data that are all alike have no spread to compare with.
        return new Sight(_data.Value.Moments.TotalVariance == 0 ? 1 : Math.Sqrt(moments.TotalVariance / _data.Value.Moments.TotalVariance), _data.Value.DistanceTo(moments), counts);
    }

    public void Dispose() => _features.Dispose();
}
