using FastGan.Data;
using FastGan.Gans;
using FastGan.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Tensor = TorchSharp.torch.Tensor;

namespace FastGan.Tests.Golden;

/// <summary>Alternating training steps as one writes them in PyTorch, in double precision. Inputs and results go to the file.</summary>
internal sealed class TorchRun(RunConfig config, Dataset data, TorchNet g, TorchNet d, GoldenFile file)
{
    private readonly TrainingSpec _spec = config.Training;
    private readonly BatchOrder _order = new(config.Training.Seed, data.Count, config.Training.Batch);
    private readonly OptimizerHelper _gOptimizer = Optimizer(g, config.Training.GeneratorOptimizer);
    private readonly OptimizerHelper _dOptimizer = Optimizer(d, config.Training.DiscriminatorOptimizer);
    private readonly bool _labelled = config.Model.Classes > 0;
    private uint _stream;
    private int _draw;

    public void Step(int step)
    {
        using DisposeScope scope = NewDisposeScope();
        (_stream, _draw) = (RandomNumbers.Step, 0);
        (Tensor fake, Tensor? fakeLabels) = Generate(step);
        for (int i = 0; i < _spec.CriticSteps; i++)
        {
            (Tensor real, Tensor? realLabels) = Minibatch(step, i);
            Tensor dLoss = Loss(d.Forward(real, realLabels), true) + Loss(d.Forward(fake.detach(), fakeLabels), false);
            Update(dLoss, d, _dOptimizer, $"step{step}.update{i}.gradient.");
            if (_spec.Clip is { } clip)
                Clamp(clip.Limit);
            if (i == _spec.CriticSteps - 1)
                file.Add($"step{step}.d_loss", dLoss.item<double>());

            // A single discriminator update shares its images with the generator's update; of several, each update gets new ones.
            if (_spec.CriticSteps > 1)
                (fake, fakeLabels) = Generate(step);
        }

        Tensor gLoss = Loss(d.Forward(fake, fakeLabels), true);
        Update(gLoss, g, _gOptimizer, $"step{step}.update{_spec.CriticSteps}.gradient.");
        file.Add($"step{step}.g_loss", gLoss.item<double>());
        g.SaveWeights(file, $"step{step}.weight.");
        d.SaveWeights(file, $"step{step}.weight.");
    }

    /// <summary>−log σ(logit) of what is to be taken for real, −log(1 − σ(logit)) of the rest; for a critic ∓ its mean score.</summary>
    private Tensor Loss(Tensor logits, bool real)
    {
        if (_spec.Loss == AdversarialLoss.Wasserstein)
            return real ? -logits.mean() : logits.mean();
        return F.binary_cross_entropy_with_logits(logits, real ? ones_like(logits) : zeros_like(logits));
    }

    private void Update(Tensor loss, TorchNet net, OptimizerHelper optimizer, string prefix)
    {
        optimizer.zero_grad();
        loss.backward();
        net.SaveGradients(file, prefix);
        optimizer.step();
    }

    private void Clamp(double limit)
    {
        using IDisposable guard = no_grad();
        foreach (Parameter p in d.Trained)
            p.clamp_(-limit, limit);
    }

    /// <summary>The latents, and for a conditional model the labels, that the project's own step draws.</summary>
    private (Tensor Images, Tensor? Labels) Generate(int step)
    {
        int batch = _spec.Batch, latent = config.Model.Latent;
        string name = $"step{step}.draw{_draw++}";
        float[] z = new float[batch * latent];
        RandomNumbers.Normal(_spec.Seed, _stream++, (ulong)step, z);
        double[] latents = [.. z.Select(v => (double)v)];
        file.Add($"{name}.z", Shape.Matrix(batch, latent), latents);
        Tensor? labels = null;
        if (_labelled)
        {
            (uint a, uint b, uint c, uint e) = RandomNumbers.Block(_spec.Seed, _stream++, (ulong)step, 0);
            int[] drawn = [.. new[] { a, b, c, e }.Select(u => (int)((ulong)u * (ulong)config.Model.Classes >> 32))];
            file.Add($"{name}.labels", drawn);
            labels = tensor(drawn, int64);
        }

        return (g.Forward(tensor(latents, float64).reshape(batch, latent), labels), labels);
    }

    private (Tensor Images, Tensor? Labels) Minibatch(int step, int update)
    {
        int[] indices = new int[_spec.Batch];
        _order.Indices(step * _spec.CriticSteps + update, indices);
        file.Add($"step{step}.update{update}.indices", indices);
        Tensor chosen = tensor(indices, int64);
        Tensor images = tensor(data.Images, [data.Count, data.Height, data.Width, data.Channels]).index_select(0, chosen);
        return (images.permute(0, 3, 1, 2).to(float64) / 127.5 - 1, _labelled ? tensor(data.Labels!, int64).index_select(0, chosen) : null);
    }

    private static OptimizerHelper Optimizer(TorchNet net, OptimizerSpec spec) => spec.Kind switch
    {
        OptimizerKind.Adam => optim.Adam(net.Trained, spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon),
        OptimizerKind.RmsProp => optim.RMSProp(net.Trained, spec.LearningRate, spec.Alpha, spec.Epsilon),
        _ => optim.SGD(net.Trained, spec.LearningRate, spec.Momentum),
    };
}
