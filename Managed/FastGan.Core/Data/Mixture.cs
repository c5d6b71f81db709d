namespace FastGan.Data;

/// <summary>
/// A mixture of equally likely Gaussians in the plane, all with covariance σ² I: data whose modes are known, to see which of them a generator
/// finds (Metz et al., 2017; Srivastava et al., 2017).
/// </summary>
public sealed class Mixture
{
    private Mixture(string name, double sigma, IEnumerable<(double X, double Y)> centers) => (Name, Sigma, Centers) = (name, sigma, [.. centers]);

    /// <summary>
    /// 8 Gaussians of σ = 0.01 on the unit circle, 45° apart. (A ring made with both ends of 0..2π, as in a widely copied listing, has
    /// two of its eight in one place.)
    /// </summary>
    public static Mixture Ring { get; } = new("ring", 0.01, Enumerable.Range(0, 8).Select(i => (Math.Cos(i * Math.PI / 4), Math.Sin(i * Math.PI / 4))));

    /// <summary>25 Gaussians of σ = 0.05 at {−4, −2, 0, 2, 4}².</summary>
    public static Mixture Grid { get; } = new("grid", 0.05, Enumerable.Range(0, 25).Select(i => (2.0 * (i % 5) - 4, 2.0 * (i / 5) - 4)));

    public string Name { get; }

    public double Sigma { get; }

    public IReadOnlyList<(double X, double Y)> Centers { get; }

    /// <summary>Points of the mixture, (count, 2): point i is of mode i mod the number of modes, so that each has its share to the point.</summary>
    public float[] Draw(ulong seed, int count)
    {
        float[] points = new float[2 * count];
        RandomNumbers.Normal(seed, RandomNumbers.MadeData, 0, points);
        for (int i = 0; i < count; i++)
        {
            (double x, double y) = Centers[i % Centers.Count];
            points[2 * i] = (float)(x + Sigma * points[2 * i]);
            points[2 * i + 1] = (float)(y + Sigma * points[2 * i + 1]);
        }

        return points;
    }
}
