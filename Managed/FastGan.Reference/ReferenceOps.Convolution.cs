using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void Conv(ConvShape g, Tensor x, Tensor w, Tensor? bias, Activation act, Tensor y)
    {
        new Span<double>(Reals(y), y.Count).Clear();
        EveryTap<Forward>(g, Reals(x), Reals(w), Reals(y));
        Finish(bias, act, y);
    }

    public void ConvBackwardData(ConvShape g, Tensor y, Tensor w, Tensor? bias, Activation act, Tensor x)
    {
        new Span<double>(Reals(x), x.Count).Clear();
        EveryTap<BackwardData>(g, Reals(x), Reals(w), Reals(y));
        Finish(bias, act, x);
    }

    public void ConvBackwardFilter(ConvShape g, Tensor x, Tensor dy, Write mode, Tensor dw)
    {
        if (mode == Write.Overwrite)
            new Span<double>(Reals(dw), dw.Count).Clear();
        EveryTap<BackwardFilter>(g, Reals(x), Reals(dw), Reals(dy));
    }

    /// <summary>One term of y = Σ x · w, and its two adjoints, over the C channels of a pixel of x and a tap of w.</summary>
    private interface ITap
    {
        static abstract void Add(double* x, double* w, double* y, int channels);
    }

    private readonly struct Forward : ITap
    {
        public static void Add(double* x, double* w, double* y, int channels)
        {
            double sum = 0;
            for (int c = 0; c < channels; c++)
                sum += x[c] * w[c];
            *y += sum;
        }
    }

    private readonly struct BackwardData : ITap
    {
        public static void Add(double* x, double* w, double* y, int channels)
        {
            for (int c = 0; c < channels; c++)
                x[c] += *y * w[c];
        }
    }

    private readonly struct BackwardFilter : ITap
    {
        public static void Add(double* x, double* w, double* y, int channels)
        {
            for (int c = 0; c < channels; c++)
                w[c] += *y * x[c];
        }
    }

    /// <summary>All (n, oh, ow, k, r, s) whose pixel of x is not padding.</summary>
    private static void EveryTap<T>(ConvShape g, double* x, double* w, double* y) where T : struct, ITap
    {
        (int N, int H, int W, int C, int K, int R) = (g.N, g.H, g.W, g.C, g.K, g.R);
        for (int n = 0; n < N; n++)
        {
            for (int oh = 0; oh < g.OutH; oh++)
            {
                for (int ow = 0; ow < g.OutW; ow++)
                {
                    for (int k = 0; k < K; k++, y++)
                    {
                        for (int r = 0; r < R; r++)
                        {
                            int h = oh * g.Stride - g.Pad + r;
                            if (h < 0 || h >= H)
                                continue;
                            for (int s = 0; s < R; s++)
                            {
                                int v = ow * g.Stride - g.Pad + s;
                                if (v >= 0 && v < W)
                                    T.Add(x + ((n * H + h) * W + v) * C, w + ((k * R + r) * R + s) * C, y, C);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void Finish(Tensor? bias, Activation act, Tensor y)
    {
        for (int i = 0; i < y.Count; i++)
        {
            double b = bias is null ? 0 : Reals(bias)[i % y.Shape.C];
            Reals(y)[i] = Activate(act, Reals(y)[i] + b);
        }
    }
}
