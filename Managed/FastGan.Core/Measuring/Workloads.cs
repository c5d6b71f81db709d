using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Tensors;

namespace FastGan.Measuring;

/// <summary>
/// The five throughput workloads: the networks and steps that other frameworks' example programs train, on random images, so that a
/// figure depends on nothing but the machine.
/// </summary>
public static class Workloads
{
    private const int DataCount = 2048, DataBytes = 64 << 20;

    public static IReadOnlyList<string> Names { get; } = ["gan-mlp", "dcgan28", "dcgan64", "wgan28", "cgan28"];

    /// <summary>The config of a workload, with alternating updates.</summary>
    /// <exception cref="FastGanException">No such workload.</exception>
    public static RunConfig Config(string name)
    {
        DataSpec data = new("random");
        return name switch
        {
            "gan-mlp" => Presets.Make("gan", data, 28, 1),
            "dcgan28" => Presets.Make("dcgan", data, 28, 1),
            "dcgan64" => WithoutBiases(Presets.Make("dcgan", data, 64, 3)),
            "wgan28" => Presets.Make("wgan", data, 28, 1),
            "cgan28" => Presets.Make("cgan", data, 28, 1, classes: 10),
            _ => throw new FastGanException($"unknown workload '{name}': {Suggest.Among(name, [.. Names])}"),
        };
    }

    /// <summary>
    /// Random images of the model's shape, with random labels if it takes any: 2048, or what fits into 64 MiB, but at least a batch.
    /// </summary>
    public static Dataset RandomData(RunConfig config) =>
        RandomData(config, Math.Max(config.Training.Batch, Math.Min(DataCount, DataBytes / Gan.Image(config.Model, 1).Count)));

    /// <summary>The same of so many images.</summary>
    public static Dataset RandomData(RunConfig config, int count)
    {
        ModelSpec model = config.Model;
        Shape shape = Gan.Image(model, count);
        Random random = new(1);
        byte[] images = new byte[shape.Count];
        random.NextBytes(images);
        int[]? labels = model.Classes == 0 ? null : [.. Enumerable.Range(0, count).Select(_ => random.Next(model.Classes))];
        return new Dataset("random images", shape, images, labels, [.. Enumerable.Range(0, model.Classes).Select(c => $"{c}")]);
    }

    /// <summary>The 64×64 DCGAN of PyTorch's examples has no bias anywhere.</summary>
    private static RunConfig WithoutBiases(RunConfig config)
    {
        NetSpec Bare(NetSpec net) => net with
        {
            Layers = [.. net.Layers.Select(layer => layer switch
            {
                ConvLayer l => l with { Bias = false },
                ConvTransposeLayer l => l with { Bias = false },
                DenseLayer l => l with { Bias = false },
                _ => layer,
            })],
        };
        ModelSpec model = config.Model;
        return config with { Model = model with { Generator = Bare(model.Generator), Discriminator = Bare(model.Discriminator) } };
    }
}
