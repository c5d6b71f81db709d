using FastGan.Cuda.Api;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

/// <remarks>
/// Three ways, chosen by shape. A matrix product by cuBLAS where pixels don't share inputs: dense layers, 1×1 filters, filters as large as the
/// image. Where channels are few, as at the ends of a network, their patches (patches.cu) and a product: rows of R·R·C numbers are long enough for tensor
/// cores, where the channels would have to be padded to eight, and 4×4 filters' are a multiple of 16 bytes, which cuBLAS wants of every row to use them at
/// their best; other filters' are padded with zeros. cuDNN for all others; what it refuses goes by patches too.
/// </remarks>
internal sealed unsafe partial class CudaOps
{
    private const int FewChannels = 4;

    private readonly CudnnPlans<(ConvolutionPass Pass, ConvShape Shape), ConvolutionPlan> _convolutions = new(key => new ConvolutionPlan(session, key.Pass, key.Shape));

    private enum Way
    {
        Product,
        Patches,
        Cudnn,
    }

    public void Conv(ConvShape g, Tensor x, Tensor w, Tensor? bias, Activation act, Tensor y)
    {
        Way way = WayOf(g);
        if (way == Way.Product)
        {
            Forward(Rows(g), RowLength(g), g.K, Working(x), Working(w), Working(y));
        }
        else if (way == Way.Patches || !TryCudnn(ConvolutionPass.Forward, g, Working(x), Working(w), Working(y), Write.Overwrite))
        {
            ulong columns = session.Scratch((ColumnCount(g) + ColumnCount(Filters(g))) * (nuint)RealSize);
            Patches(g, Working(x), columns);
            ulong filters = PaddedFilters(g, Working(w), columns + ColumnCount(g) * (nuint)RealSize);
            Forward(Rows(g), PaddedRowLength(g), g.K, columns, filters, Working(y));
        }

        Finish(bias, act, y);
    }

    public void ConvBackwardData(ConvShape g, Tensor y, Tensor w, Tensor? bias, Activation act, Tensor x)
    {
        Way way = WayOf(g);
        if (way == Way.Product)
        {
            BackwardData(Rows(g), RowLength(g), g.K, Working(y), Working(w), Real, Working(x));
        }
        else if (way == Way.Patches || !TryCudnn(ConvolutionPass.BackwardData, g, Working(x), Working(w), Working(y), Write.Overwrite))
        {
            ulong columns = session.Scratch((ColumnCount(g) + ColumnCount(Filters(g))) * sizeof(float));
            ulong filters = PaddedFilters(g, Working(w), columns + ColumnCount(g) * sizeof(float));
            BackwardData(Rows(g), PaddedRowLength(g), g.K, Working(y), filters, CudaDataType.Float, columns);
            Unpatch(g, columns, FullOrNull(bias), act, Write.Overwrite, Working(x));
            return;
        }

        Finish(bias, act, x);
    }

    public void ConvBackwardFilter(ConvShape g, Tensor x, Tensor dy, Write mode, Tensor dw)
    {
        Way way = WayOf(g);
        if (way == Way.Product)
        {
            BackwardFilter(Rows(g), RowLength(g), g.K, Working(x), Working(dy), mode, Real, Working(dw));
        }
        else if (way == Way.Patches || !TryCudnn(ConvolutionPass.BackwardFilter, g, Working(x), Working(dw), Working(dy), mode))
        {
            ulong columns = session.Scratch(ColumnCount(g) * (nuint)RealSize + ColumnCount(Filters(g)) * sizeof(float));
            ulong filters = columns + ColumnCount(g) * (nuint)RealSize;
            Patches(g, Working(x), columns);
            if (IsPadded(g))
            {
                BackwardFilter(Rows(g), PaddedRowLength(g), g.K, columns, Working(dy), Write.Overwrite, CudaDataType.Float, filters);
                Unpatch(Filters(g), filters, 0, Activation.Identity, mode, Working(dw));
            }
            else
            {
                BackwardFilter(Rows(g), RowLength(g), g.K, columns, Working(dy), mode, Real, Working(dw));
            }
        }
    }

    private static Way WayOf(ConvShape g)
    {
        bool byPixel = g.R == 1 && g.Stride == 1 && g.Pad == 0, wholeImage = g.R == g.H && g.R == g.W && g.Pad == 0;
        return byPixel || wholeImage ? Way.Product : g.C <= FewChannels ? Way.Patches : Way.Cudnn;
    }

    private static int Rows(ConvShape g) => g.N * g.OutH * g.OutW;

