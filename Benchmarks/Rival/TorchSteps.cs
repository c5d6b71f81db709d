using System.Runtime.InteropServices;
using FastGan.Data;
using FastGan.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace FastGan.Rival;

/// <summary>
/// The training steps of the workloads with libtorch, as fast as we know how to write them: fused optimizers, channels last, no weight
/// gradients that are thrown away. The discriminator first, then the generator through it.
/// </summary>
internal static partial class TorchSteps
{
    private const int Latent = 100, CriticSteps = 5;

    private const int TrimThreshold = -1, TopPad = -2, MapMax = -4;

    /// <summary>Once in a process.</summary>
    public static Action Make(string workload, Dataset data, int batch, int threads)
    {
        KeepFreedMemory();
        TorchLibrary.MakeLoadable();
        set_num_threads(threads);
        manual_seed(1);
        TorchImages images = new(data, batch);
        Action step = workload switch
        {
            "gan-mlp" => Mlp(images),
            "dcgan28" => Dcgan(images, new Generator28(), new Discriminator28()),
            "dcgan64" => Dcgan(images, new Generator64(), new Discriminator64()),
            "wgan28" => Wgan(images),
            _ => Cgan(images),
        };
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            step();
        };
    }

    /// <summary>
    /// By default glibc maps and unmaps every large tensor, so that each is faulted in page by page, every step. This keeps them in the
    /// heap: what PyTorch's tuning guide gets by another allocator.
    /// </summary>
    private static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = mallopt(MapMax, 0);
        _ = mallopt(TrimThreshold, -1);
        _ = mallopt(TopPad, 64 << 20);
    }

    /// <summary>This discriminator has no batch norm, so that one pass over real and generated images is the same as two.</summary>
    private static Action Mlp(TorchImages images)
    {
        (MlpGenerator g, MlpDiscriminator d) = (new(), new());
        (TorchOptimizer updateG, TorchOptimizer updateD) = (TorchOptimizer.Adam(g), TorchOptimizer.Adam(d));
        Tensor one = ones(images.Batch, 1), both = cat([one, zeros(images.Batch, 1)]);
        return () =>
        {
            Tensor real = images.Next().Images.reshape(images.Batch, -1);
            Tensor fake = g.call(randn(images.Batch, Latent));
            updateD.ZeroGrad();
            F.binary_cross_entropy_with_logits(d.call(cat([real, fake.detach()])), both).backward();
            updateD.Step();

            updateG.ZeroGrad();
            updateG.Backward(F.binary_cross_entropy_with_logits(d.call(fake), one));
            updateG.Step();
        };
    }

    private static Action Dcgan(TorchImages images, Module<Tensor, Tensor> g, Module<Tensor, Tensor> d)
    {
        (TorchOptimizer updateG, TorchOptimizer updateD) = (TorchOptimizer.Adam(g), TorchOptimizer.Adam(d));
        (Tensor one, Tensor zero) = (ones(images.Batch, 1), zeros(images.Batch, 1));
        return () =>
        {
            Tensor real = images.Next().Images;
            Tensor fake = g.call(randn(images.Batch, Latent));
            updateD.ZeroGrad();
            F.binary_cross_entropy_with_logits(d.call(real), one).backward();
            F.binary_cross_entropy_with_logits(d.call(fake.detach()), zero).backward();
            updateD.Step();

            updateG.ZeroGrad();
            updateG.Backward(F.binary_cross_entropy_with_logits(d.call(fake), one));
            updateG.Step();
        };
    }

    private static Action Cgan(TorchImages images)
    {
        (ConditionalGenerator28 g, ConditionalDiscriminator28 d) = (new(), new());
        (TorchOptimizer updateG, TorchOptimizer updateD) = (TorchOptimizer.Adam(g), TorchOptimizer.Adam(d));
        (Tensor one, Tensor zero) = (ones(images.Batch, 1), zeros(images.Batch, 1));
        return () =>
        {
            (Tensor real, Tensor? labels) = images.Next();
            Tensor drawn = randint(0, 10, [images.Batch], ScalarType.Int64);
            Tensor fake = g.call(randn(images.Batch, Latent), drawn);
            updateD.ZeroGrad();
            F.binary_cross_entropy_with_logits(d.call(real, labels!), one).backward();
            F.binary_cross_entropy_with_logits(d.call(fake.detach(), drawn), zero).backward();
            updateD.Step();

            updateG.ZeroGrad();
            updateG.Backward(F.binary_cross_entropy_with_logits(d.call(fake, drawn), one));
            updateG.Step();
        };
    }

    /// <summary>Weights clipped after each critic update; the generator draws new images for its own.</summary>
    private static Action Wgan(TorchImages images)
    {
        (Generator28 g, Discriminator28 d) = (new(), new());
        (TorchOptimizer updateG, TorchOptimizer updateD, TorchOptimizer clip) =
            (TorchOptimizer.RmsProp(g), TorchOptimizer.RmsProp(d), TorchOptimizer.Clip(d));
        return () =>
        {
            for (int i = 0; i < CriticSteps; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor fake;
                using (no_grad())
                    fake = g.call(randn(images.Batch, Latent));
                updateD.ZeroGrad();
                d.call(fake).mean().sub_(d.call(images.Next().Images).mean()).backward();
                updateD.Step();
                clip.Step();
            }

            updateG.ZeroGrad();
            updateG.Backward(d.call(g.call(randn(images.Batch, Latent))).mean().neg_());
            updateG.Step();
        };
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
