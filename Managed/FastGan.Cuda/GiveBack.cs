namespace FastGan.Cuda;

/// <summary>Native things that are to be given back: the last first, and each whatever became of the others.</summary>
internal sealed class GiveBack : IDisposable
{
    private readonly Stack<Action> _actions = [];

    /// <returns><paramref name="thing"/>, which <see cref="Dispose"/> gives back.</returns>
    public T Keep<T>(T thing, Action<T> giveBack)
    {
        _actions.Push(() => giveBack(thing));
        return thing;
    }

    public void Dispose()
    {
        while (_actions.TryPop(out Action? giveBack))
            Quietly.Do(giveBack);
    }
}
