using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FastGan.Rival;

/// <summary>
/// The MLP generator of the PyTorch-GAN scripts. In-place functions are called here and below, as the activation modules add an operator
/// a call.
/// </summary>
internal sealed class MlpGenerator : Module<Tensor, Tensor>
{
    private readonly Linear l1 = Linear(100, 128), l2 = Linear(128, 256, hasBias: false), l3 = Linear(256, 512, hasBias: false);
    private readonly Linear l4 = Linear(512, 1024, hasBias: false), l5 = Linear(1024, 784);
    private readonly BatchNorm1d b2 = BatchNorm1d(256), b3 = BatchNorm1d(512), b4 = BatchNorm1d(1024);

    public MlpGenerator() : base(nameof(MlpGenerator)) => RegisterComponents();

    public override Tensor forward(Tensor z)
    {
        Tensor x = l1.call(z).leaky_relu_(0.2);
        x = b2.call(l2.call(x)).leaky_relu_(0.2);
        x = b3.call(l3.call(x)).leaky_relu_(0.2);
        x = b4.call(l4.call(x)).leaky_relu_(0.2);
        return l5.call(x).tanh_();
    }
}

/// <summary>The MLP discriminator of the PyTorch-GAN scripts, to logits.</summary>
internal sealed class MlpDiscriminator : Module<Tensor, Tensor>
{
    private readonly Linear l1 = Linear(784, 512), l2 = Linear(512, 256), l3 = Linear(256, 1);

    public MlpDiscriminator() : base(nameof(MlpDiscriminator)) => RegisterComponents();

    public override Tensor forward(Tensor x) => l3.call(l2.call(l1.call(x).leaky_relu_(0.2)).leaky_relu_(0.2));
}

/// <summary>28×28 DCGAN generator.</summary>
internal sealed class Generator28 : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(100, 7 * 7 * 128, hasBias: false);
    private readonly BatchNorm2d b0 = BatchNorm2d(128), b1 = BatchNorm2d(64);
    private readonly ConvTranspose2d c1 = ConvTranspose2d(128, 64, 4, stride: 2, padding: 1, bias: false);
    private readonly ConvTranspose2d c2 = ConvTranspose2d(64, 1, 4, stride: 2, padding: 1);

    public Generator28() : base(nameof(Generator28))
    {
        RegisterComponents();
        ChannelsLast.Initialise(this);
    }

    public override Tensor forward(Tensor z)
    {
        Tensor x = fc.call(z).view(-1, 7, 7, 128).permute(0, 3, 1, 2);
        x = b1.call(c1.call(b0.call(x).relu_())).relu_();
        return c2.call(x).tanh_();
    }
}

/// <summary>28×28 DCGAN discriminator or critic, to logits.</summary>
internal sealed class Discriminator28 : Module<Tensor, Tensor>
{
    private readonly Conv2d c1;
    private readonly Conv2d c2 = Conv2d(64, 128, 4, stride: 2, padding: 1, bias: false);
    private readonly BatchNorm2d b2 = BatchNorm2d(128);
    private readonly Linear fc = Linear(7 * 7 * 128, 1);

    public Discriminator28(int channels = 1) : base(nameof(Discriminator28))
    {
        c1 = Conv2d(channels, 64, 4, stride: 2, padding: 1);
        RegisterComponents();
        ChannelsLast.Initialise(this);
    }

    public override Tensor forward(Tensor x)
    {
        x = b2.call(c2.call(c1.call(x).leaky_relu_(0.2))).leaky_relu_(0.2);
        return fc.call(x.permute(0, 2, 3, 1).reshape(-1, 7 * 7 * 128));
    }
}

/// <summary>cgan28's generator: the label's embedding times z.</summary>
internal sealed class ConditionalGenerator28 : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding embedding = Embedding(10, 100);
    private readonly Generator28 net = new();

    public ConditionalGenerator28() : base(nameof(ConditionalGenerator28)) => RegisterComponents();

    public override Tensor forward(Tensor z, Tensor labels) => net.call(embedding.call(labels).mul(z));
}

