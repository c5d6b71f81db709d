namespace FastGan.Ops;

/// <summary>
/// Dynamic loss scaling (Micikevicius et al., 2018): gradients in half precision are kept in range by a factor on the loss, found by trial. Its
/// state is four numbers in device memory, so that a recorded step never changes: the scale, finite updates since it changed, updates skipped,
/// and 1 or 0 for whether the last gradients were finite.
/// </summary>
public static class LossScale
{
    public const int Scale = 0, Finite = 1, Skipped = 2, IsFinite = 3, Count = 4;

    public const double Least = 1, Most = 1 << 24;

    /// <summary>
    /// What a run starts with. Lower than is usual (65536), so that the first updates aren't skipped: an adaptive optimizer remembers the first
    /// gradients, which are the largest of a WGAN, and without them took steps many times as long.
    /// </summary>
    public const double Initial = 1024;

    /// <summary>What the four numbers start with.</summary>
    public static readonly float[] Start = [(float)Initial, 0, 0, 1];

    /// <summary>Finite updates in a row after which the scale is doubled.</summary>
    public const int Growth = 2000;
}
