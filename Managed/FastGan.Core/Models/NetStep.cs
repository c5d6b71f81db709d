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

    /// <summary>Whether beside the weights' gradient it is given dL/dy of every sample: for parameters of its own, or because it reads its input, which is of every sample.</summary>
    public abstract bool TakesWholeBatch { get; }

    public virtual bool IsPiecewiseLinear => true;

    public abstract void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode);

    /// <param name="dy">dL/dy; overwritten.</param>
    /// <param name="gradients">The network's gradient slab, or null if the weights' gradient isn't wanted.</param>
    /// <param name="mode">How the weights' gradient comes there.</param>
    /// <param name="wanted">The samples whose dL/dx is wanted, or null for none.</param>
    /// <returns>dL/dx of the wanted samples.</returns>
    public abstract Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted);

    /// <summary>See <see cref="Net.BackwardOfInputGradient"/>.</summary>
    /// <param name="dx">The change of the step's input.</param>
    /// <param name="gradients">The network's gradient slab; added to.</param>
    /// <returns>The change of the step's output.</returns>
    public abstract Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients);

    protected static Tensor At(Tensor slab, Parameter p) => slab.Slice(p.Offset, p.Shape, p.Name);
}

/// <summary>Dense, convolution or transposed convolution (the backward-data pass of its geometry), bias and activation.</summary>
internal sealed class AffineStep(
    string name, Shape input, Shape output, ConvShape geometry, bool transposed, Parameter weight, Parameter? bias, Parameter? spectral, Activation act)
    : NetStep(name, input, output)
{
    public override bool TakesWholeBatch => true;

    public override bool IsPiecewiseLinear => act.Kind is ActivationKind.Identity or ActivationKind.LeakyRelu;

    public bool HasSpectralNorm => spectral is not null;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        Tensor w = At(tape.Weights, weight);
        if (spectral is not null)
        {
            e.Spectral = new SpectralTensors(
                At(tape.Weights, spectral), r.Temporary($"{Name} v", Shape.Vector(weight.Shape.SampleCount), Element.Full),
                r.Temporary($"{Name} sigma", Shape.Scalar, Element.Full), r.Temporary($"{Name} w / sigma", weight.Shape));
            r.SpectralNorm(w, e.Spectral.U, e.Spectral.V, e.Spectral.Sigma, e.Spectral.W);
            w = e.Spectral.W;
        }

        Apply(r, e.X, w, bias is null ? null : At(tape.Weights, bias), act, e.Y);
    }

    private void Apply(Recorder r, Tensor x, Tensor w, Tensor? b, Activation activation, Tensor y)
    {
        ConvShape g = geometry with { N = x.Shape.N };
        if (transposed)
            r.ConvBackwardData(g, x, w, b, activation, y);
        else
            r.Conv(g, Flat(g, x), w, b, activation, y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted)
    {
        Tensor w = e.Spectral?.W ?? At(tape.Weights, weight);
        Tensor? dbias = gradients is null || bias is null ? null : At(gradients, bias);
        if (act.Kind != ActivationKind.Identity || dbias is not null)
            r.ActivationBackward(act, e.Y, dy, dy, mode, dbias);

        // A dense layer's weights are read for the last time before their gradient is made, so that a device may update them as it makes it. Convolutions
        // have large images and few weights: theirs the other way round, and the input's gradient takes the input's memory.
        e.Dy = dy;
        bool weightsLast = geometry.IsDense;
        if (gradients is not null && !weightsLast)
            BackwardWeights(r, e, dy, mode, gradients);
        Tensor? dx = wanted is { } samples ? BackwardInput(r, e, dy.Samples(samples.First, samples.Count), w) : null;
        if (gradients is not null && weightsLast)
            BackwardWeights(r, e, dy, mode, gradients);
        return dx;
    }

    private Tensor BackwardInput(Recorder r, TapeEntry e, Tensor dy, Tensor w)
    {
        ConvShape g = geometry with { N = dy.Shape.N };
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(g.N));
        if (transposed)
            r.Conv(g, dy, w, null, Activation.Identity, dx);
        else
            r.ConvBackwardData(g, dy, w, null, Activation.Identity, Flat(g, dx));
        return dx;
    }

    private void BackwardWeights(Recorder r, TapeEntry e, Tensor dy, Write mode, Tensor gradients)
    {
        Tensor dw = At(gradients, weight);
        BackwardFilter(r, e.X, dy, mode, dw);
        if (e.Spectral is { } s)
            r.SpectralNormBackward(dw, s.W, s.U, s.V, s.Sigma, dw);
    }

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients)
    {
        BackwardFilter(r, dx, e.Dy!, Write.Accumulate, At(gradients, weight));
        Tensor dy = r.Temporary($"change of {e.Y.Name}", e.Y.Shape);
        Apply(r, dx, At(tape.Weights, weight), null, Activation.Identity, dy);
        if (act.Kind != ActivationKind.Identity)
            r.ActivationBackward(act, e.Y, dy, dy, Write.Overwrite, null);
        return dy;
    }

    private void BackwardFilter(Recorder r, Tensor x, Tensor dy, Write mode, Tensor dw)
    {
        ConvShape g = geometry with { N = dy.Shape.N };
        if (transposed)
            r.ConvBackwardFilter(g, dy, x, mode, dw);
        else
            r.ConvBackwardFilter(g, Flat(g, x), dy, mode, dw);
    }

    /// <summary>A dense layer reads an image as one row.</summary>
    private static Tensor Flat(ConvShape g, Tensor x) => g.IsDense ? x.Reshape(g.X) : x;
}

