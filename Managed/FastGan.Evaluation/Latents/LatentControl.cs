using FastGan.Ops;
using FastGan.Training;
using MathNet.Numerics.LinearAlgebra;

namespace FastGan.Latents;

/// <summary>
/// Control of a generator that was trained without any: samples of it, what is read off their images, and the directions in latent space that change
/// this. A distance along a direction is in standard deviations of the latent along it.
/// </summary>
public sealed class LatentControl
{
    /// <summary>Of the regression, as a share of the samples: next to nothing beside the latents' own variance, and enough for a matrix that has an inverse.</summary>
    private const double Ridge = 0.01;

    /// <summary>How far to either side a direction is followed to see what changes.</summary>
    private const double Reach = 2;

    private readonly Sampler _sampler;
    private readonly AttributeReader _reader;
    private readonly int _label;
    private readonly double _sigma;
    private readonly Matrix<double> _sensitivity;

    /// <param name="label">Class of the images, for a conditional model.</param>
    /// <param name="samples">Drawn from <paramref name="seed"/> for the regression; a quarter as many of the next seed test it, and directions.</param>
    public LatentControl(Sampler sampler, AttributeReader reader, int samples = 2048, ulong seed = 1, int label = 0)
    {
        (_sampler, _reader, _label) = (sampler, reader, label);
        _sigma = sampler.Model.LatentDistribution == Distribution.Normal ? 1 : 1 / Math.Sqrt(3);
        Samples = samples;
        Seed = seed;
        Matrix<double> z = Latents(seed, samples), a = Read(z);
        Mean = a.ColumnSums() / samples;
        Deviation = Vector<double>.Build.Dense(a.ColumnCount, k => Math.Sqrt(a.Column(k).Sum(v => (v - Mean[k]) * (v - Mean[k])) / samples));
        Matrix<double> gram = z.TransposeThisAndMultiply(z) + Matrix<double>.Build.DenseDiagonal(z.ColumnCount, Ridge * samples * _sigma * _sigma);
        _sensitivity = gram.Cholesky().Solve(z.TransposeThisAndMultiply(Standardised(a))) * _sigma;

        Matrix<double> others = Latents(seed + 1, samples / 4), truth = Standardised(Read(others)), residual = truth - others * _sensitivity / _sigma;
        Explained = Vector<double>.Build.Dense(a.ColumnCount, k => 1 - residual.Column(k).PointwisePower(2).Sum() / Math.Max(truth.Column(k).PointwisePower(2).Sum(), double.Epsilon));
    }

    public IReadOnlyList<string> Names => _reader.Names;

    public int Samples { get; }

    public ulong Seed { get; }

    /// <summary>Of each attribute over the samples.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Standard deviation of each attribute over the samples.</summary>
    public Vector<double> Deviation { get; }

    /// <summary>Share of each attribute's variance over samples not fitted that a linear function of the latent predicts.</summary>
    public Vector<double> Explained { get; }

    /// <summary>
    /// By ridge regression of each attribute on the latents: the direction in which its linear prediction rises the fastest.
    /// </summary>
    public IReadOnlyList<Direction> ByRegression() => [.. Names.Select((name, k) => Unit(name, _sensitivity.Column(k)))];

    /// <summary>
    /// The direction that still changes its attribute and holds the others: the maximum over x of v·x − |x|²/2 − strength/2 · Σ (wₖ·x)², with v the direction as it
    /// is and wₖ the change of each other attribute for a move in latent space, by the regression. A large strength projects v off all others.
    /// </summary>
    /// <param name="direction">Named like its attribute.</param>
    public Direction Hold(Direction direction, double strength)
    {
        Matrix<double> m = Matrix<double>.Build.DenseIdentity(direction.Vector.Count);
        for (int k = 0; k < Names.Count; k++)
        {
            if (Names[k] != direction.Name)
                m += strength * _sensitivity.Column(k).OuterProduct(_sensitivity.Column(k));
        }

        return Unit(direction.Name, m.Cholesky().Solve(direction.Vector));
    }

    /// <summary>
    /// What each direction does: the mean change of each attribute, in its standard deviations, for a move of one standard deviation, over samples that no
    /// direction was found from, each moved by two either way.
    /// </summary>
    /// <returns>(directions, attributes)</returns>
    public Matrix<double> Entanglement(IReadOnlyList<Direction> directions)
    {
        Matrix<double> z = Latents(Seed + 1, Samples / 4), changes = Matrix<double>.Build.Dense(directions.Count, Names.Count);
        for (int d = 0; d < directions.Count; d++)
        {
            Matrix<double> difference = Read(Moved(z, directions[d], Reach)) - Read(Moved(z, directions[d], -Reach));
            changes.SetRow(d, (difference.ColumnSums() / z.RowCount / (2 * Reach)).PointwiseDivide(Deviation.Map(s => Math.Max(s, 1e-9))));
        }

        return changes;
    }

    /// <summary>Root mean square change of the attributes that a direction isn't meant for: what the wanted change stands against.</summary>
    /// <param name="changes">A row of <see cref="Entanglement"/>.</param>
    public double Drift(Vector<double> changes, string wanted)
    {
        double[] others = [.. changes.Where((_, k) => Names[k] != wanted).Select(c => c * c)];
        return Math.Sqrt(others.Average());
    }

    /// <summary>Latents from −reach to reach standard deviations along a direction from a latent, as <see cref="Sampler.Generate"/> takes them.</summary>
    public float[] Strip(ReadOnlySpan<float> z, Direction direction, int count, double reach = 3)
    {
        Matrix<double> start = Matrix<double>.Build.Dense(1, z.Length);
        for (int i = 0; i < z.Length; i++)
            start[0, i] = z[i];
        return [.. Enumerable.Range(0, count).SelectMany(i => Flat(Moved(start, direction, reach * (2.0 * i / (count - 1) - 1))))];
    }

    internal static Direction Unit(string name, Vector<double> vector)
    {
        double length = vector.L2Norm();
        return new Direction(name, length > 0 ? vector / length : vector);
    }

    private Matrix<double> Standardised(Matrix<double> attributes) =>
        Matrix<double>.Build.Dense(attributes.RowCount, attributes.ColumnCount, (i, k) => (attributes[i, k] - Mean[k]) / Math.Max(Deviation[k], 1e-9));

    /// <summary>Uniform latents stay in their interval.</summary>
    private Matrix<double> Moved(Matrix<double> z, Direction direction, double distance)
    {
        double limit = _sampler.Model.LatentDistribution == Distribution.Normal ? double.PositiveInfinity : 1;
        return Matrix<double>.Build.Dense(z.RowCount, z.ColumnCount, (i, k) => Math.Clamp(z[i, k] + distance * _sigma * direction.Vector[k], -limit, limit));
    }

    private Matrix<double> Latents(ulong seed, int count)
    {
        int width = _sampler.Model.Latent;
        Matrix<double> z = Matrix<double>.Build.Dense(count, width);
        float[] row = new float[width];
        for (int i = 0; i < count; i++)
        {
            _sampler.Latent(seed, i, row);
            z.SetRow(i, Array.ConvertAll(row, v => (double)v));
        }

        return z;
    }

    private Matrix<double> Read(Matrix<double> z) => _reader.Read(_sampler.Generate(Flat(z), Enumerable.Repeat(_label, z.RowCount).ToArray()));

    private static float[] Flat(Matrix<double> z) => Array.ConvertAll(z.ToRowMajorArray(), v => (float)v);
}
