using System.Globalization;
using FastGan.Data;
using FastGan.Evaluation;

namespace FastGan.Cli.Commands;

/// <summary>Reads samples to compare.</summary>
internal static class SampleFiles
{
    /// <summary>Images as pixels from 0 to 1, a row for each, or the rows of a file.csv.</summary>
    /// <param name="images">The images themselves; null for numbers.</param>
    public static Samples Load(string source, out Dataset? images)
    {
        images = null;
        if (Path.GetExtension(source).Equals(".csv", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(source))
            return ReadCsv(source);
        images = Dataset.Load(new DataSpec(source), App.Warn);
        return new Samples([.. images.Images.Select(pixel => pixel / 255f)], images.Count, images.Shape.SampleCount);
    }

    private static Samples ReadCsv(string path)
    {
        if (!File.Exists(path))
            throw new FastGanException($"{path} is no file: give a file.csv of numbers, a row for each sample");
        List<float> values = [];
        (int rows, int width, int line) = (0, 0, 0);
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            string[] cells = text.Split(',');
            width = rows == 0 ? cells.Length : width;
            if (cells.Length != width)
                throw new FastGanException($"{path}: line {line} has {cells.Length} numbers and those before it {width}: give each sample as many");
            foreach (string cell in cells)
            {
                if (!float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value))
                    throw new FastGanException($"{path}: line {line}: '{cell.Trim()}' is no finite number: give numbers with commas between, and no heading");
                values.Add(value);
            }

            rows++;
        }

        return rows > 0 ? new Samples([.. values], rows, width) : throw new FastGanException($"{path} is empty: give a row of numbers for each sample");
    }
}
