namespace FastGan.Tensors;

/// <summary>Batch, height, width, channels. Memory order is NHWC everywhere: channels are contiguous.</summary>
public readonly record struct Shape(int N, int H, int W, int C)
{
    /// <summary>N rows of C numbers: a batch of latents, logits, or a dense layer's activations.</summary>
    public static Shape Matrix(int n, int c) => new(n, 1, 1, c);

    /// <summary>C numbers: a bias, a batch-norm statistic, a whole slab.</summary>
    public static Shape Vector(int c) => new(1, 1, 1, c);

    public static Shape Scalar => new(1, 1, 1, 1);

    /// <summary>Rows of the (pixels × channels) matrix that this shape is in memory.</summary>
    public int Pixels => N * H * W;

    public int Count => Pixels * C;

    /// <summary>Elements of one sample.</summary>
    public int SampleCount => H * W * C;

    public Shape WithN(int n) => this with { N = n };

    public override string ToString() => H == 1 && W == 1 ? $"{N}x{C}" : $"{N}x{H}x{W}x{C}";
}
