using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Tests.Training;
using FastGan.Training;

namespace FastGan.Tests.Latents;

/// <summary>A small generator after brief training, and the same one before it: what is said of latents must hold of the first and fail of the second.</summary>
internal sealed class Trained : IDisposable
{
    private const int Steps = 300;
    private static readonly Lazy<float[]> Weights = new(Train);
    private readonly CpuDevice _device = new();
    private readonly Trainer _trainer;

    public Trained(bool untrained = false)
    {
        _trainer = new Trainer(Config, Small.Data, _device);
        if (!untrained)
            _device.Write(_trainer.Gan.Generator.Weights, Weights.Value);
    }

    private static RunConfig Config => Small.Config("dcgan", batch: 64, ema: null);

    public Sampler Sampler => _trainer.Sampler;

    public static int Pixels => Small.ImageSize * Small.ImageSize;

    /// <summary>An image of the data, in [−1, 1].</summary>
    public static float[] Real(int index) => [.. Small.Data.Images.Skip(index * Pixels).Take(Pixels).Select(b => b / 127.5f - 1)];

    public void Dispose()
    {
        _trainer.Dispose();
        _device.Dispose();
    }

    private static float[] Train()
    {
        using CpuDevice device = new();
        using Trainer trainer = new(Config, Small.Data, device);
        while (trainer.StepsDone < Steps)
            trainer.Step();
        return device.Read<float>(trainer.Gan.Generator.Weights);
    }
}
