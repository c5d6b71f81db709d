using FastGan.Data;
using FastGan.Gans;
using FastGan.Ops;
using FastGan.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace FastGan.Tests.Golden;

/// <summary>Alternating training steps as one writes them in PyTorch, in double precision. Inputs and results go to the file.</summary>
internal sealed class TorchRun(RunConfig config, Dataset data, TorchNet g, TorchNet d, GoldenFile file)
{
    private readonly ModelSpec _model = config.Model;
    private readonly TrainingSpec _spec = config.Training;
    private readonly TorchLosses _losses = new(config);
    private readonly TorchView _view = new(config.Training);
    private readonly BatchOrder _order = new(config.Training.Seed, data.Count, config.Training.Batch);
    private readonly LabelledSubset _labelled = new(config.Training.Seed, data, config.Training.Labels);
    private readonly OptimizerHelper _gOptimizer = Optimizer(g, config.Training.GeneratorOptimizer);
    private readonly OptimizerHelper _dOptimizer = Optimizer(d, config.Training.DiscriminatorOptimizer);
    private uint _stream;
    private int _draw;

    public void Step(int step)
    {
        using DisposeScope scope = NewDisposeScope();
        (_stream, _draw) = (RandomNumbers.Step, 0);
        Decay(_gOptimizer, _spec.GeneratorOptimizer, step);
        Decay(_dOptimizer, _spec.DiscriminatorOptimizer, step);

        // A single discriminator update shares its images with the generator's update; of several, each update gets new ones.
        Generated generated = UpdateDiscriminator(step, 0);
        for (int i = 1; i < _spec.CriticSteps; i++)
            UpdateDiscriminator(step, i);
        UpdateGenerator(step, _spec.CriticSteps == 1 ? generated : Generate(step));
        g.SaveWeights(file, $"step{step}.weight.");
        d.SaveWeights(file, $"step{step}.weight.");
    }

    private Generated UpdateDiscriminator(int step, int i)
    {
        int[] indices = Minibatch(step, i);
        (Tensor real, Tensor labels) = Gather(step, indices[.._spec.Batch]);
        Generated generated = Generate(step);
        Tensor fake = _view.See(generated.Images.detach(), step, ref _stream);

        d.Normalise();
        Tensor ofReal = d.Forward(real, labels), ofFake = d.Forward(fake, generated.Labels);
        Dictionary<string, Tensor> losses = new() { ["d_loss"] = _losses.Discriminator(ofReal, ofFake) };
        if (_model.Head == DiscriminatorHead.Class)
        {
            losses["class_loss"] = _losses.Classes(ofReal, labels) + _losses.Classes(ofFake, generated.Labels!);
        }
        else if (_model.Head == DiscriminatorHead.Code)
        {
            losses["class_loss"] = _losses.Classes(ofFake, generated.Labels!);
            losses["code_loss"] = _losses.Codes(ofFake, generated.Z);
        }
        else if (_model.Head == DiscriminatorHead.SemiSupervised)
        {
            (Tensor labelled, Tensor known) = Gather(step, indices[_spec.Batch..]);
            losses["class_loss"] = _losses.Classes(d.Forward(labelled, null), known);
        }

        if (_spec.Penalty is { } penalty)
            losses["penalty"] = Penalty(penalty, step, real, fake, labels);
        Update(losses, d, _dOptimizer, $"step{step}.update{i}.gradient.");
        if (_spec.Clip is { } clip)
            Clamp(clip.Limit);
        foreach ((string name, Tensor loss) in i == _spec.CriticSteps - 1 ? losses : [])
            file.Add($"step{step}.{name}", loss.item<double>());
        return generated;
    }

    private void UpdateGenerator(int step, Generated generated)
    {
        d.Normalise();
        Tensor output = d.Forward(_view.See(generated.Images, step, ref _stream), generated.Labels);
        Dictionary<string, Tensor> losses = new() { ["g_loss"] = _losses.Generator(output) };
        file.Add($"step{step}.g_loss", losses["g_loss"].item<double>());
        if (_model.Head is DiscriminatorHead.Class or DiscriminatorHead.Code)
            losses["class_loss"] = _losses.Classes(output, generated.Labels!);
        if (_model.Head == DiscriminatorHead.Code)
            losses["code_loss"] = _losses.Codes(output, generated.Z);
        Update(losses, g, _gOptimizer, $"step{step}.update{_spec.CriticSteps}.gradient.");
    }

