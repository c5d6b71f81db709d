using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastGan.Evaluation.Distances;

/// <summary>
/// The Earth Mover's distance with an entropy term (Cuturi, 2013): the plan P that minimises ⟨P, C⟩ + ε KL(P ‖ a bᵀ) under uniform weights a and b. It is cheaper than
/// an exact plan, and costs more than that by up to about ε ln n: it goes to the exact distance as ε goes to 0.
/// </summary>
/// <param name="Cost">⟨P, C⟩: the mean distance carried, without the entropy.</param>
/// <param name="Iterations">Rounds it took, those at larger ε before it included.</param>
/// <param name="MarginalError">Σ |row sums of P − a| at the last round; the columns are exact.</param>
public sealed record Sinkhorn(double Cost, int Iterations, double MarginalError)
{
    private const int MostIterations = 20_000;

    /// <summary>Where a larger ε hands over to the next one.</summary>
    private const double Loose = 0.05;

    /// <summary>Between two sets, which may differ in size, with Euclidean distances as costs.</summary>
    /// <param name="tolerance">The marginal error at which it ends. Where two plans cost nearly the same, each further digit takes many rounds.</param>
    public static Sinkhorn Between(Samples a, Samples b, double epsilon, double tolerance = 1e-3) =>
        Solve(Euclidean.Matrix(a, b), a.Count, b.Count, epsilon, tolerance);

    /// <summary>
    /// Alternates the two potentials f and g of P = a bᵀ exp((f + g − C) / ε), in logarithms so that no ε is too small, through ε halved from the
    /// largest cost down to the one asked for (Peyré and Cuturi, 2019, chapter 4).
    /// </summary>
    /// <param name="cost">(rows, columns).</param>
    /// <param name="tolerance">The marginal error at which it ends.</param>
    /// <exception cref="FastGanException">It doesn't get there.</exception>
    public static Sinkhorn Solve(double[] cost, int rows, int columns, double epsilon, double tolerance)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon) && tolerance > 0))
            throw new FastGanException($"Sinkhorn with epsilon {epsilon} and tolerance {tolerance}: give finite numbers above 0");
        if (cost.Length != (long)rows * columns)
            throw new ArgumentException($"{cost.Length} costs for {rows} rows and {columns} columns", nameof(cost));
        double[] transposed = Transpose(cost, rows, columns);
        double[] f = new double[rows], g = new double[columns], next = new double[rows];
        int iterations = 0;
        double error = double.PositiveInfinity;
        for (double e = Math.Max(epsilon, cost.Max()); ; e = Math.Max(epsilon, e / 2))
        {
            do
            {
                if (++iterations > MostIterations)
                {
                    throw new FastGanException(
                        $"Sinkhorn with epsilon {epsilon:g4} is at a marginal error of {error:g2} after {MostIterations:N0} rounds, not at {tolerance:g2}: "
                        + "give a larger epsilon or tolerance");
                }

                // A row's sum in the plan so far is a · exp((f − next f) / ε).
                Update(cost, g, next, e);
                error = 0;
                for (int i = 0; i < rows; i++)
                    error += Math.Abs(Math.Exp((f[i] - next[i]) / e) - 1) / rows;
                (f, next) = (next, f);
                Update(transposed, f, g, e);
            }
            while (!(error <= (e == epsilon ? tolerance : Loose)));
            if (e == epsilon)
                return new Sinkhorn(Carried(cost, f, g, e), iterations, error);
        }
    }

    /// <summary>new fᵢ = −ε ln Σⱼ bⱼ exp((gⱼ − Cᵢⱼ) / ε); f is overwritten.</summary>
    private static void Update(double[] cost, double[] g, double[] f, double epsilon) => Parallel.For(0, f.Length, i =>
    {
        ReadOnlySpan<double> row = cost.AsSpan(i * g.Length, g.Length);
        double most = Largest(g, row);
        f[i] = -most - epsilon * Math.Log(Exponentials(g, row, most, epsilon) / g.Length);
    });

    /// <summary>The largest of g − c.</summary>
    private static double Largest(ReadOnlySpan<double> g, ReadOnlySpan<double> c)
    {
        ReadOnlySpan<Vector256<double>> gs = MemoryMarshal.Cast<double, Vector256<double>>(g), cs = MemoryMarshal.Cast<double, Vector256<double>>(c);
        double most = double.NegativeInfinity;
        if (gs.Length > 0)
        {
            Vector256<double> mosts = gs[0] - cs[0];
            for (int j = 1; j < gs.Length; j++)
                mosts = Vector256.Max(mosts, gs[j] - cs[j]);
            for (int lane = 0; lane < Vector256<double>.Count; lane++)
                most = Math.Max(most, mosts[lane]);
        }

        for (int j = gs.Length * Vector256<double>.Count; j < g.Length; j++)
            most = Math.Max(most, g[j] - c[j]);
        return most;
    }

    /// <summary>Σ exp((g − c − most) / ε).</summary>
    private static double Exponentials(ReadOnlySpan<double> g, ReadOnlySpan<double> c, double most, double epsilon)
    {
        ReadOnlySpan<Vector256<double>> gs = MemoryMarshal.Cast<double, Vector256<double>>(g), cs = MemoryMarshal.Cast<double, Vector256<double>>(c);
        Vector256<double> sums = default;
        for (int j = 0; j < gs.Length; j++)
            sums += Vector256.Exp((gs[j] - cs[j] - Vector256.Create(most)) / epsilon);
        double sum = Vector256.Sum(sums);
        for (int j = gs.Length * Vector256<double>.Count; j < g.Length; j++)
            sum += Math.Exp((g[j] - c[j] - most) / epsilon);
        return sum;
    }

    /// <summary>⟨P, C⟩.</summary>
    private static double Carried(double[] cost, double[] f, double[] g, double epsilon)
    {
        double[] rows = new double[f.Length];
        Parallel.For(0, f.Length, i =>
        {
            for (int j = 0; j < g.Length; j++)
                rows[i] += cost[i * g.Length + j] * Math.Exp((f[i] + g[j] - cost[i * g.Length + j]) / epsilon);
        });
        return rows.Sum() / ((double)f.Length * g.Length);
    }

    private static double[] Transpose(double[] matrix, int rows, int columns)
    {
        double[] transposed = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                transposed[j * rows + i] = matrix[i * columns + j];
        }

        return transposed;
    }
}
