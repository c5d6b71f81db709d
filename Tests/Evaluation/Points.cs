using FastGan.Evaluation;

namespace FastGan.Tests.Evaluation;

/// <summary>Small sets of samples.</summary>
internal static class Points
{
    public static Samples Of(int width, params float[] values) => new(values, values.Length / width, width);

    /// <summary>N(mean, deviation²) in every number, from a seed.</summary>
    public static Samples Gaussian(ulong seed, int count, int width, double mean = 0, double deviation = 1)
    {
        float[] values = new float[count * width];
        RandomNumbers.Normal(seed, RandomNumbers.Samples, 0, values);
        return new Samples([.. values.Select(v => (float)(mean + deviation * v))], count, width);
    }

    public static Samples Moved(Samples samples, params float[] shift) =>
        new([.. samples.Values.Select((v, i) => v + shift[i % samples.Width])], samples.Count, samples.Width);

    public static Samples Reversed(Samples samples) => samples.Rows([.. Enumerable.Range(0, samples.Count).Reverse()]);

    /// <summary>The one line with which something is refused.</summary>
    public static void Refuses(string expected, Action act)
    {
        string line = Assert.ThrowsExactly<FastGanException>(act).Message;
        Assert.Contains(expected, line);
        Assert.DoesNotContain("\n", line);
    }
}