internal sealed class NormStep(
    string name, Shape shape, BatchNormLayer layer, Parameter scale, Parameter bias, Parameter mean, Parameter var, Activation act)
    : NetStep(name, shape, shape)
{
    public override bool TakesWholeBatch => true;

    public override bool IsPiecewiseLinear => false;

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

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted)
    {
        if (tape.Mode == Mode.Inference)
        {
            BackwardOfInference(r, e, dy);
            return dy;
        }

        Tensor dscale = gradients is null ? r.Temporary("dscale", scale.Shape) : At(gradients, scale);
        Tensor dbias = gradients is null ? r.Temporary("dbias", bias.Shape) : At(gradients, bias);
        for (int i = 0; i < e.Norms.Length; i++)
        {
            Tensor part = Part(dy, i, e.Norms.Length);
            r.BatchNormBackward(Part(e.X, i, e.Norms.Length), Part(e.Y, i, e.Norms.Length), part, e.Norms[i], act, part,
                i == 0 ? mode : Write.Accumulate, dscale, dbias);
        }

        return wanted is { } samples ? dy.Samples(samples.First, samples.Count) : null;
    }

    /// <summary>In inference y = act(scale / √(var + ε) · x + constant): the same map without its constants takes dy ∘ act′ to dx.</summary>
    private void BackwardOfInference(Recorder r, TapeEntry e, Tensor dy)
    {
        if (act.Kind != ActivationKind.Identity)
            r.ActivationBackward(act, e.Y, dy, dy, Write.Overwrite, null);
        Tensor zero = r.Temporary($"{Name} zero", bias.Shape);
        r.Fill(0, zero);
        r.BatchNormInference(dy, e.Norms[0] with { Bias = zero, RunningMean = zero }, layer.Epsilon, Activation.Identity, dy);
    }

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients) =>
        throw new NotSupportedException("a batch norm isn't piecewise linear");

    private static Tensor Part(Tensor t, int part, int parts) => t.Samples(part * t.Shape.N / parts, t.Shape.N / parts);
}

/// <summary>The same numbers in another shape.</summary>
internal sealed class ViewStep(string name, Shape input, Shape output) : NetStep(name, input, output)
{
    public override bool TakesWholeBatch => false;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted) =>
        dy.Reshape(In.WithN(dy.Shape.N));

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients) => dx.Reshape(e.Y.Shape);
}

