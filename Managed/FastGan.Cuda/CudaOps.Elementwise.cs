using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cuda;

// data.cu, random.cu, elementwise.cu, embedding.cu, activation.cu
internal sealed unsafe partial class CudaOps
{
    public void GatherImages(Tensor dataset, Tensor indices, Tensor images)
    {
        int sample = images.Shape.SampleCount;
        ulong from = Address(dataset), to = Working(images);
        int vector = Vector(sample, from, to);
        Each(Kernel.GatherImages, images.Count, vector, new GatherImagesParams
        {
            dataset = from, indices = Address(indices), images = to, sample = sample, count = images.Count, vector = vector,
        });
    }

    public void GatherLabels(Tensor labels, Tensor indices, Tensor batch) => Each(Kernel.GatherLabels, batch.Count, 0, new GatherLabelsParams
    {
        labels = Address(labels), indices = Address(indices), batch = Address(batch), count = batch.Count,
    });

    public void Noise(Distribution distribution, uint stream, Tensor key, Tensor z) => Each(Kernel.Noise, (z.Count + 3) / 4, 0, new NoiseParams
    {
        key = Address(key), z = Working(z), stream = stream, normal = distribution == Distribution.Normal ? 1 : 0, count = z.Count,
    });

    public void RandomLabels(int classes, uint stream, Tensor key, Tensor labels) =>
        Each(Kernel.RandomLabels, (labels.Count + 3) / 4, 0, new RandomLabelsParams
        {
            key = Address(key), labels = Address(labels), stream = stream, classes = (uint)classes, count = labels.Count,
        });

    public void ActivationBackward(Activation act, Tensor y, Tensor dy, Tensor dx, Write mode, Tensor? dbias)
    {
        ulong py = act.Kind == ActivationKind.Identity ? 0 : Working(y), pdy = Working(dy), pdx = Working(dx);
        if (dbias is null)
        {
            // An element alone may be read and written 16 bytes at a time at any length: what is left over goes one by one.
            int flat = Vector(0, py, pdy, pdx);
            Each(Kernel.ActivationBackward, dx.Count, flat, new ActivationBackwardParams
            {
                y = py, dy = pdy, dx = pdx, act = Param(act), count = dx.Count, vector = flat,
            });
            return;
        }

        int vector = Vector(dx.Shape.C, py, pdy, pdx);
        ColumnGrid grid = ColumnGrid.Of(dx.Shape.Pixels, dx.Shape.C, vector == 1 ? _pack : 1);
        ulong partials = session.Scratch(grid.Bytes(dx.Shape.C, 1));
        Launch(Kernel.ActivationBiasBackward, grid.Blocks, grid.Chunks, new ActivationBiasBackwardParams
        {
            y = py, dy = pdy, dx = pdx, dbias = Working(dbias), columns = Columns(grid, dx.Shape, vector, partials), act = Param(act),
            accumulate = Flag(mode),
        });
    }

    public void Fill(double value, Tensor y)
    {
        ulong py = Working(y);
        int vector = Vector(0, py);
        Each(Kernel.Fill, y.Count, vector, new FillParams { y = py, value = (float)value, count = y.Count, vector = vector });
    }

    public void Multiply(Tensor a, Tensor b, Tensor y)
    {
        (ulong pa, ulong pb, ulong py) = (Working(a), Working(b), Working(y));
        int vector = Vector(0, pa, pb, py);
        Each(Kernel.Multiply, y.Count, vector, new MultiplyParams { a = pa, b = pb, y = py, count = y.Count, vector = vector });
    }

    public void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y)
    {
        (ulong px, ulong py) = (Working(x), Working(y));
        int vector = Vector(y.Shape.SampleCount, px, py);
        Each(Kernel.ScaleSamples, y.Count, vector, new ScaleSamplesParams
        {
            x = px, numerator = Working(numerator), denominator = Working(denominator), y = py, sample = y.Shape.SampleCount, count = y.Count,
            vector = vector,
        });
    }

    public void ConcatChannels(Tensor a, Tensor b, Tensor y)
    {
        (ulong pa, ulong pb, ulong py) = (Working(a), Working(b), Working(y));
        int vector = Vector(a.Shape.C, pa, pb, py) & Vector(b.Shape.C);
        Each(Kernel.Concat, y.Count, vector, new ConcatParams
        {
            a = pa, b = pb, y = py, channels_a = a.Shape.C, channels_b = b.Shape.C, count = y.Count, vector = vector,
        });
    }

    public void SliceChannels(Tensor x, int first, Tensor y)
    {
        (ulong px, ulong py) = (Working(x), Working(y));
        int vector = Vector(x.Shape.C, px, py) & Vector(y.Shape.C) & Vector(first);
        Each(Kernel.Slice, y.Count, vector, new SliceParams
        {
            x = px, y = py, first = first, channels_x = x.Shape.C, channels_y = y.Shape.C, count = y.Count, vector = vector,
        });
    }

    public void Maxout(Tensor x, Tensor y) => Each(Kernel.Maxout, y.Count, 0, new MaxoutParams
    {
        x = Working(x), y = Working(y), pieces = x.Count / y.Count, count = y.Count,
    });

    public void MaxoutBackward(Tensor x, Tensor dy, Tensor dx) => Each(Kernel.MaxoutBackward, dy.Count, 0, new MaxoutBackwardParams
    {
        x = Working(x), dy = Working(dy), dx = Working(dx), pieces = x.Count / dy.Count, count = dy.Count,
    });

    public void Embed(Tensor table, Tensor labels, Tensor y)
    {
        (ulong from, ulong to) = (Full(table), Working(y));
        int vector = Vector(y.Shape.SampleCount, from, to);
        Each(Kernel.Embed, y.Count, vector, new EmbedParams
        {
            table = from, labels = Address(labels), y = to, width = y.Shape.SampleCount, count = y.Count, vector = vector,
        });
    }

    public void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable) => Each(Kernel.EmbedBackward, dtable.Count, 0, new EmbedBackwardParams
    {
        labels = Address(labels), dy = Working(dy), dtable = Working(dtable), samples = dy.Shape.N, width = dy.Shape.SampleCount, count = dtable.Count,
        accumulate = Flag(mode),
    });

    /// <summary>y ← act(y + bias), after a matrix operation.</summary>
    private void Finish(Tensor? bias, Activation act, Tensor y)
    {
        if (bias is null && act.Kind == ActivationKind.Identity)
            return;
        (ulong py, ulong pbias) = (Working(y), FullOrNull(bias));
        int vector = Vector(bias is null ? 0 : y.Shape.C, py, pbias);
        Each(Kernel.BiasActivation, y.Count, vector, new BiasActivationParams
        {
            y = py, bias = pbias, act = Param(act), channels = y.Shape.C, count = y.Count, vector = vector,
        });
    }
}
