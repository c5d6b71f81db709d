using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Training;

/// <summary>
/// Draws images from a generator in inference mode. Sample i of a seed is always the same image, however many are drawn with it.
/// </summary>
public sealed class Sampler : IDisposable
{
    private const int Batch = 64;
    private readonly ModelSpec _model;
    private readonly Net _generator;
    private readonly Tensor _weights;
    private readonly Device _device;
    private readonly Program _program;
    private readonly Tensor _z, _images;
    private readonly Tensor? _labels;
    private readonly Storage? _owned;
    private readonly float[] _latents;
    private readonly int[] _batchLabels = new int[Batch];

    /// <param name="weights">The generator's weights or their moving average: on the device already.</param>
    /// <param name="ownsWeights">Whether their memory is freed with the sampler.</param>
    public Sampler(ModelSpec model, Net generator, Tensor weights, Device device, bool ownsWeights)
    {
        _owned = ownsWeights ? weights.Storage : null;
        _model = model;
        _generator = generator;
        _weights = weights;
        _device = device;
        _z = new Tensor("sample z", Shape.Matrix(Batch, model.Latent));
        _images = new Tensor("sample images", Gan.Image(model, Batch));
        _labels = generator.TakesLabels ? new Tensor("sample labels", Shape.Matrix(Batch, 1), Element.Int32) : null;
        _latents = new float[_z.Count];
        foreach (Tensor t in Inputs())
            device.Allocate(t.Storage);
        Recorder r = new("sample");
        Forward(r, _z, _labels, _images);
        _program = r.Finish();
        _program.Plan(device);
    }

    public ModelSpec Model => _model;

    public Net Generator => _generator;

    /// <summary>What <see cref="Generator"/> computes with: its own weights, or their moving average.</summary>
    public Tensor Weights => _weights;

    public Device Device => _device;

    /// <summary>(64, latent): what <see cref="Run"/> reads. For programs that fill it on the device.</summary>
    public Tensor Latents => _z;

    /// <summary>(64) Int32, or null: what <see cref="Run"/> reads of a conditional model.</summary>
    public Tensor? Labels => _labels;

    /// <summary>(64, H, W, C): what <see cref="Run"/> writes.</summary>
    public Tensor Images => _images;

    /// <summary>Multiplications and additions that one image takes.</summary>
    public long FlopsOfSample => _program.Flops / Batch;

    /// <summary>Passes <see cref="Latents"/>, as they are on the device, through the generator.</summary>
    public void Run() => _device.Run(_program);

    /// <summary>Records the generator's pass from latents z (N, latent) to images, for programs that go on from there or back to z.</summary>
    public Tape Forward(Recorder r, Tensor z, Tensor? labels, Tensor? images = null) =>
        _generator.Forward(r, z, labels, Mode.Inference, weights: _weights, output: images);

    /// <summary>Writes the latent of sample <paramref name="index"/> of a seed.</summary>
    public void Latent(ulong seed, long index, Span<float> z)
    {
        if (_model.LatentDistribution == Distribution.Normal)
            RandomNumbers.Normal(seed, RandomNumbers.Samples, (ulong)index, z);
        else
            RandomNumbers.Uniform(seed, RandomNumbers.Samples, (ulong)index, z);
    }

    /// <summary>Draws samples first..first + count − 1 of a seed.</summary>
    /// <param name="labels">One class a sample for a conditional model; ignored by others.</param>
    /// <returns>(count, H, W, C) in [−1, 1]</returns>
    public float[] Draw(ulong seed, int count, ReadOnlySpan<int> labels = default, long first = 0)
    {
        float[] z = new float[count * _model.Latent];
        for (int i = 0; i < count; i++)
            Latent(seed, first + i, z.AsSpan(i * _model.Latent, _model.Latent));
        return Generate(z, labels);
    }

    /// <summary>Passes latents (count, latent) through the generator.</summary>
    /// <returns>(count, H, W, C) in [−1, 1]</returns>
    public float[] Generate(ReadOnlySpan<float> z, ReadOnlySpan<int> labels = default)
    {
        int count = z.Length / _model.Latent, pixels = _images.Shape.SampleCount;
        if (_labels is not null && labels.Length != count)
            throw new ArgumentException($"{count} samples need {count} labels, {labels.Length} given", nameof(labels));
        float[] images = new float[count * pixels], batch = new float[_images.Count];
        for (int first = 0; first < count; first += Batch)
        {
            int n = Math.Min(Batch, count - first);
            z.Slice(first * _model.Latent, n * _model.Latent).CopyTo(_latents);
            _device.Write(_z, _latents);
            if (_labels is not null)
            {
                labels.Slice(first, n).CopyTo(_batchLabels);
                _device.Write(_labels, _batchLabels);
            }

            Run();
            _device.Read(_images, batch.AsSpan());
            batch.AsSpan(0, n * pixels).CopyTo(images.AsSpan(first * pixels));
        }

        return images;
    }

    public void Dispose()
    {
        foreach (Tensor t in Inputs())
            _device.Free(t.Storage);
        _device.Free(_program.Arena!);
        if (_owned is not null)
            _device.Free(_owned);
    }

    private IEnumerable<Tensor> Inputs() => new[] { _z, _images, _labels }.OfType<Tensor>();
}
