using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

/// <content>
/// Convolutions: which form each takes. All of them end in <see cref="MicroKernel{V,S}"/>, on operands in place wherever a row of the
/// reduction is contiguous in memory.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Most channels for which the taps of a window are joined with its channels, so that vectors are full.</summary>
    private static int FewChannels => Width / 2;

    public void Conv(ConvShape g, Tensor x, Tensor w, Tensor? bias, Activation act, Tensor y)
    {
        g = Simplest(g);
        Epilogue<V, S> epilogue = new(bias is null ? null : Reals(bias), g.K, act);
        if (g.K <= FewOutputs && g.C >= Width)
            DotForward(g, Reals(x), Reals(w), epilogue, Reals(y));
        else if (WinogradGrid.Takes(g))
            WinogradForward(g, Reals(x), Reals(w), epilogue, Reals(y));
        else if (g.IsDense)
            DenseForward(g, Reals(x), Reals(w), epilogue, Reals(y));
        else if (g.C <= FewChannels)
            PatchForward(g, Reals(x), Reals(w), epilogue, Reals(y));
        else
            GatherForward(g, Reals(x), Reals(w), epilogue, Reals(y));
    }

    public void ConvBackwardData(ConvShape g, Tensor y, Tensor w, Tensor? bias, Activation act, Tensor x)
    {
        Epilogue<V, S> epilogue = new(bias is null ? null : Reals(bias), g.C, act);
        g = Simplest(g);
        if (g.IsDense)
            DenseBackwardData(g, Reals(y), Reals(w), epilogue, Reals(x));
        else if (WinogradGrid.Takes(g))
            WinogradBackwardData(g, Reals(y), Reals(w), epilogue, Reals(x));
        else if (g.C <= FewChannels)
            PatchBackwardData(g, Reals(y), Reals(w), epilogue, Reals(x));
        else
            GatherBackwardData(g, Reals(y), Reals(w), epilogue, Reals(x));
    }

    public void ConvBackwardFilter(ConvShape g, Tensor x, Tensor dy, Write mode, Tensor dw)
    {
        g = Simplest(g);
        if (WinogradGrid.Takes(g))
            WinogradBackwardFilter(g, Reals(x), Reals(dy), mode, Reals(dw));
        else if (!g.IsDense && g.C <= FewChannels)
            PatchBackwardFilter(g, Reals(x), Reals(dy), mode, Reals(dw));
        else if (MakesRows(g))
            DenseBackwardFilter(g, Reals(x), Reals(dy), mode, dw);
        else
            FilterGradient(g, Reals(x), Reals(dy), mode, Reals(dw));
    }

    /// <summary>A window that covers its whole image is a dense layer, and so is one of one pixel.</summary>
    private static ConvShape Simplest(ConvShape g)
    {
        if (g.Pad == 0 && g.H == g.R && g.W == g.R)
            return ConvShape.Dense(g.N, g.R * g.R * g.C, g.K);
        if (g.Pad == 0 && g.R == 1 && g.Stride == 1)
            return ConvShape.Dense(g.N * g.H * g.W, g.C, g.K);
        return g;
    }

    /// <summary>Columns rounded up to whole vectors: how wide a packed matrix is.</summary>
    private static int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>
    /// Shared memory for this operation, and <paramref name="own"/> for this worker alone. Every member calls it with the same sizes.
    /// </summary>
    private float* Scratch(long sharedFloats, long ownFloats, out float* own)
    {
        own = (float*)team.OwnScratch(index, ownFloats * sizeof(float));
        return (float*)team.Scratch(sharedFloats * sizeof(float));
    }
}
