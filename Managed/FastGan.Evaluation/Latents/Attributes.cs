using FastGan.Tensors;

namespace FastGan.Latents;

/// <summary>
/// What can be measured of an image of something bright on a dark ground. With p(x, y) in [0, 1] the mean of a pixel's channels, x to the right and y
/// down from the middle of the image, W and H its sides, Σ over its pixels, M = Σ p, and the centre of mass (x̄, ȳ) = Σ p · (x, y) / M:
/// <list type="bullet">
/// <item>brightness = Σ p / (W·H);</item>
/// <item>mass = (Σ p)² / (W·H · Σ p²): the share of the image that is covered, exactly so where all that is lit is lit alike, however brightly;</item>
/// <item>width = √(12 · Σ p (x − x̄)² / M + 1) / W: of an even rectangle of pixels exactly its width's share of the image's;</item>
/// <item>height = √(12 · Σ p (y − ȳ)² / M + 1) / H;</item>
/// <item>slant = −Σ p (x − x̄)(y − ȳ) / Σ p (y − ȳ)²: pixels to the right for a pixel up;</item>
/// <item>symmetry = 1 − Σ |p(x, y) − p(−x, y)| / 2M: 1 for an image that is its own mirror image.</item>
/// </list>
/// </summary>
public static class Attributes
{
    /// <summary>Of less light than this all attributes are 0, and so is the slant of less height.</summary>
    private const double Tiny = 1e-9;

    public static IReadOnlyList<string> Names { get; } = ["brightness", "mass", "width", "height", "slant", "symmetry"];

    /// <param name="image">(H, W, C) in [−1, 1]</param>
    /// <param name="shape">Of the image; N is ignored.</param>
    /// <param name="values">One for each of <see cref="Names"/>.</param>
    public static void Measure(ReadOnlySpan<float> image, Shape shape, Span<double> values)
    {
        (int H, int W, int C) = (shape.H, shape.W, shape.C);
        double[] p = new double[H * W];
        for (int i = 0; i < image.Length; i++)
            p[i / C] += (image[i] + 1) / 2 / C;

        double m = 0, squares = 0, mx = 0, my = 0, mirrored = 0;
        for (int i = 0; i < p.Length; i++)
        {
            (int y, int x) = (i / W, i % W);
            m += p[i];
            squares += p[i] * p[i];
            mx += p[i] * x;
            my += p[i] * y;
            mirrored += Math.Abs(p[i] - p[y * W + W - 1 - x]);
        }

        if (m < Tiny)
        {
            values.Clear();
            return;
        }

        double xx = 0, xy = 0, yy = 0;
        for (int i = 0; i < p.Length; i++)
        {
            (double x, double y) = (i % W - mx / m, i / W - my / m);
            xx += p[i] * x * x;
            xy += p[i] * x * y;
            yy += p[i] * y * y;
        }

        values[0] = m / p.Length;
        values[1] = m * m / (p.Length * squares);
        values[2] = Math.Sqrt(12 * xx / m + 1) / W;
        values[3] = Math.Sqrt(12 * yy / m + 1) / H;
        values[4] = yy < Tiny ? 0 : -xy / yy;
        values[5] = 1 - mirrored / (2 * m);
    }
}
