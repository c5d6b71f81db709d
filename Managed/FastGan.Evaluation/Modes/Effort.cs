namespace FastGan.Evaluation;

/// <summary>How much is spent on a trial.</summary>
public enum Effort
{
    /// <summary>Minutes on a processor.</summary>
    Quick,

    /// <summary>What the papers spent.</summary>
    Full,
}
