using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void Mix(Tensor a, Tensor b, Tensor t, Tensor y)
    {
        for (int i = 0; i < y.Count; i++)
            Reals(y)[i] = Reals(b)[i] + (Reals(t)[i / y.Shape.SampleCount] + 1) / 2 * (Reals(a)[i] - Reals(b)[i]);
    }

    public void GradientPenalty(Tensor g, double center, double weight, Tensor? lossScale, Tensor loss, Tensor norm, Tensor dg)
    {
        int N = g.Shape.N, width = g.Shape.SampleCount;
        double sumLoss = 0, sumNorm = 0;
        for (int n = 0; n < N; n++)
        {
            double* sample = Reals(g) + n * width;
            double length = Length(sample, width);
            double factor = length == 0 ? 0 : Scale(lossScale) * 2 * weight / N * (length - center) / length;
            for (int i = 0; i < width; i++)
                Reals(dg)[n * width + i] = factor * sample[i];
            sumLoss += (length - center) * (length - center);
            sumNorm += length;
        }

        *Reals(loss) = weight * sumLoss / N;
        *Reals(norm) = sumNorm / N;
    }

    public void SpectralNorm(Tensor w, Tensor u, Tensor v, Tensor sigma, Tensor y)
    {
        int K = w.Shape.N, width = w.Shape.SampleCount;
        for (int i = 0; i < width; i++)
        {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += Reals(w)[k * width + i] * Reals(u)[k];
            Reals(v)[i] = sum;
        }

        Divide(Reals(v), Length(Reals(v), width), Reals(v), width);
        for (int k = 0; k < K; k++)
        {
            double sum = 0;
            for (int i = 0; i < width; i++)
                sum += Reals(w)[k * width + i] * Reals(v)[i];
            Reals(u)[k] = sum;
        }

        *Reals(sigma) = Length(Reals(u), K);
        Divide(Reals(u), *Reals(sigma), Reals(u), K);
        Divide(Reals(w), *Reals(sigma), Reals(y), w.Count);
    }

    public void SpectralNormBackward(Tensor dy, Tensor y, Tensor u, Tensor v, Tensor sigma, Tensor dw)
    {
        int width = y.Shape.SampleCount;
        double product = 0;
        for (int i = 0; i < y.Count; i++)
            product += Reals(dy)[i] * Reals(y)[i];
        for (int i = 0; i < y.Count; i++)
            Reals(dw)[i] = Reals(dy)[i] - product * Reals(u)[i / width] * Reals(v)[i % width];
        Divide(Reals(dw), *Reals(sigma), Reals(dw), y.Count);
    }

    public void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor x, Tensor y)
    {
        int pixel = 0;
        foreach (int from in Sources(augmentation, stream, key, y.Shape))
        {
            for (int c = 0; c < y.Shape.C; c++)
                Reals(y)[pixel * y.Shape.C + c] = from < 0 ? -1 : Reals(x)[from * y.Shape.C + c];
            pixel++;
        }
    }

    public void AugmentBackward(Augmentation augmentation, uint stream, Tensor key, Tensor dy, Tensor dx)
    {
        new Span<double>(Reals(dx), dx.Count).Clear();
        int pixel = 0;
        foreach (int from in Sources(augmentation, stream, key, dy.Shape))
        {
            for (int c = 0; c < dy.Shape.C && from >= 0; c++)
                Reals(dx)[from * dy.Shape.C + c] = Reals(dy)[pixel * dy.Shape.C + c];
            pixel++;
        }
    }

    /// <summary>For each pixel of the augmented images the pixel that it is taken from; −1 where that lies outside.</summary>
    private static int[] Sources(Augmentation augmentation, uint stream, Tensor key, Shape s)
    {
        int[] sources = new int[s.Pixels];
        Span<uint> lanes = stackalloc uint[4];
        int Shift(uint lane) => (int)((ulong)lane * (ulong)(2 * augmentation.Shift + 1) >> 32) - augmentation.Shift;
        for (int n = 0; n < s.N; n++)
        {
            Lanes(key, stream, 4 * n, lanes);
            bool flip = augmentation.Flip && lanes[0] >> 31 == 1;
            (int down, int right) = (Shift(lanes[1]), Shift(lanes[2]));
            for (int i = 0; i < s.H * s.W; i++)
            {
                (int h, int w) = (i / s.W, i % s.W);
                (int fromH, int fromW) = (h + down, (flip ? s.W - 1 - w : w) + right);
                bool inside = fromH >= 0 && fromH < s.H && fromW >= 0 && fromW < s.W;
                sources[n * s.H * s.W + i] = inside ? (n * s.H + fromH) * s.W + fromW : -1;
            }
        }

        return sources;
    }

    private static double Length(double* values, int count)
    {
        double squares = 0;
        for (int i = 0; i < count; i++)
            squares += values[i] * values[i];
        return Math.Sqrt(squares);
    }

    /// <summary>values / by; 0 where that is 0. The result may be the values.</summary>
    private static void Divide(double* values, double by, double* result, int count)
    {
        for (int i = 0; i < count; i++)
            result[i] = by == 0 ? 0 : values[i] / by;
    }
}
