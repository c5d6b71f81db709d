using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Models;

public enum Mode
{
    /// <summary>Batch norm uses the batch's statistics and updates the running ones.</summary>
    Training,

    /// <summary>Batch norm uses the running statistics: a sample does not depend on the others in its batch.</summary>
    Inference,
}

/// <summary>Samples [First, First + Count) of a batch.</summary>
public readonly record struct SampleRange(int First, int Count);

/// <summary>
/// A network: its layers compiled to steps, its parameters in one slab. <see cref="Forward"/> and <see cref="Backward"/> record
/// operations; nothing is computed here.
/// </summary>
public sealed class Net
{
    private readonly NetStep[] _steps;

    /// <param name="name">"generator" or "discriminator": the first part of every parameter's name.</param>
    /// <param name="input">Shape of one sample (N = 1).</param>
    /// <param name="classes">Number of labels; 0 where there are none.</param>
    /// <exception cref="FastGanException">A layer can't follow the one before it.</exception>
    public Net(string name, NetSpec spec, Shape input, int classes)
    {
        NetCompiler compiler = new(name, spec, input, classes);
        Name = name;
        Input = input;
        _steps = compiler.Steps;
        Parameters = compiler.Parameters;
        Layers = compiler.Summaries;
        Weights = new Tensor($"{name} weights", Shape.Vector(compiler.Count), Element.Weight);
        Trained = Weights.Slice(0, Shape.Vector(compiler.TrainedCount));
        Gradients = new Tensor($"{name} gradients", Trained.Shape);
    }

    public string Name { get; }

    /// <summary>One sample, N = 1.</summary>
    public Shape Input { get; }

    /// <summary>One sample, N = 1.</summary>
    public Shape Output => _steps[^1].Out;

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What each layer makes of its input, and how many trained numbers it has.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    public bool HasBatchNorm => _steps.Any(s => s is NormStep);

    /// <summary>Whether it is linear wherever no activation is at its kink: no batch norm, and no activation but (leaky) ReLU and maxout.</summary>
    public bool IsPiecewiseLinear => _steps.All(s => s.IsPiecewiseLinear);

    public bool HasSpectralNorm => _steps.Any(s => s is AffineStep { HasSpectralNorm: true });

    public bool HasMaxout => _steps.Any(s => s is MaxoutStep);

    public bool TakesLabels => _steps.Any(s => s is LabelMultiplyStep or LabelChannelStep);

    /// <summary>Every parameter: the trained ones first, then running statistics and the like. Each starts on a multiple of 16 elements; the gaps are zero.</summary>
    public Tensor Weights { get; }

    /// <summary>The trained part of <see cref="Weights"/>.</summary>
    public Tensor Trained { get; }

    /// <summary>
    /// dL/d<see cref="Trained"/>, each in the place of its parameter. In a program that updates the weights too, a device may use up a gradient as it makes it, and leave
    /// its place as it was.
    /// </summary>
    public Tensor Gradients { get; }

    /// <summary>Writes the initial weights: a pure function of the seed, the stream and each parameter's place.</summary>
    public void Initialise(Device device, ulong seed, uint stream)
    {
        device.Clear(Weights);
        float[] longest = new float[Parameters.Max(p => p.Shape.Count)];
        foreach (Parameter p in Parameters)
        {
            Span<float> values = longest.AsSpan(0, p.Shape.Count);
            values.Clear();
            if (p.Start.Kind == StartKind.Normal)
                RandomNumbers.Normal(seed, stream, (ulong)p.Offset, values);
            else if (p.Start.Kind == StartKind.Uniform)
                RandomNumbers.Uniform(seed, stream, (ulong)p.Offset, values);
            else if (p.Start.Kind == StartKind.Identity)
            {
                for (int i = 0; i < values.Length; i += p.Shape.C + 1)
                    values[i] = 1;
            }

            foreach (ref float v in values)
                v = (float)p.Start.Center + (float)p.Start.Spread * v;
            device.Write<float>(Weights.Slice(p.Offset, p.Shape), values);
        }
    }

