using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;

namespace FastGan.Benchmarks;

/// <summary>
/// The five throughput workloads: the networks and steps that other frameworks' example programs train, on random images, so that a
/// figure depends on nothing but the machine.
/// </summary>
internal static class Workloads
{
    public static IReadOnlyList<string> Names { get; } = ["gan-mlp", "dcgan28", "dcgan64", "wgan28", "cgan28"];

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

    /// <summary>Random images with random labels, enough for several batches.</summary>
    public static Dataset RandomData(RunConfig config)
    {
        const int count = 2048, classes = 10;
        ModelSpec m = config.Model;
        Tensors.Shape shape = Gan.Image(m, count);
        Random random = new(1);
        byte[] images = new byte[shape.Count];
        random.NextBytes(images);
        return new Dataset("random", shape, images, [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))], [.. Enumerable.Range(0, classes).Select(c => $"{c}")]);
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
        return config with { Model = config.Model with { Generator = Bare(config.Model.Generator), Discriminator = Bare(config.Model.Discriminator) } };
    }
}