    private static int RowLength(ConvShape g) => g.R * g.R * g.C;

    /// <summary>A multiple of 16 bytes, in working precision.</summary>
    private int PaddedRowLength(ConvShape g) => (RowLength(g) + _pack - 1) / _pack * _pack;

    private bool IsPadded(ConvShape g) => PaddedRowLength(g) != RowLength(g);

    private nuint ColumnCount(ConvShape g) => (nuint)Rows(g) * (nuint)PaddedRowLength(g);

    /// <summary>The filters as a batch of images, of one patch each.</summary>
    private static ConvShape Filters(ConvShape g) => new(g.K, g.R, g.R, g.C, 1, g.R, 1, 0);

    /// <summary>The filters with rows as long as those of <see cref="Patches"/>: where those aren't padded themselves, otherwise in <paramref name="room"/>.</summary>
    private ulong PaddedFilters(ConvShape g, ulong w, ulong room)
    {
        if (!IsPadded(g))
            return w;
        Patches(Filters(g), w, room);
        return room;
    }

    /// <returns>False where cuDNN refuses this pass of this geometry.</returns>
    private bool TryCudnn(ConvolutionPass pass, ConvShape g, ulong x, ulong w, ulong y, Write mode)
    {
        Flush();
        return _convolutions.TryRun((pass, g), (x, w, y, mode), static (plan, a) => plan.TryRun(a.x, a.w, a.y, a.mode));
    }

    private void Patches(ConvShape g, ulong x, ulong columns)
    {
        int count = checked((int)ColumnCount(g));
        Each(Kernel.Patches, count, 1, new PatchesParams
        {
            x = x, columns = columns, height = g.H, width = g.W, channels = g.C, out_height = g.OutH, out_width = g.OutW, filter = g.R, stride = g.Stride,
            pad = g.Pad, row = PaddedRowLength(g), count = count,
        });
    }

    private void Unpatch(ConvShape g, ulong columns, ulong bias, Activation act, Write mode, ulong x) => Each(Kernel.Unpatch, g.X.Count, 0, new UnpatchParams
    {
        columns = columns, bias = bias, x = x, act = Param(act), height = g.H, width = g.W, channels = g.C, out_height = g.OutH, out_width = g.OutW,
        filter = g.R, stride = g.Stride, pad = g.Pad, row = PaddedRowLength(g), accumulate = Flag(mode), count = g.X.Count,
    });

    // ---- row-major products; cuBLAS sees each matrix transposed

    private CudaDataType Real => session.Options.Precision switch
    {
        Precision.Fp16 => CudaDataType.Half,
        Precision.Bf16 => CudaDataType.BFloat16,
        _ => CudaDataType.Float,
    };

    /// <summary>y (M, K) = x (M, C) · wᵀ, w (K, C).</summary>
    private void Forward(int M, int C, int K, ulong x, ulong w, ulong y) =>
        Product(CublasOperation.Transpose, CublasOperation.None, K, M, C, w, C, x, C, 0, y, Real, K);

    /// <summary>x (M, C) = y (M, K) · w.</summary>
    private void BackwardData(int M, int C, int K, ulong y, ulong w, CudaDataType typeX, ulong x) =>
        Product(CublasOperation.None, CublasOperation.None, C, M, K, w, C, y, K, 0, x, typeX, C);

    /// <summary>dw (K, C) (+)= dyᵀ · x.</summary>
    private void BackwardFilter(int M, int C, int K, ulong x, ulong dy, Write mode, CudaDataType typeW, ulong dw) =>
        Product(CublasOperation.None, CublasOperation.Transpose, C, K, M, x, C, dy, K, Flag(mode), dw, typeW, C);

    /// <summary>c = op(a) · op(b) + beta · c, all column-major.</summary>
    private void Product(
        CublasOperation opA, CublasOperation opB, int m, int n, int k, ulong a, int lda, ulong b, int ldb, float beta, ulong c, CudaDataType typeC, int ldc)
    {
        Flush();
        float alpha = 1;
        session.Called?.Invoke($"cublasGemmEx ({m}x{n}x{k} leading {lda} {ldb} {ldc})");
        CublasComputeType compute = session.Options.Precision == Precision.Tf32 ? CublasComputeType.FloatFastTf32 : CublasComputeType.Float;
        session.Blas.GemmEx(
            session.BlasHandle, opA, opB, m, n, k, &alpha, a, Real, lda, b, Real, ldb, &beta, c, typeC, ldc, compute, CublasGemmAlgorithm.Default);
    }
}
