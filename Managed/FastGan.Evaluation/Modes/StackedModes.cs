using FastGan.Data;
using FastGan.Gans;
using FastGan.Tensors;

namespace FastGan.Evaluation;

/// <summary>
/// Three grey images as the channels of one colour image (Metz et al., 2017; protocol of Srivastava et al., 2017, and Lin et al., 2018): with ten classes, a thousand
/// modes. A classifier of the grey images names each channel.
/// </summary>
public sealed class StackedModes : ModeProblem
{
    private const int Stacked = 3, Batch = 64, Epochs = 50;
    private readonly Dataset _grey;
    private readonly Classifier _classifier;
    private readonly Effort _effort;

    /// <exception cref="FastGanException">The images aren't grey, square, of a size that presets make, or have no labels.</exception>
    public StackedModes(Dataset grey, Classifier classifier, Effort effort)
    {
        if (grey.Channels != 1 || grey.Height != grey.Width)
            throw new FastGanException($"{grey.Name} has images of {grey.Height}×{grey.Width}×{grey.Channels}; grey square ones can be stacked");
        Presets.CheckImage("dcgan", grey.Height, Stacked);
        (_grey, _classifier, _effort) = (grey, classifier, effort);
    }

    public override string Name => "stacked";

    public override int Samples => _effort == Effort.Full ? 26_000 : 10_000;

    public override IReadOnlyList<PublishedModes> Published => PublishedModes.Stacked;

    public override string Differences =>
        "the papers stack digits, name them by classifiers of their own, have other networks, and count in 26,000 samples after 100,000 minibatches";

    public override long Minibatches => _effort == Effort.Full ? Epochs * Images / Batch : 2_000;

    private int Images => _effort == Effort.Full ? 128_000 : 32_000;

    public override float[] Real(ulong seed)
    {
        Dataset real = Draw(seed, Samples);
        return real.Pixels([.. Enumerable.Range(0, real.Count)]);
    }

    public override ModeCount Count(float[] samples)
    {
        float[] channel = new float[samples.Length / Stacked];
        int[] mode = new int[channel.Length / _grey.Shape.SampleCount];
        for (int c = 0; c < Stacked; c++)
        {
            for (int i = 0; i < channel.Length; i++)
                channel[i] = samples[Stacked * i + c];
            int[] classes = _classifier.Look(channel).Classes();
            for (int i = 0; i < mode.Length; i++)
                mode[i] = mode[i] * _classifier.Classes + classes[i];
        }

        return ModeCount.Of((int)Math.Pow(_classifier.Classes, Stacked), mode);
    }

    protected override Dataset Data() => Draw(DataSeed, Images);

    protected override RunConfig Training(ModeMethod method)
    {
        RunConfig config = Presets.Make(method.ImagePreset, new DataSpec(_grey.Name), _grey.Height, Stacked);
        return config with
        {
            Model = config.Model with { LatentDistribution = Ops.Distribution.Uniform },
            Training = config.Training with { Batch = Batch },
        };
    }

    /// <summary>Images whose channels are grey images drawn with the seed, any of them as often as any other.</summary>
    internal Dataset Draw(ulong seed, int count)
    {
        byte[] images = new byte[count * _grey.Shape.SampleCount * Stacked];
        for (int i = 0; i < count; i++)
        {
            (uint a, uint b, uint c, _) = RandomNumbers.Block(seed, RandomNumbers.MadeData, 0, (uint)i);
            Span<byte> image = images.AsSpan(i * _grey.Shape.SampleCount * Stacked, _grey.Shape.SampleCount * Stacked);
            Put(a, 0, image);
            Put(b, 1, image);
            Put(c, 2, image);
        }

        return new Dataset($"stacked {_grey.Name}", _grey.Shape with { N = count, C = Stacked }, images, null, []);
    }

    private void Put(uint random, int channel, Span<byte> image)
    {
        int grey = (int)(((ulong)random * (ulong)_grey.Count) >> 32);
        ReadOnlySpan<byte> pixels = _grey.Images.AsSpan(grey * _grey.Shape.SampleCount, _grey.Shape.SampleCount);
        for (int i = 0; i < pixels.Length; i++)
            image[Stacked * i + channel] = pixels[i];
    }
}
