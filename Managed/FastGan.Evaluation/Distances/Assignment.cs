namespace FastGan.Evaluation.Distances;

/// <summary>
/// The assignment of rows to columns of the least total cost: one shortest augmenting path for each row, with potentials that keep
/// reduced costs from being negative (Kuhn, 1955; Jonker and Volgenant, 1987). In the cube of the size at worst.
/// </summary>
public static class Assignment
{
    /// <param name="cost">(size, size), finite.</param>
    /// <returns>The column of each row.</returns>
    public static int[] Solve(ReadOnlySpan<double> cost, int size)
    {
        if (cost.Length != (long)size * size)
            throw new ArgumentException($"{cost.Length} costs for {size} rows and columns", nameof(cost));
        foreach (double c in cost)
        {
            if (!double.IsFinite(c))
                throw new FastGanException($"a cost of {c} can't be assigned: give finite costs");
        }

        double[] rowPotential = new double[size], columnPotential = new double[size], distance = new double[size];
        int[] rowOf = new int[size], before = new int[size];
        bool[] reached = new bool[size];
        Array.Fill(rowOf, -1);
        for (int start = 0; start < size; start++)
        {
            // Dijkstra's search from the new row to the nearest column that is free.
            Array.Fill(distance, double.PositiveInfinity);
            Array.Clear(reached);
            (int row, int column, double length) = (start, -1, 0);
            while (row >= 0)
            {
                int nearest = -1;
                for (int j = 0; j < size; j++)
                {
                    if (reached[j])
                        continue;
                    double through = length + cost[row * size + j] - rowPotential[row] - columnPotential[j];
                    if (through < distance[j])
                        (distance[j], before[j]) = (through, column);
                    if (nearest < 0 || distance[j] < distance[nearest])
                        nearest = j;
                }

                (column, length) = (nearest, distance[nearest]);
                reached[column] = true;
                row = rowOf[column];
            }

            rowPotential[start] += length;
            for (int j = 0; j < size; j++)
            {
                if (!reached[j] || j == column)
                    continue;
                columnPotential[j] -= length - distance[j];
                rowPotential[rowOf[j]] += length - distance[j];
            }

            // Along the path each row moves to the next column.
            for (int j = column; j >= 0; j = before[j])
                rowOf[j] = before[j] < 0 ? start : rowOf[before[j]];
        }

        int[] columnOf = new int[size];
        for (int j = 0; j < size; j++)
            columnOf[rowOf[j]] = j;
        return columnOf;
    }
}
