using FastGan.Gans;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace FastGan.Tests.Golden;

/// <summary>Augmentation and packing in libtorch's functions, NCHW.</summary>
internal sealed class TorchView(TrainingSpec spec)
{
    /// <summary>Images as the discriminator sees them.</summary>
    /// <param name="images">(N, C, H, W)</param>
    /// <param name="stream">Of the draws; taken only where images are augmented.</param>
    public Tensor See(Tensor images, int step, ref uint stream)
    {
        if (spec.Augment is not null)
            images = Augment(images, step, stream++);
        return cat(images.chunk(spec.Pack), 1);
    }

    private Tensor Augment(Tensor images, int step, uint stream)
    {
        (bool mayFlip, int shift) = spec.Augment!;
        (long height, long width) = (images.shape[2], images.shape[3]);
        Tensor padded = F.pad(images, [shift, shift, shift, shift], value: -1);
        int Offset(uint lane) => (int)((ulong)lane * (ulong)(2 * shift + 1) >> 32);
        Tensor One(int n)
        {
            (uint flip, uint down, uint right, _) = RandomNumbers.Block(spec.Seed, stream, (ulong)step, (uint)n);
            Tensor one = padded[n].narrow(1, Offset(down), height).narrow(2, Offset(right), width);
            return mayFlip && flip >> 31 == 1 ? one.flip(2) : one;
        }

        return stack([.. Enumerable.Range(0, (int)images.shape[0]).Select(One)]);
    }
}
