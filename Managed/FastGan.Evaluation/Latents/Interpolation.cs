using FastGan.Ops;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>How one gets from latent a to latent b.</summary>
public enum PathKind
{
    /// <summary>(1 − t) · a + t · b.</summary>
    Linear,

    /// <summary>
    /// (sin((1 − t)Ω) · a + sin(tΩ) · b) / sin Ω, with the angle Ω between a and b (Shoemake, 1985): keeps the length of normal latents, nearly all of which
    /// lie at √latent from the origin, where a straight line leaves them (White, 2016).
    /// </summary>
    Spherical,
}

/// <summary>Ways through the latents of a generator.</summary>
public static class Interpolation
{
    /// <summary>Below this sine two latents are as good as parallel, and the arc between them isn't defined or is straight.</summary>
    private const double LeastSine = 1e-6;

    /// <summary>Latents on the way from waypoint to waypoint, both ends included.</summary>
    /// <param name="waypoints">At least two latents.</param>
    /// <param name="steps">From one waypoint to the next.</param>
    /// <param name="kind">Null for spherical where latents are normal, and linear where they are uniform.</param>
    /// <returns>((waypoints − 1) · steps + 1, latent), for <see cref="Sampler.Generate"/>.</returns>
    /// <exception cref="FastGanException">Spherical, and the latents are uniform.</exception>
    public static float[] Interpolate(this Sampler sampler, IReadOnlyList<float[]> waypoints, int steps, PathKind? kind = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(waypoints.Count, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        bool normal = sampler.Model.LatentDistribution == Distribution.Normal;
        if (kind == PathKind.Spherical && !normal)
            throw new FastGanException("a spherical path is for normal latents; this model's are uniform, which fill a cube evenly and no sphere: take the linear one");
        kind ??= normal ? PathKind.Spherical : PathKind.Linear;

        int width = sampler.Model.Latent;
        float[] path = new float[((waypoints.Count - 1) * steps + 1) * width];
        for (int i = 0; i * width < path.Length; i++)
        {
            int from = Math.Min(i / steps, waypoints.Count - 2);
            Between(waypoints[from], waypoints[from + 1], (double)(i - from * steps) / steps, kind.Value).CopyTo(path, i * width);
        }

        return path;
    }

    /// <summary>The latent at t of the way from a (t = 0) to b (t = 1).</summary>
    public static float[] Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double t, PathKind kind)
    {
        (double wa, double wb) = kind == PathKind.Linear ? (1 - t, t) : ArcWeights(a, b, t);
        float[] z = new float[a.Length];
        for (int i = 0; i < z.Length; i++)
            z[i] = (float)(wa * a[i] + wb * b[i]);
        return z;
    }

    private static (double A, double B) ArcWeights(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double t)
    {
        double aa = 0, ab = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            aa += (double)a[i] * a[i];
            ab += (double)a[i] * b[i];
            bb += (double)b[i] * b[i];
        }

        double angle = aa == 0 || bb == 0 ? 0 : Math.Acos(Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1)), sine = Math.Sin(angle);
        return sine < LeastSine ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
    }
}
