namespace FastGan.Evaluation;

/// <summary>Points of one width, as rows of a matrix: features, pixels, class probabilities.</summary>
public readonly struct Samples
{
    /// <param name="values">(count, width), a row after another; kept, not copied.</param>
    /// <exception cref="FastGanException">A value is not finite.</exception>
    public Samples(float[] values, int count, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (values.Length != (long)count * width)
            throw new ArgumentException($"{values.Length} values for {count} samples of {width}", nameof(values));
        int bad = Array.FindIndex(values, v => !float.IsFinite(v));
        if (bad >= 0)
            throw new FastGanException($"sample {bad / width} has {values[bad]} at place {bad % width}: distances and scores need finite numbers");
        (Values, Count, Width) = (values, count, width);
    }

    /// <summary>(Count, Width).</summary>
    public float[] Values { get; }

    public int Count { get; }

    public int Width { get; }

    public ReadOnlySpan<float> this[int sample] => Values.AsSpan(sample * Width, Width);

    /// <summary>One number of each sample.</summary>
    public double[] Axis(int axis)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(axis);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(axis, Width);
        double[] numbers = new double[Count];
        for (int i = 0; i < Count; i++)
            numbers[i] = Values[i * Width + axis];
        return numbers;
    }

    /// <summary>The mean of each sample's numbers: of pixels, the brightness.</summary>
    public double[] Means()
    {
        double[] means = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            foreach (float value in this[i])
                means[i] += value;
            means[i] /= Width;
        }

        return means;
    }

    /// <summary>Copies the rows named.</summary>
    public Samples Rows(ReadOnlySpan<int> rows)
    {
        float[] values = new float[rows.Length * Width];
        for (int i = 0; i < rows.Length; i++)
            this[rows[i]].CopyTo(values.AsSpan(i * Width));
        return new Samples(values, rows.Length, Width);
    }

    /// <summary>Some of the samples, none of them twice: the same ones for the same seed and draw.</summary>
    public Samples Draw(int count, ulong seed, ulong draw)
    {
        if (count > Count)
            throw new FastGanException($"{count} samples can't be drawn from {Count}: ask for fewer, or give more");
        int[] order = new int[Count];
        RandomNumbers.Shuffle(seed, draw, order);
        return Rows(order.AsSpan(0, count));
    }

    internal static void RequireSameWidth(Samples a, Samples b)
    {
        if (a.Width != b.Width)
            throw new FastGanException($"samples of {a.Width} numbers can't be compared with samples of {b.Width}: give both the same width");
    }
}
