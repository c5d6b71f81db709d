using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void ActivationBackward(Activation act, Tensor y, Tensor dy, Tensor dx, Write mode, Tensor? dbias)
    {
        for (int i = 0; i < dx.Count; i++)
            Reals(dx)[i] = Reals(dy)[i] * Slope(act, Reals(y)[i]);
        if (dbias is null)
            return;
        int C = dx.Shape.C;
        for (int c = 0; c < C; c++)
        {
            double sum = 0;
            for (int i = c; i < dx.Count; i += C)
                sum += Reals(dx)[i];
            Put(mode, sum, Reals(dbias) + c);
        }
    }

    public void Fill(double value, Tensor y) => new Span<double>(Reals(y), y.Count).Fill(value);

    public void Multiply(Tensor a, Tensor b, Tensor y)
    {
        for (int i = 0; i < y.Count; i++)
            Reals(y)[i] = Reals(a)[i] * Reals(b)[i];
    }

    public void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y)
    {
        for (int i = 0; i < y.Count; i++)
        {
            int n = i / y.Shape.SampleCount;
            Reals(y)[i] = Reals(x)[i] * Reals(numerator)[n] / Reals(denominator)[n];
        }
    }

    public void ConcatChannels(Tensor a, Tensor b, Tensor y)
    {
        (int Ca, int Cb) = (a.Shape.C, b.Shape.C);
        for (int i = 0; i < y.Count; i++)
        {
            int pixel = i / (Ca + Cb), c = i % (Ca + Cb);
            Reals(y)[i] = c < Ca ? Reals(a)[pixel * Ca + c] : Reals(b)[pixel * Cb + c - Ca];
        }
    }

    public void SliceChannels(Tensor x, int first, Tensor y)
    {
        int C = y.Shape.C;
        for (int i = 0; i < y.Count; i++)
            Reals(y)[i] = Reals(x)[i / C * x.Shape.C + first + i % C];
    }

    public void Maxout(Tensor x, Tensor y)
    {
        int pieces = x.Count / y.Count;
        for (int i = 0; i < y.Count; i++)
            Reals(y)[i] = Reals(x)[Largest(Reals(x), i * pieces, pieces)];
    }

    public void MaxoutBackward(Tensor x, Tensor dy, Tensor dx)
    {
        int pieces = x.Count / dy.Count;
        new Span<double>(Reals(dx), dx.Count).Clear();
        for (int i = 0; i < dy.Count; i++)
            Reals(dx)[Largest(Reals(x), i * pieces, pieces)] = Reals(dy)[i];
    }

    public void Embed(Tensor table, Tensor labels, Tensor y)
    {
        int width = y.Shape.SampleCount;
        for (int i = 0; i < y.Count; i++)
            Reals(y)[i] = Reals(table)[Ints(labels)[i / width] * width + i % width];
    }

    public void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable)
    {
        int width = dy.Shape.SampleCount;
        if (mode == Write.Overwrite)
            new Span<double>(Reals(dtable), dtable.Count).Clear();
        for (int i = 0; i < dy.Count; i++)
            Reals(dtable)[Ints(labels)[i / width] * width + i % width] += Reals(dy)[i];
    }

    /// <summary>Where the largest of some elements is, the first of equals; a NaN counts as the largest.</summary>
    private static int Largest(double* x, int first, int count)
    {
        int largest = first;
        for (int i = first + 1; i < first + count; i++)
            largest = x[i] > x[largest] || double.IsNaN(x[i]) ? i : largest;
        return largest;
    }
}
