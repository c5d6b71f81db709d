namespace FastGan.Data;

/// <summary>What a data set holds, in numbers; pixel values are those of [0, 1].</summary>
/// <param name="Mean">Mean of each channel.</param>
/// <param name="Std">Standard deviation of each channel, over all pixels of all images.</param>
/// <param name="ClassCounts">Images of each class; empty when there are no labels.</param>
public sealed record DatasetStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> Std, IReadOnlyList<int> ClassCounts)
{
    internal static DatasetStatistics Of(Dataset data)
    {
        int C = data.Channels;
        long[][] histograms = [.. Enumerable.Range(0, C).Select(_ => new long[256])];
        for (int i = 0; i < data.Images.Length; i += C)
        {
            for (int c = 0; c < C; c++)
                histograms[c][data.Images[i + c]]++;
        }

        int[] classCounts = new int[data.Classes];
        foreach (int label in data.Labels ?? [])
            classCounts[label]++;

        // A histogram knows the mean of any function of the values.
        double pixels = data.Images.Length / C;
        double Mean(int c, Func<double, double> f) => histograms[c].Select((n, value) => n * f(value / 255.0)).Sum() / pixels;
        double[] mean = [.. Enumerable.Range(0, C).Select(c => Mean(c, v => v))];
        double[] std = [.. Enumerable.Range(0, C).Select(c => Math.Sqrt(Mean(c, v => (v - mean[c]) * (v - mean[c]))))];
        return new(mean, std, classCounts);
    }
}
