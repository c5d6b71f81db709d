namespace FastGan.Training;

/// <summary>What a look at some samples saw.</summary>
/// <param name="Diversity">Spread of the samples, the data's being 1.</param>
/// <param name="Frechet">Fréchet distance to the data, in the observer's features.</param>
/// <param name="ClassCounts">Samples that look like each class; null where nothing can tell.</param>
public sealed record Sight(double Diversity, double Frechet, IReadOnlyList<int>? ClassCounts);

/// <summary>Looks at a run's samples now and then. It draws by numbers of its own, so that training goes on as without it.</summary>
public interface IObserver
{
    /// <summary>Steps from one look to the next.</summary>
    int Every { get; }

    Sight Look();
}
