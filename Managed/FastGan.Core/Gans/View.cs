using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Gans;

/// <summary>
/// What lies between images (N, H, W, C) and the samples (N / m, H, W, m·C) that the discriminator sees: augmentation, then packing of m images, sample k of
/// images k, k + N/m, k + 2N/m, …
/// </summary>
internal sealed class View(Recorder r, Gan gan)
{
    private readonly Ops.Augmentation? _augment = gan.Config.Training.Augment;
    private readonly int _pack = gan.Config.Training.Pack, _channels = gan.Config.Model.Channels;

    public bool IsIdentity => _augment is null && _pack == 1;

    public bool IsRandom => _augment is not null;

    /// <summary>Where to write images that are then to be <paramref name="seen"/>: there, if nothing lies between.</summary>
    public Tensor Before(Tensor seen) => IsIdentity ? seen : r.Temporary("images unseen", Images(seen.Shape));

    /// <param name="stream">Of the random numbers, which <see cref="Backward"/> is to be given again.</param>
    /// <param name="seen">Overwritten; already done where it is the images.</param>
    public void Forward(Tensor images, uint stream, Tensor seen)
    {
        if (_augment is not null)
        {
            Tensor augmented = _pack == 1 ? seen : r.Temporary("images augmented", images.Shape);
            r.Augment(_augment, stream, gan.Key, images, augmented);
            images = augmented;
        }

        Tensor packed = Part(images, 0);
        for (int i = 1; i < _pack; i++)
        {
            Tensor wider = i == _pack - 1 ? seen : r.Temporary("images packed", seen.Shape with { C = (i + 1) * _channels });
            r.ConcatChannels(packed, Part(images, i), wider);
            packed = wider;
        }
    }

    /// <returns>dL/dimages</returns>
    public Tensor Backward(Tensor dseen, uint stream)
    {
        Tensor dimages = dseen;
        if (_pack > 1)
        {
            dimages = r.Temporary("dimages packed", Images(dseen.Shape));
            for (int i = 0; i < _pack; i++)
                r.SliceChannels(dseen, i * _channels, Part(dimages, i));
        }

        if (_augment is null)
            return dimages;
        Tensor dx = r.Temporary("dimages unseen", dimages.Shape);
        r.AugmentBackward(_augment, stream, gan.Key, dimages, dx);
        return dx;
    }

    private Shape Images(Shape seen) => seen with { N = seen.N * _pack, C = _channels };

    private Tensor Part(Tensor images, int i) => images.Samples(i * images.Shape.N / _pack, images.Shape.N / _pack);
}
