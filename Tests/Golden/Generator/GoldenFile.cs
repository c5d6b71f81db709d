using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Tests.Golden;

/// <summary>Named arrays of doubles, in the order they were added, as one safetensors file.</summary>
internal sealed class GoldenFile
{
    private readonly List<(string Name, Shape Shape, Func<double[]> Values)> _arrays = [];

    public void Add(string name, Shape shape, IEnumerable<double> values)
    {
        double[] kept = [.. values];
        _arrays.Add((name, shape, () => kept));
    }

    public void Add(string name, double value) => Add(name, Shape.Scalar, [value]);

    public void Add(string name, int[] values) => Add(name, Shape.Vector(values.Length), values.Select(v => (double)v));

    public void Save(string path)
    {
        using FileStream file = File.Create(path);
        Safetensors.Write(file, _arrays);
    }
}