    /// <summary>Records the forward pass.</summary>
    /// <param name="x">(N, input)</param>
    /// <param name="labels">(N) Int32, for networks that take labels.</param>
    /// <param name="groups">Equal parts of the batch with batch statistics of their own: 2 for real and generated samples side by side.</param>
    /// <param name="weights">The slab to use; <see cref="Weights"/> if null.</param>
    /// <param name="output">Where the last layer's output goes; a temporary if null.</param>
    public Tape Forward(Recorder r, Tensor x, Tensor? labels, Mode mode, int groups = 1, Tensor? weights = null, Tensor? output = null)
    {
        if (TakesLabels && labels is null)
            throw new ArgumentNullException(nameof(labels), $"the {Name} takes labels");
        Tape tape = new(weights ?? Weights, labels, groups, mode);
        int n = x.Shape.N;
        for (int i = 0; i < _steps.Length; i++)
        {
            NetStep step = _steps[i];
            Shape shape = step.Out.WithN(n);
            bool last = _steps.Skip(i + 1).All(s => s is ViewStep);
            Tensor y = step is ViewStep ? x.Reshape(shape)
                : last && output is not null ? output.Reshape(shape)
                : r.Temporary($"{Name}.{step.Name}", shape);
            TapeEntry entry = new(step, x, y);
            step.Forward(r, tape, entry, mode);
            tape.Entries.Add(entry);
            x = y;
        }

        return tape;
    }

    /// <summary>
    /// Records the backward pass of a forward pass. Through a batch norm of one in <see cref="Mode.Inference"/> there is the input's gradient
    /// alone, and in single precision.
    /// </summary>
    /// <param name="dy">dL/doutput of the tape's output; overwritten.</param>
    /// <param name="weights">Whether dL/dweights is wanted, in <see cref="Gradients"/>.</param>
    /// <param name="input">The samples whose dL/dinput is wanted, if any: all, unless the weights' gradient is wanted too.</param>
    /// <param name="mode">Whether dL/dweights overwrites what is there or is added to it.</param>
    /// <returns>dL/dinput of those samples, or null.</returns>
    public Tensor? Backward(Recorder r, Tape tape, Tensor dy, bool weights, SampleRange? input, Write mode = Write.Overwrite)
    {
        SampleRange all = new(0, dy.Shape.N);
        if (!weights && input != all)
            throw new ArgumentException($"without the weights' gradient the input's gradient is of all {all.Count} samples", nameof(input));
        if (weights && tape.Mode == Mode.Inference && HasBatchNorm)
            throw new ArgumentException("batch norm has no weights' gradient in inference", nameof(weights));
        if (mode == Write.Accumulate && (!weights || HasSpectralNorm))
            throw new ArgumentException("there is no weights' gradient to add, or it has to pass a spectral norm", nameof(mode));
        for (int i = _steps.Length - 1; i >= 0; i--)
        {
            bool deeper = weights && _steps.Take(i).Any(s => s.TakesWholeBatch);
            Tensor? dx = _steps[i].Backward(r, tape, tape.Entries[i], dy, weights ? Gradients : null, mode, deeper ? all : input);
            if (dx is null)
                return null;
            dy = dx;

            // Of the samples that aren't wanted nothing is left for what lies before.
            if (!deeper && input is not null)
                input = new SampleRange(0, dy.Shape.N);
        }

        return dy;
    }

    /// <summary>
    /// Records the gradient by the weights of Σ direction · dL/dinput: what a penalty on the input's gradient needs of second order. Adds it to
    /// <see cref="Gradients"/>. The network is piecewise linear, so dL/dinput is a product of weights and masks, the same masks for a change of
    /// the input, which goes forward through them. So each weight's gradient is that of an ordinary backward pass, with the layer's input replaced by
    /// its change in that direction; biases, which only move the masks, have none. dL/doutput is taken as a constant: where it isn't, the
    /// gradient of Σ (the change of the output) · dL/doutput, with that change held, is for the caller to add.
    /// </summary>
    /// <param name="tape">Of a forward pass whose <see cref="Backward"/> was recorded without the weights' gradient.</param>
    /// <param name="direction">(N, input); overwritten.</param>
    /// <returns>(N, output): the change of the output.</returns>
    public Tensor BackwardOfInputGradient(Recorder r, Tape tape, Tensor direction)
    {
        if (!IsPiecewiseLinear || HasSpectralNorm)
            throw new InvalidOperationException($"the {Name} isn't piecewise linear, or its weights aren't used as they are");
        for (int i = 0; i < _steps.Length; i++)
            direction = _steps[i].Forwards(r, tape, tape.Entries[i], direction, Gradients);
        return direction;
    }
}
