using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Gans;

/// <summary>
/// One training step of every variant, recorded: discriminator updates, then the generator's. Real and generated images lie side by
/// side in one batch of 2N, real first, so that the discriminator passes over both at once; batch norm keeps their statistics apart.
/// </summary>
public sealed class TrainingStep
{
    private readonly Recorder _r;
    private readonly Gan _gan;
    private readonly TrainingSpec _spec;
    private readonly bool _share;
    private uint _streams = RandomNumbers.Step;

    private TrainingStep(Gan gan, bool share)
    {
        _r = new Recorder($"{gan.Config.Preset} step");
        _gan = gan;
        _spec = gan.Config.Training;
        _share = share;
    }

    /// <summary>Records the step that the config describes.</summary>
    public static Program Record(Gan gan) => Record(gan, SharesBackward(gan));

    internal static Program Record(Gan gan, bool share)
    {
        TrainingStep step = new(gan, share);
        step.Record();
        return step._r.Finish();
    }

    /// <summary>
    /// Whether, in a simultaneous step, the generator's gradient at its images is the discriminator's times one number for each sample, so
    /// that one backward pass serves both. So it is where the generator's loss is the discriminator's with the sign turned (the factor is −1,
    /// whatever the network), and where no batch norm mixes the samples (the factor is the ratio of the two gradients at the logit).
    /// </summary>
    public static bool SharesBackward(Gan gan) =>
        gan.Config.Training.Loss == AdversarialLoss.Wasserstein
        || gan.Config.Training.GeneratorLoss == GeneratorLoss.Minimax
        || !gan.Discriminator.HasBatchNorm;

    private void Record()
    {
        int last = _spec.CriticSteps - 1;
        for (int i = 0; i < last; i++)
            UpdateDiscriminator(i);
        if (_spec.Update == UpdateOrder.Simultaneous)
        {
            UpdateBoth(last);
            return;
        }

        // After a single discriminator update its images serve the generator too; after several the generator draws new ones.
        Generated generated = UpdateDiscriminator(last);
        UpdateGenerator(last == 0 ? generated : Generate(null, null));
    }

    /// <summary>Discriminator update i: forward over real and generated images, loss, backward, optimizer.</summary>
    private Generated UpdateDiscriminator(int i)
    {
        (Tape judged, Generated generated) = JudgeRealAndGenerated(i);
        _gan.Discriminator.Backward(_r, judged, RecordDiscriminatorLoss(judged.Output), weights: true, input: null);
        ApplyDiscriminator(i);
        return generated;
    }

    /// <summary>The generator through the discriminator as it now is.</summary>
    private void UpdateGenerator(Generated generated)
    {
        Tape judged = _gan.Discriminator.Forward(_r, generated.Images, generated.Labels, Mode.Training);
        Tensor dimages = _gan.Discriminator.Backward(_r, judged, RecordGeneratorLoss(judged.Output), weights: false, input: new SampleRange(0, _spec.Batch))!;
        _gan.Generator.Backward(_r, generated.Tape, dimages, weights: true, input: null);
        ApplyGenerator();
    }

    /// <summary>Both gradients from one forward pass, then both updates.</summary>
    private void UpdateBoth(int i)
    {
        int n = _spec.Batch;
        (Tape judged, Generated generated) = JudgeRealAndGenerated(i);
        Tensor dlogits = RecordDiscriminatorLoss(judged.Output);
        Tensor dscores = RecordGeneratorLoss(judged.Output.Samples(n, n));
        Tensor dimages;
        if (_share)
        {
            // The discriminator ends in its logits, so that its backward pass leaves dlogits as they are.
            dimages = _gan.Discriminator.Backward(_r, judged, dlogits, weights: true, input: new SampleRange(n, n))!;
            _r.ScaleSamples(dimages, dscores, dlogits.Samples(n, n), dimages);
        }
        else
        {
            _gan.Discriminator.Backward(_r, judged, dlogits, weights: true, input: null);
            dimages = _gan.Discriminator.Backward(_r, judged.Group(1), dscores, weights: false, input: new SampleRange(0, n))!;
        }

        _gan.Generator.Backward(_r, generated.Tape, dimages, weights: true, input: null);
        ApplyDiscriminator(i);
        ApplyGenerator();
    }

    /// <summary>Gathers minibatch i, generates as many images beside it, and passes both through the discriminator.</summary>
    private (Tape Judged, Generated Generated) JudgeRealAndGenerated(int i)
    {
        int n = _spec.Batch;
        Tensor indices = _gan.Indices.Samples(i, 1).Reshape(Shape.Vector(n));
        Tensor images = _r.Temporary("images", Gan.Image(_gan.Config.Model, 2 * n));
        Tensor? labels = _gan.Labels is null ? null : _r.Temporary("labels", Shape.Matrix(2 * n, 1), Element.Int32);
        _r.GatherImages(_gan.Images, indices, images.Samples(0, n));
        if (labels is not null)
            _r.GatherLabels(_gan.Labels!, indices, labels.Samples(0, n));
        Generated generated = Generate(images.Samples(n, n), labels?.Samples(n, n));
        return (_gan.Discriminator.Forward(_r, images, labels, Mode.Training, groups: 2), generated);
    }

