using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Models;

/// <summary>A compiled layer, with the activation that follows it fused in. Shapes are of one sample.</summary>
internal abstract class NetStep(string name, Shape input, Shape output)
{
    public string Name { get; } = name;

    public Shape In { get; } = input;

    public Shape Out { get; } = output;

    public abstract bool HasParameters { get; }

    public abstract void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode);

    /// <param name="dy">dL/dy; overwritten.</param>
    /// <param name="gradients">The network's gradient slab, or null if the weights' gradient isn't wanted.</param>
    /// <param name="wanted">The samples whose dL/dx is wanted, or null for none.</param>
    /// <returns>dL/dx of the wanted samples.</returns>
    public abstract Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted);

    protected static Tensor At(Tensor slab, Parameter p) => slab.Slice(p.Offset, p.Shape, p.Name);
}

/// <summary>Dense, convolution or transposed convolution (the backward-data pass of its geometry), bias and activation.</summary>
internal sealed class AffineStep(
    string name, Shape input, Shape output, ConvShape geometry, bool transposed, Parameter weight, Parameter? bias, Activation act)
    : NetStep(name, input, output)
{
    public override bool HasParameters => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        Tensor w = At(tape.Weights, weight);
        Tensor? b = bias is null ? null : At(tape.Weights, bias);
        ConvShape g = geometry with { N = e.X.Shape.N };
        if (transposed)
            r.ConvBackwardData(g, e.X, w, b, act, e.Y);
        else
            r.Conv(g, Flat(g, e.X), w, b, act, e.Y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted)
    {
        Tensor w = At(tape.Weights, weight);
        Tensor? dbias = gradients is null || bias is null ? null : At(gradients, bias);
        if (act.Kind != ActivationKind.Identity || dbias is not null)
            r.ActivationBackward(act, e.Y, dy, dy, Write.Overwrite, dbias);

        ConvShape g = geometry with { N = dy.Shape.N };
        if (gradients is not null)
        {
            Tensor dw = At(gradients, weight);
            if (transposed)
                r.ConvBackwardFilter(g, dy, e.X, Write.Overwrite, dw);
            else
                r.ConvBackwardFilter(g, Flat(g, e.X), dy, Write.Overwrite, dw);
        }

        if (wanted is not { } samples)
            return null;
        dy = dy.Samples(samples.First, samples.Count);
        g = g with { N = samples.Count };
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        if (transposed)
            r.Conv(g, dy, w, null, Activation.Identity, dx);
        else
            r.ConvBackwardData(g, dy, w, null, Activation.Identity, Flat(g, dx));
        return dx;
    }

    /// <summary>A dense layer reads an image as one row.</summary>
    private static Tensor Flat(ConvShape g, Tensor x) => g.IsDense ? x.Reshape(g.X) : x;
}

internal sealed class NormStep(
    string name, Shape shape, BatchNormLayer layer, Parameter scale, Parameter bias, Parameter mean, Parameter var, Activation act)
    : NetStep(name, shape, shape)
{
    public override bool HasParameters => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        BatchNormTensors[] norms = [.. Enumerable.Range(0, tape.Groups).Select(_ => new BatchNormTensors(
            At(tape.Weights, scale), At(tape.Weights, bias), At(tape.Weights, mean), At(tape.Weights, var),
            r.Temporary($"{Name} mean", scale.Shape, Element.Full), r.Temporary($"{Name} inv std", scale.Shape, Element.Full)))];
        e.Norms = norms;
        if (mode == Mode.Inference)
        {
            r.BatchNormInference(e.X, norms[0], layer.Epsilon, act, e.Y);
            return;
        }

        for (int i = 0; i < norms.Length; i++)
            r.BatchNorm(Part(e.X, i, norms.Length), norms[i], layer.Epsilon, layer.Momentum, act, Part(e.Y, i, norms.Length));
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted)
    {
        Tensor dscale = gradients is null ? r.Temporary("dscale", scale.Shape) : At(gradients, scale);
        Tensor dbias = gradients is null ? r.Temporary("dbias", bias.Shape) : At(gradients, bias);
        for (int i = 0; i < e.Norms.Length; i++)
        {
            Tensor part = Part(dy, i, e.Norms.Length);
            r.BatchNormBackward(Part(e.X, i, e.Norms.Length), Part(e.Y, i, e.Norms.Length), part, e.Norms[i], act, part,
                i == 0 ? Write.Overwrite : Write.Accumulate, dscale, dbias);
        }

        return wanted is { } samples ? dy.Samples(samples.First, samples.Count) : null;
    }

    private static Tensor Part(Tensor t, int part, int parts) => t.Samples(part * t.Shape.N / parts, t.Shape.N / parts);
}

/// <summary>The same numbers in another shape.</summary>
internal sealed class ViewStep(string name, Shape input, Shape output) : NetStep(name, input, output)
{
    public override bool HasParameters => false;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted) =>
        dy.Reshape(In.WithN(dy.Shape.N));
}

/// <summary>y = x ∘ embedding(label).</summary>
internal sealed class LabelMultiplyStep(string name, Shape shape, Parameter table) : NetStep(name, shape, shape)
{
    public override bool HasParameters => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        e.Embedded = r.Temporary($"{Name} embedded", e.X.Shape);
        r.Embed(At(tape.Weights, table), tape.Labels!, e.Embedded);
        r.Multiply(e.X, e.Embedded, e.Y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted)
    {
        if (gradients is not null)
        {
            Tensor dembedded = r.Temporary($"d{Name} embedded", dy.Shape);
            r.Multiply(dy, e.X, dembedded);
            r.EmbedBackward(tape.Labels!, dembedded, Write.Overwrite, At(gradients, table));
        }

        if (wanted is not { } samples)
            return null;
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        r.Multiply(dy.Samples(samples.First, samples.Count), e.Embedded!.Samples(samples.First, samples.Count), dx);
        return dx;
    }
}

/// <summary>y = x and, as one more channel, embedding(label).</summary>
internal sealed class LabelChannelStep(string name, Shape input, Parameter table) : NetStep(name, input, input with { C = input.C + 1 })
{
    public override bool HasParameters => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        Tensor map = r.Temporary($"{Name} embedded", e.X.Shape with { C = 1 });
        r.Embed(At(tape.Weights, table), tape.Labels!, map);
        r.ConcatChannels(e.X, map, e.Y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, SampleRange? wanted)
    {
        if (gradients is not null)
        {
            Tensor dmap = r.Temporary($"d{Name} embedded", dy.Shape with { C = 1 });
            r.SliceChannels(dy, In.C, dmap);
            r.EmbedBackward(tape.Labels!, dmap, Write.Overwrite, At(gradients, table));
        }

        if (wanted is not { } samples)
            return null;
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        r.SliceChannels(dy.Samples(samples.First, samples.Count), 0, dx);
        return dx;
    }
}