/// <summary>cgan28's discriminator: the label's embedding as the image's second channel.</summary>
internal sealed class ConditionalDiscriminator28 : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding embedding = Embedding(10, 784);
    private readonly Discriminator28 net = new(2);

    public ConditionalDiscriminator28() : base(nameof(ConditionalDiscriminator28)) => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor labels)
    {
        Tensor e = embedding.call(labels).view(-1, 28, 28, 1);
        return net.call(cat([x.permute(0, 2, 3, 1), e], 3).permute(0, 3, 1, 2));
    }
}

/// <summary>The 64×64 generator of PyTorch's examples.</summary>
internal sealed class Generator64 : Module<Tensor, Tensor>
{
    private readonly ConvTranspose2d c1 = ConvTranspose2d(100, 512, 4, bias: false), c2 = Doubling(512, 256), c3 = Doubling(256, 128);
    private readonly ConvTranspose2d c4 = Doubling(128, 64), c5 = Doubling(64, 3);
    private readonly BatchNorm2d b1 = BatchNorm2d(512), b2 = BatchNorm2d(256), b3 = BatchNorm2d(128), b4 = BatchNorm2d(64);

    public Generator64() : base(nameof(Generator64))
    {
        RegisterComponents();
        ChannelsLast.Initialise(this);
    }

    public override Tensor forward(Tensor z)
    {
        Tensor x = b1.call(c1.call(z.view(-1, 100, 1, 1))).relu_();
        x = b2.call(c2.call(x)).relu_();
        x = b3.call(c3.call(x)).relu_();
        x = b4.call(c4.call(x)).relu_();
        return c5.call(x).tanh_();
    }

    private static ConvTranspose2d Doubling(long inputs, long outputs) =>
        ConvTranspose2d(inputs, outputs, 4, stride: 2, padding: 1, bias: false);
}

/// <summary>The 64×64 discriminator of PyTorch's examples, to logits.</summary>
internal sealed class Discriminator64 : Module<Tensor, Tensor>
{
    private readonly Conv2d c1 = Halving(3, 64), c2 = Halving(64, 128), c3 = Halving(128, 256), c4 = Halving(256, 512);
    private readonly Conv2d c5 = Conv2d(512, 1, 4, bias: false);
    private readonly BatchNorm2d b2 = BatchNorm2d(128), b3 = BatchNorm2d(256), b4 = BatchNorm2d(512);

    public Discriminator64() : base(nameof(Discriminator64))
    {
        RegisterComponents();
        ChannelsLast.Initialise(this);
    }

    public override Tensor forward(Tensor x)
    {
        x = c1.call(x).leaky_relu_(0.2);
        x = b2.call(c2.call(x)).leaky_relu_(0.2);
        x = b3.call(c3.call(x)).leaky_relu_(0.2);
        x = b4.call(c4.call(x)).leaky_relu_(0.2);
        return c5.call(x).view(-1, 1);
    }

    private static Conv2d Halving(long inputs, long outputs) => Conv2d(inputs, outputs, 4, stride: 2, padding: 1, bias: false);
}

internal static class ChannelsLast
{
    /// <summary>
    /// DCGAN's initialisation, and weights in channels_last memory. TorchSharp has no memory_format argument, but libtorch goes by strides, so
    /// that a permuted contiguous copy is the same thing.
    /// </summary>
    public static void Initialise(nn.Module net)
    {
        using IDisposable guard = no_grad();
        foreach (nn.Module m in net.modules())
        {
            switch (m)
            {
                case Conv2d c:
                    c.weight = Weights(c.weight!);
                    break;
                case ConvTranspose2d c:
                    c.weight = Weights(c.weight!);
                    break;
                case BatchNorm2d b:
                    init.normal_(b.weight!, 1.0, 0.02);
                    init.zeros_(b.bias!);
                    break;
            }
        }
    }

    private static Parameter Weights(Tensor w)
    {
        init.normal_(w, 0, 0.02);
        return new Parameter(w.detach().permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
    }
}