    /// <summary>Draws latents (and labels, for a conditional model) and passes them through the generator.</summary>
    private Generated Generate(Tensor? images, Tensor? labels)
    {
        ModelSpec model = _gan.Config.Model;
        Tensor z = _r.Temporary("z", Shape.Matrix(_spec.Batch, model.Latent));
        _r.Noise(model.LatentDistribution, _streams++, _gan.Key, z);
        if (_gan.Labels is not null)
        {
            labels ??= _r.Temporary("labels", Shape.Matrix(_spec.Batch, 1), Element.Int32);
            _r.RandomLabels(model.Classes, _streams++, _gan.Key, labels);
        }

        Tape tape = _gan.Generator.Forward(_r, z, labels, Mode.Training, output: images);
        return new Generated(tape.Output, labels, tape);
    }

    /// <summary>The discriminator's loss on logits (2N, 1), real first.</summary>
    /// <returns>dlogits</returns>
    private Tensor RecordDiscriminatorLoss(Tensor logits)
    {
        int n = _spec.Batch;
        Tensor? scale = _gan.DiscriminatorOptimizer.LossScale;
        Tensor dlogits = _r.Temporary("dlogits", logits.Shape);
        (Tensor real, Tensor fake, Tensor dreal, Tensor dfake) = (logits.Samples(0, n), logits.Samples(n, n), dlogits.Samples(0, n), dlogits.Samples(n, n));
        if (_spec.Loss == AdversarialLoss.Wasserstein)
        {
            _r.Wasserstein(real, 1, scale, _gan[Metric.DLossReal], _gan[Metric.DReal], dreal);
            _r.Wasserstein(fake, -1, scale, _gan[Metric.DLossFake], _gan[Metric.DFake], dfake);
        }
        else
        {
            _r.BceWithLogits(real, 1, 1, scale, _gan[Metric.DLossReal], _gan[Metric.DReal], dreal);
            _r.BceWithLogits(fake, 0, 1, scale, _gan[Metric.DLossFake], _gan[Metric.DFake], dfake);
        }

        return dlogits;
    }

    /// <summary>The generator's loss on the logits (N, 1) of its images.</summary>
    /// <returns>dlogits</returns>
    private Tensor RecordGeneratorLoss(Tensor logits)
    {
        Tensor dlogits = _r.Temporary("dscores", logits.Shape);
        (Tensor? scale, Tensor loss, Tensor score) = (_gan.GeneratorOptimizer.LossScale, _gan[Metric.GLoss], _gan[Metric.DFakeAfter]);
        if (_spec.Loss == AdversarialLoss.Wasserstein)
            _r.Wasserstein(logits, 1, scale, loss, score, dlogits);
        else if (_spec.GeneratorLoss == GeneratorLoss.Minimax)
            _r.BceWithLogits(logits, 0, -1, scale, loss, score, dlogits);
        else
            _r.BceWithLogits(logits, 1, 1, scale, loss, score, dlogits);
        return dlogits;
    }

    private void ApplyDiscriminator(int i)
    {
        (Net d, Optimizer optimizer) = (_gan.Discriminator, _gan.DiscriminatorOptimizer);
        _r.Norm(d.Gradients, optimizer.LossScale, _gan[Metric.DGradNorm]);
        if (_spec.Clip is { Target: ClipTarget.Gradients } gradients)
            _r.Clip(gradients.Limit, optimizer.LossScale, d.Gradients);
        _r.Update(optimizer.Rule, _gan.Rate(i), d.Gradients, optimizer.LossScale, optimizer.State, d.Trained);
        if (_spec.Clip is { Target: ClipTarget.Weights } weights)
            _r.Clip(weights.Limit, null, d.Trained);
        if (optimizer.LossScale is not null)
            _r.AdjustLossScale(optimizer.LossScale);
    }

    private void ApplyGenerator()
    {
        (Net g, Optimizer optimizer) = (_gan.Generator, _gan.GeneratorOptimizer);
        _r.Norm(g.Gradients, optimizer.LossScale, _gan[Metric.GGradNorm]);
        _r.Update(optimizer.Rule, _gan.Rate(_spec.CriticSteps), g.Gradients, optimizer.LossScale, optimizer.State, g.Trained);
        if (_gan.Average is not null)
            _r.MovingAverage(_spec.Ema!.Value, g.Weights, _gan.Average);
        if (optimizer.LossScale is not null)
            _r.AdjustLossScale(optimizer.LossScale);
    }

    /// <summary>Images made by the generator, their labels, and how they came about.</summary>
    private readonly record struct Generated(Tensor Images, Tensor? Labels, Tape Tape);
}
