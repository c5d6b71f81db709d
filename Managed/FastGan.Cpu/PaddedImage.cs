using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>
/// An image of few channels with its padding written out, so that each row of a window is one run of R · C numbers. Readers go in whole
/// vectors and may run over the end by <see cref="Slack"/>.
/// </summary>
internal static unsafe class PaddedImage
{
    public const int Slack = 16;

    /// <summary>Numbers of a row.</summary>
    public static int Line(ConvShape g) => (g.W + 2 * g.Pad) * g.C;

    /// <summary>Numbers of an image, and the slack.</summary>
    public static long Floats(ConvShape g) => (long)(g.H + 2 * g.Pad) * Line(g) + Slack;

    /// <summary>Writes rows [from, to) of image n, counted with the padding.</summary>
    public static void Write(ConvShape g, float* x, int n, int from, int to, float* padded)
    {
        int row = g.W * g.C, border = g.Pad * g.C;
        for (int h = from - g.Pad; h < to - g.Pad; h++, padded += Line(g))
        {
            Span<float> line = new(padded, Line(g));
            if ((uint)h >= (uint)g.H)
            {
                line.Clear();
                continue;
            }

            line[..border].Clear();
            new Span<float>(x + ((nint)n * g.H + h) * row, row).CopyTo(line[border..]);
            line[(border + row)..].Clear();
        }
    }
}
