using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Models;

/// <summary>What a forward pass leaves for its backward pass.</summary>
public sealed class Tape
{
    internal Tape(Tensor weights, Tensor? labels, int groups, Mode mode)
    {
        Weights = weights;
        Labels = labels;
        Groups = groups;
        Mode = mode;
    }

    /// <summary>(N, output)</summary>
    public Tensor Output => Entries[^1].Y;

    /// <summary>(N, …): what the last layer read.</summary>
    public Tensor Features => Entries[^1].X;

    internal Tensor Weights { get; }

    internal Tensor? Labels { get; }

    internal int Groups { get; }

    internal Mode Mode { get; }

    internal List<TapeEntry> Entries { get; } = [];

    /// <summary>The part of the pass that one group of the batch took.</summary>
    public Tape Group(int group)
    {
        int n = Output.Shape.N / Groups;
        Tensor Part(Tensor t) => t.Samples(group * n, n);
        Tape part = new(Weights, Labels is null ? null : Part(Labels), 1, Mode);
        foreach (TapeEntry e in Entries)
        {
            part.Entries.Add(new TapeEntry(e.Step, Part(e.X), Part(e.Y))
            {
                Norms = e.Norms.Length == 0 ? [] : [e.Norms[group]],
                Embedded = e.Embedded is null ? null : Part(e.Embedded),
                Spectral = e.Spectral,
            });
        }

        return part;
    }
}

/// <summary>
/// One step's input and output, and what else its forward pass saved: batch statistics by group, the embedded labels, or spectral norm's
/// vectors; and its backward pass: the gradient at its output, the activation's taken in.
/// </summary>
internal sealed record TapeEntry(NetStep Step, Tensor X, Tensor Y)
{
    public BatchNormTensors[] Norms { get; set; } = [];

    public Tensor? Embedded { get; set; }

    public SpectralTensors? Spectral { get; set; }

    public Tensor? Dy { get; set; }
}

/// <summary>See <see cref="IOps.SpectralNorm"/>; W is the weight divided by σ.</summary>
internal sealed record SpectralTensors(Tensor U, Tensor V, Tensor Sigma, Tensor W);
