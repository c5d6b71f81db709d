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
    private readonly Losses _losses;
    private readonly View _view;
    private readonly bool _share;
    private uint _streams = RandomNumbers.Step;

    private TrainingStep(Gan gan, bool share)
    {
        _r = new Recorder($"{gan.Config.Preset} step");
        _gan = gan;
        _spec = gan.Config.Training;
        _losses = new Losses(_r, gan);
        _view = new View(_r, gan);
        _share = share;
    }

    /// <summary>Samples of the discriminator to a minibatch of images.</summary>
    private int Decisions => _spec.Batch / _spec.Pack;

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
    /// that one backward pass serves both. So it is where both losses are of one logit, whose gradient is never 0, and the generator's loss is the
    /// discriminator's with the sign turned (the factor is −1, whatever the network), or no batch norm mixes the samples (the factor is the ratio of
    /// the two gradients at the logit).
    /// </summary>
    public static bool SharesBackward(Gan gan) => gan.Config.Model.Head == DiscriminatorHead.None && gan.Config.Training.Loss switch
    {
        AdversarialLoss.Wasserstein => true,
        AdversarialLoss.Bce => gan.Config.Training.GeneratorLoss == GeneratorLoss.Minimax || !gan.Discriminator.HasBatchNorm,
        _ => false,
    };

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

    /// <summary>Discriminator update i: forward over real and generated images, loss, backward, penalty, optimizer.</summary>
    private Generated UpdateDiscriminator(int i)
    {
        Judged judged = JudgeRealAndGenerated(i);
        Tensor dlogits = _losses.Discriminator(judged.Tape.Output, judged.Labels, judged.Generated.Codes);
        _gan.Discriminator.Backward(_r, judged.Tape, dlogits, weights: true, input: null);
        if (_spec.Penalty is not null)
            AddPenalty(_spec.Penalty, judged);
        ApplyDiscriminator(i);
        return judged.Generated;
    }

    /// <summary>The generator through the discriminator as it now is.</summary>
    private void UpdateGenerator(Generated generated)
    {
        (Tensor seen, uint stream) = (generated.Images, 0);
        if (!_view.IsIdentity)
        {
            (seen, stream) = (_r.Temporary("images", Gan.Seen(_gan.Config, Decisions)), NextView());
            _view.Forward(generated.Images, stream, seen);
        }

        Tape judged = _gan.Discriminator.Forward(_r, seen, generated.Labels, Mode.Training);
        Tensor dlogits = _losses.Generator(judged.Output, generated.Labels, generated.Codes);
        Tensor dseen = _gan.Discriminator.Backward(_r, judged, dlogits, weights: false, input: new SampleRange(0, Decisions))!;
        _gan.Generator.Backward(_r, generated.Tape, _view.Backward(dseen, stream), weights: true, input: null);
        ApplyGenerator();
    }

    /// <summary>Both gradients from one forward pass, then both updates.</summary>
    private void UpdateBoth(int i)
    {
        int n = Decisions;
        Judged judged = JudgeRealAndGenerated(i);
        (Tape tape, Generated generated) = (judged.Tape, judged.Generated);
        Tensor dlogits = _losses.Discriminator(tape.Output, judged.Labels, generated.Codes);
        Tensor dscores = _losses.Generator(tape.Output.Samples(n, n), generated.Labels, generated.Codes);
        Tensor dseen;
        if (_share)
        {
            // The discriminator ends in its logits, so that its backward pass leaves dlogits as they are.
            dseen = _gan.Discriminator.Backward(_r, tape, dlogits, weights: true, input: new SampleRange(n, n))!;
            _r.ScaleSamples(dseen, dscores, dlogits.Samples(n, n), dseen);
        }
        else
        {
            _gan.Discriminator.Backward(_r, tape, dlogits, weights: true, input: null);
            dseen = _gan.Discriminator.Backward(_r, tape.Group(1), dscores, weights: false, input: new SampleRange(0, n))!;
        }

        if (_spec.Penalty is not null)
            AddPenalty(_spec.Penalty, judged);
        _gan.Generator.Backward(_r, generated.Tape, _view.Backward(dseen, generated.View), weights: true, input: null);
        ApplyDiscriminator(i);
        ApplyGenerator();
    }

    /// <summary>
    /// Gathers minibatch i, generates as many images beside it, and passes both through the discriminator; with them, behind, a
    /// semi-supervised model's labelled images.
    /// </summary>
    private Judged JudgeRealAndGenerated(int i)
    {
        int n = Decisions, groups = _gan.Config.Model.Head == DiscriminatorHead.SemiSupervised ? 3 : 2;
        Tensor seen = _r.Temporary("images", Gan.Seen(_gan.Config, groups * n));
        Tensor? labels = _gan.Labels is null ? null : _r.Temporary("labels", Shape.Matrix((4 - groups) * _spec.Batch, 1), Element.Int32);
        Tensor? conditions = groups == 2 ? labels : null;
        Gather(i, 0, seen.Samples(0, n), conditions?.Samples(0, _spec.Batch));
        Generated generated = Generate(seen.Samples(n, n), conditions?.Samples(_spec.Batch, _spec.Batch));
        if (groups == 3)
            Gather(i, 1, seen.Samples(2 * n, n), labels);
        Tape tape = _gan.Discriminator.Forward(_r, seen, conditions, Mode.Training, groups);
        return new Judged(tape, seen, labels ?? generated.Labels, generated);
    }

    /// <summary>Real images, a part of minibatch i, and their labels.</summary>
    private void Gather(int i, int part, Tensor seen, Tensor? labels)
    {
        Tensor indices = _gan.Indices.Samples(i, 1).Slice(part * _spec.Batch, Shape.Vector(_spec.Batch));
        Tensor images = _view.Before(seen);
        if (_gan.Images.Element == Element.Byte)
            _r.GatherImages(_gan.Images, indices, images);
        else
            _r.Embed(_gan.Images, indices, images);
        _view.Forward(images, NextView(), seen);
        if (labels is not null)
            _r.GatherLabels(_gan.Labels!, indices, labels);
    }

    /// <summary>Draws latents (and labels, for a generator that takes them) and passes them through the generator.</summary>
    /// <param name="seen">Where the discriminator is to see the images; null where not yet.</param>
    private Generated Generate(Tensor? seen, Tensor? labels)
    {
        ModelSpec model = _gan.Config.Model;
        Tensor z = _r.Temporary("z", Shape.Matrix(_spec.Batch, model.Latent));
        _r.Noise(model.LatentDistribution, _streams++, _gan.Key, z);
        Tensor? codes = model.Codes == 0 ? null : _r.Temporary("codes", Shape.Matrix(_spec.Batch, model.Codes));
        if (codes is not null)
            _r.SliceChannels(z, 0, codes);
        if (_gan.Generator.TakesLabels)
        {
            labels ??= _r.Temporary("labels", Shape.Matrix(_spec.Batch, 1), Element.Int32);
            _r.RandomLabels(model.Classes, _streams++, _gan.Key, labels);
        }

        Tape tape = _gan.Generator.Forward(_r, z, labels, Mode.Training, output: seen is null ? null : _view.Before(seen));
        uint view = seen is null ? 0 : NextView();
        if (seen is not null)
            _view.Forward(tape.Output, view, seen);
        return new Generated(tape.Output, labels, codes, tape, view);
    }

    /// <summary>
    /// Adds to the discriminator's gradient that of a penalty on the norm of its own gradient by what it sees. That is a product of dsource/doutput and
    /// weights: the weights take their gradient directly, and dsource/doutput, where it isn't a constant, by an ordinary backward pass from the output.
    /// </summary>
    private void AddPenalty(PenaltySpec penalty, Judged judged)
    {
        int n = Decisions;
        bool r1 = penalty.Kind == PenaltyKind.R1;
        Tape tape = r1 ? judged.Tape.Group(0) : JudgeBetween(judged);
        Tensor g = _gan.Discriminator.Backward(_r, tape, _losses.SourceSum(tape.Output), weights: false, input: new SampleRange(0, n))!;
        _r.GradientPenalty(g, r1 ? 0 : 1, r1 ? penalty.Weight / 2 : penalty.Weight, _gan.DiscriminatorOptimizer.LossScale,
            _gan[Metric.Penalty], _gan[Metric.InputGradNorm], g);
        Tensor change = _gan.Discriminator.BackwardOfInputGradient(_r, tape, g);
        if (_losses.BackwardOfSourceSum(tape.Output, change) is { } doutput)
            _gan.Discriminator.Backward(_r, tape, doutput, weights: true, input: null, Write.Accumulate);
    }

    /// <summary>The discriminator on points drawn evenly between each real sample and a generated one, with the real one's label.</summary>
    private Tape JudgeBetween(Judged judged)
    {
        int n = Decisions;
        Tensor t = _r.Temporary("t", Shape.Matrix(n, 1)), between = _r.Temporary("images between", Gan.Seen(_gan.Config, n));
        _r.Noise(Distribution.Uniform, _streams++, _gan.Key, t);
        _r.Mix(judged.Seen.Samples(0, n), judged.Seen.Samples(n, n), t, between);
        return _gan.Discriminator.Forward(_r, between, _gan.Discriminator.TakesLabels ? judged.Labels!.Samples(0, n) : null, Mode.Training);
    }

    /// <summary>Random numbers for a view, where it takes any.</summary>
    private uint NextView() => _view.IsRandom ? _streams++ : 0;

    private void ApplyDiscriminator(int i)
    {
        (Net d, Optimizer optimizer) = (_gan.Discriminator, _gan.DiscriminatorOptimizer);
        Tensor? norm = _gan[Metric.DGradNorm];
        if (_spec.Clip is { Target: ClipTarget.Gradients } gradients)
        {
            // The norm is that of the gradients as they were.
            _r.Norm(d.Gradients, optimizer.LossScale, norm);
            _r.Clip(gradients.Limit, optimizer.LossScale, d.Gradients);
            norm = null;
        }

        _r.Update(optimizer.Rule, _gan.Rate(i), d.Gradients, optimizer.LossScale, optimizer.State, d.Trained, norm);
        if (_spec.Clip is { Target: ClipTarget.Weights } weights)
            _r.Clip(weights.Limit, null, d.Trained);
        if (optimizer.LossScale is not null)
            _r.AdjustLossScale(optimizer.LossScale);
    }

    private void ApplyGenerator()
    {
        (Net g, Optimizer optimizer) = (_gan.Generator, _gan.GeneratorOptimizer);
        _r.Update(optimizer.Rule, _gan.Rate(_spec.CriticSteps), g.Gradients, optimizer.LossScale, optimizer.State, g.Trained, _gan[Metric.GGradNorm]);
        if (_gan.Average is not null)
            _r.MovingAverage(_spec.Ema!.Value, g.Weights, _gan.Average);
        if (optimizer.LossScale is not null)
            _r.AdjustLossScale(optimizer.LossScale);
    }

    /// <summary>Images made by the generator, what they were made from, how they came about, and how the discriminator saw them.</summary>
    private readonly record struct Generated(Tensor Images, Tensor? Labels, Tensor? Codes, Tape Tape, uint View);

    /// <summary>What the discriminator made of what it saw, real samples first, and the labels of those whose class is known.</summary>
    private readonly record struct Judged(Tape Tape, Tensor Seen, Tensor? Labels, Generated Generated);
}
