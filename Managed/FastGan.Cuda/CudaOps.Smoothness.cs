using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cuda;

// smoothness.cu, augmentation.cu
internal sealed unsafe partial class CudaOps
{
    public void Mix(Tensor a, Tensor b, Tensor t, Tensor y)
    {
        (ulong pa, ulong pb, ulong py) = (Working(a), Working(b), Working(y));
        int vector = Vector(y.Shape.SampleCount, pa, pb, py);
        Each(Kernel.Mix, y.Count, vector, new MixParams
        {
            a = pa, b = pb, t = Working(t), y = py, sample = y.Shape.SampleCount, count = y.Count, vector = vector,
        });
    }

    public void GradientPenalty(Tensor g, double center, double weight, Tensor? lossScale, Tensor loss, Tensor norm, Tensor dg)
    {
        (ulong from, ulong to) = (Working(g), Working(dg));
        Launch(Kernel.GradientPenalty, g.Shape.N, 1, new GradientPenaltyParams
        {
            g = from, loss_scale = FullOrNull(lossScale), partials = session.Scratch((nuint)g.Shape.N * 2 * sizeof(float)), counters = session.ZeroedCounters,
            loss = Full(loss), norm = Full(norm), dg = to, center = (float)center, weight = (float)weight, sample = g.Shape.SampleCount,
            vector = Vector(g.Shape.SampleCount, from, to),
        });
    }

    public void SpectralNorm(Tensor w, Tensor u, Tensor v, Tensor sigma, Tensor y)
    {
        Shape matrix = Shape.Matrix(w.Shape.N, w.Shape.SampleCount);
        (ulong pw, ulong pu, ulong psigma, ulong py) = (Full(w), Full(u), Full(sigma), Working(y));
        int vector = Vector(matrix.C, pw);
        ColumnGrid grid = ColumnGrid.Of(matrix.N, matrix.C, vector == 1 ? _pack : 1);

        // As with running statistics, nothing reads the half copies of w and u: y is what layers take.
        // The partial sums, of columns and then of rows, lie behind t.
        nuint bytesOfT = ((nuint)matrix.C * sizeof(float) + 255) / 256 * 256;
        ulong t = session.Scratch(bytesOfT + nuint.Max(grid.Bytes(matrix.C, 1), (nuint)matrix.N * sizeof(float))), partials = t + bytesOfT;
        Launch(Kernel.SpectralColumns, grid.Blocks, grid.Chunks, new SpectralColumnsParams
        {
            w = pw, u = pu, t = t, columns = Columns(grid, matrix, vector, partials),
        });
        Launch(Kernel.SpectralRows, matrix.N, 1, new SpectralRowsParams
        {
            w = pw, t = t, partials = partials, counters = session.ZeroedCounters, u = pu, v = Full(v), sigma = psigma, width = matrix.C, vector = vector,
        });
        int flat = Vector(0, pw, py);
        Each(Kernel.SpectralScale, y.Count, flat, new SpectralScaleParams { w = pw, sigma = psigma, y = py, count = y.Count, vector = flat });
    }

    public void SpectralNormBackward(Tensor dy, Tensor y, Tensor u, Tensor v, Tensor sigma, Tensor dw)
    {
        (ulong pdy, ulong py, ulong pv, ulong pdw) = (Working(dy), Working(y), Full(v), Working(dw));
        int flat = Vector(0, pdy, py), blocks = SumBlocks(y.Count, flat), width = y.Shape.SampleCount, vector = Vector(width, pdy, pv, pdw);
        ulong product = session.Scratch((nuint)(blocks + 1) * sizeof(float));
        Launch(Kernel.SpectralProduct, blocks, 1, new SpectralProductParams
        {
            dy = pdy, y = py, partials = product + sizeof(float), counters = session.ZeroedCounters, product = product, count = y.Count, vector = flat,
        });
        Each(Kernel.SpectralGradient, dw.Count, vector, new SpectralGradientParams
        {
            dy = pdy, u = Full(u), v = pv, sigma = Full(sigma), product = product, dw = pdw, width = width, count = dw.Count, vector = vector,
        });
    }

    public void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor x, Tensor y) => Augment(augmentation, stream, key, x, y, false);

    public void AugmentBackward(Augmentation augmentation, uint stream, Tensor key, Tensor dy, Tensor dx) => Augment(augmentation, stream, key, dy, dx, true);

    private void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor from, Tensor to, bool backward)
    {
        const int RunsOfThread = 4;
        (_, int H, int W, int C) = to.Shape;
        int sample = to.Shape.SampleCount, vector = Vector(sample, Working(to));
        int ofBlock = Block * RunsOfThread * (vector == 1 ? _pack : 1), parts = (sample + ofBlock - 1) / ofBlock;
        Launch(Kernel.Augment, to.Shape.N * parts, 1, new AugmentParams
        {
            key = Address(key), from = Working(from), to = Working(to), stream = stream, flip = augmentation.Flip ? 1 : 0, shift = augmentation.Shift,
            backward = backward ? 1 : 0, parts = parts, height = H, width = W, channels = C, vector = vector,
        });
    }
}
