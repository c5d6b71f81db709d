using FastGan.Evaluation.Distances;

namespace FastGan.Evaluation.Scores;

/// <summary>The k samples of one set that are nearest to each sample of another, nearest first; of equally near ones the earlier.</summary>
/// <param name="Indices">(count, k).</param>
/// <param name="Distances">(count, k), Euclidean.</param>
public sealed record NearestNeighbours(int[] Indices, double[] Distances, int K)
{
    /// <summary>Of each query among the others.</summary>
    public static NearestNeighbours Find(Samples queries, Samples among, int k) => Find(queries, among, k, isSame: false);

    /// <summary>Of each sample among the rest of its own set.</summary>
    public static NearestNeighbours Within(Samples samples, int k) => Find(samples, samples, k, isSame: true);

    /// <summary>The distance from sample i to the furthest of its neighbours.</summary>
    public double Radius(int i) => Distances[(i + 1) * K - 1];

    private static NearestNeighbours Find(Samples queries, Samples among, int k, bool isSame)
    {
        int most = among.Count - (isSame ? 1 : 0);
        if (k < 1 || k > most)
            throw new FastGanException($"{k} nearest neighbours of {most}: ask for 1 to {most}, or give more samples");
        int[] indices = new int[queries.Count * k];
        double[] distances = new double[queries.Count * k];
        Euclidean.ForEachRow(queries, among, (i, row) =>
        {
            Span<int> nearest = indices.AsSpan(i * k, k);
            Span<double> near = distances.AsSpan(i * k, k);
            near.Fill(double.PositiveInfinity);
            for (int j = 0; j < row.Length; j++)
            {
                if (row[j] >= near[^1] || (isSame && j == i))
                    continue;
                int place = k - 1;
                for (; place > 0 && row[j] < near[place - 1]; place--)
                    (near[place], nearest[place]) = (near[place - 1], nearest[place - 1]);
                (near[place], nearest[place]) = (row[j], j);
            }
        });
        return new(indices, distances, k);
    }
}