    /// <summary>On the norm of each sample's gradient by the discriminator's input, through which gradients flow on to its weights.</summary>
    private Tensor Penalty(PenaltySpec penalty, int step, Tensor real, Tensor fake, Tensor labels)
    {
        Tensor at = real.detach().clone();
        if (penalty.Kind == PenaltyKind.Interpolates)
        {
            Tensor t = Noise(Distribution.Uniform, step, at.shape[0], 1).reshape(-1, 1, 1, 1);
            at = (1 + t) / 2 * real + (1 - t) / 2 * fake;
        }

        Tensor source = _losses.Source(d.Forward(at.requires_grad_(), labels));
        Tensor gradient = autograd.grad([source.sum()], [at], retain_graph: true, create_graph: true)[0];
        Tensor norm = gradient.flatten(1).norm(1);
        return penalty.Weight * (penalty.Kind == PenaltyKind.Interpolates ? (norm - 1).square().mean() : norm.square().mean() / 2);
    }

    private void Update(Dictionary<string, Tensor> losses, TorchNet net, OptimizerHelper optimizer, string prefix)
    {
        optimizer.zero_grad();
        losses.Values.Aggregate((a, b) => a + b).backward();
        net.SaveGradients(file, prefix);
        optimizer.step();
    }

    private void Clamp(double limit)
    {
        using IDisposable guard = no_grad();
        foreach (Parameter p in d.Trained)
            p.clamp_(-limit, limit);
    }

    /// <summary>The latents, and for a generator that takes them the labels, that the project's own step draws.</summary>
    private Generated Generate(int step)
    {
        string name = $"step{step}.draw{_draw}";
        Tensor z = Noise(_model.LatentDistribution, step, _spec.Batch, _model.Latent);
        Tensor? labels = null;
        if (_model.Classes > 0 && _model.Head != DiscriminatorHead.SemiSupervised)
        {
            (uint a, uint b, uint c, uint e) = RandomNumbers.Block(_spec.Seed, _stream++, (ulong)step, 0);
            int[] drawn = [.. new[] { a, b, c, e }.Select(u => (int)((ulong)u * (ulong)_model.Classes >> 32))];
            file.Add($"{name}.labels", drawn);
            labels = tensor(drawn, int64);
        }

        return new Generated(g.Forward(z, labels), labels, z);
    }

    private Tensor Noise(Distribution distribution, int step, long rows, long columns)
    {
        float[] drawn = new float[rows * columns];
        if (distribution == Distribution.Normal)
            RandomNumbers.Normal(_spec.Seed, _stream++, (ulong)step, drawn);
        else
            RandomNumbers.Uniform(_spec.Seed, _stream++, (ulong)step, drawn);
        double[] values = [.. drawn.Select(v => (double)v)];
        file.Add($"step{step}.draw{_draw++}.z", Shape.Matrix((int)rows, (int)columns), values);
        return tensor(values, float64).reshape(rows, columns);
    }

    /// <summary>Which images an update takes; of a semi-supervised model, behind them as many whose labels it may use.</summary>
    private int[] Minibatch(int step, int update)
    {
        int batch = _spec.Batch, number = step * _spec.CriticSteps + update;
        int[] indices = new int[_model.Head == DiscriminatorHead.SemiSupervised ? 2 * batch : batch];
        _order.Indices(number, indices.AsSpan(0, batch));
        _labelled.Indices(number, indices.AsSpan(batch));
        file.Add($"step{step}.update{update}.indices", indices);
        return indices;
    }

    private (Tensor Seen, Tensor Labels) Gather(int step, int[] indices)
    {
        Tensor chosen = tensor(indices, int64);
        Tensor images = tensor(data.Images, [data.Count, data.Height, data.Width, data.Channels]).index_select(0, chosen);
        return (_view.See(images.permute(0, 3, 1, 2).to(float64) / 127.5 - 1, step, ref _stream), tensor(data.Labels!, int64).index_select(0, chosen));
    }

    private static OptimizerHelper Optimizer(TorchNet net, OptimizerSpec spec) => spec.Kind switch
    {
        OptimizerKind.Adam => optim.Adam(net.Trained, spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon),
        OptimizerKind.RmsProp => optim.RMSProp(net.Trained, spec.LearningRate, spec.Alpha, spec.Epsilon),
        _ => optim.SGD(net.Trained, spec.LearningRate, spec.Momentum),
    };

    /// <summary>The learning rate of a step: over the last share of the steps it falls in a straight line.</summary>
    private void Decay(OptimizerHelper optimizer, OptimizerSpec spec, int step)
    {
        double falling = _spec.Decay * _spec.Steps, left = _spec.Steps - step;
        foreach (optim.ILearningRateController group in optimizer.ParamGroups)
            group.LearningRate = spec.LearningRate * (left < falling ? left / falling : 1);
    }

    private readonly record struct Generated(Tensor Images, Tensor? Labels, Tensor Z);
}
