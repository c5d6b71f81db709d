namespace FastGan.Cuda;

/// <summary>What cuDNN was set up for. What it refuses once it isn't asked for again: the caller has a way of its own.</summary>
internal sealed class CudnnPlans<TKey, TPlan>(Func<TKey, TPlan> make) : IDisposable
    where TKey : notnull
    where TPlan : class, IDisposable
{
    /// <summary>Null for what was refused.</summary>
    private readonly Dictionary<TKey, TPlan?> _plans = [];

    /// <param name="run">Runs a plan with <paramref name="arguments"/>, or is false where cuDNN has nothing for it. Static, so that nothing is allocated.</param>
    /// <returns>False where cuDNN refuses, when it is set up or at a run, as a rule the first; nothing is queued then.</returns>
    public bool TryRun<TArguments>(TKey key, TArguments arguments, Func<TPlan, TArguments, bool> run)
    {
        TPlan? plan = null;
        try
        {
            if (!_plans.TryGetValue(key, out plan))
                _plans.Add(key, plan = make(key));
            if (plan is null)
                return false;
            if (run(plan, arguments))
                return true;
        }
        catch (CudaException e) when (e.IsRefusal)
        {
            // As where there is nothing for it.
        }

        plan?.Dispose();
        _plans[key] = null;
        return false;
    }

    public void Dispose()
    {
        foreach (TPlan? plan in _plans.Values)
            plan?.Dispose();
        _plans.Clear();
    }
}