/// <summary>y = the largest of each group of channels of x.</summary>
internal sealed class MaxoutStep(string name, Shape input, Shape output) : NetStep(name, input, output)
{
    public override bool TakesWholeBatch => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode) => r.Maxout(e.X, e.Y);

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted)
    {
        if (wanted is not { } samples)
            return null;
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        r.MaxoutBackward(e.X.Samples(samples.First, samples.Count), dy.Samples(samples.First, samples.Count), dx);
        return dx;
    }

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients) =>
        throw new NotSupportedException("no operation takes a change of the input through maxout");
}

/// <summary>y = x ∘ embedding(label).</summary>
internal sealed class LabelMultiplyStep(string name, Shape shape, Parameter table) : NetStep(name, shape, shape)
{
    public override bool TakesWholeBatch => true;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        e.Embedded = r.Temporary($"{Name} embedded", e.X.Shape);
        r.Embed(At(tape.Weights, table), tape.Labels!, e.Embedded);
        r.Multiply(e.X, e.Embedded, e.Y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted)
    {
        if (gradients is not null)
            BackwardTable(r, tape, e.X, dy, mode, gradients);
        e.Dy = dy;
        if (wanted is not { } samples)
            return null;
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        r.Multiply(dy.Samples(samples.First, samples.Count), e.Embedded!.Samples(samples.First, samples.Count), dx);
        return dx;
    }

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients)
    {
        BackwardTable(r, tape, dx, e.Dy!, Write.Accumulate, gradients);
        Tensor dy = r.Temporary($"change of {e.Y.Name}", e.Y.Shape);
        r.Multiply(dx, e.Embedded!, dy);
        return dy;
    }

    private void BackwardTable(Recorder r, Tape tape, Tensor x, Tensor dy, Write mode, Tensor gradients)
    {
        Tensor dembedded = r.Temporary($"d{Name} embedded", dy.Shape);
        r.Multiply(dy, x, dembedded);
        r.EmbedBackward(tape.Labels!, dembedded, mode, At(gradients, table));
    }
}

/// <summary>y = x and, as more channels, embedding(label).</summary>
internal sealed class LabelChannelStep(string name, Shape input, Parameter table)
    : NetStep(name, input, input with { C = input.C + table.Shape.SampleCount / (input.H * input.W) })
{
    private int Channels => Out.C - In.C;

    public override bool TakesWholeBatch => table.Trained;

    public override void Forward(Recorder r, Tape tape, TapeEntry e, Mode mode)
    {
        Tensor map = r.Temporary($"{Name} embedded", e.X.Shape with { C = Channels });
        r.Embed(At(tape.Weights, table), tape.Labels!, map);
        r.ConcatChannels(e.X, map, e.Y);
    }

    public override Tensor? Backward(Recorder r, Tape tape, TapeEntry e, Tensor dy, Tensor? gradients, Write mode, SampleRange? wanted)
    {
        if (gradients is not null && table.Trained)
        {
            Tensor dmap = r.Temporary($"d{Name} embedded", dy.Shape with { C = Channels });
            r.SliceChannels(dy, In.C, dmap);
            r.EmbedBackward(tape.Labels!, dmap, mode, At(gradients, table));
        }

        if (wanted is not { } samples)
            return null;
        Tensor dx = r.Temporary($"d{e.X.Name}", In.WithN(samples.Count));
        r.SliceChannels(dy.Samples(samples.First, samples.Count), 0, dx);
        return dx;
    }

    public override Tensor Forwards(Recorder r, Tape tape, TapeEntry e, Tensor dx, Tensor gradients)
    {
        Tensor none = r.Temporary($"change of {Name} embedded", dx.Shape with { C = Channels });
        r.Fill(0, none);
        Tensor dy = r.Temporary($"change of {e.Y.Name}", e.Y.Shape);
        r.ConcatChannels(dx, none, dy);
        return dy;
    }
}
