using FastGan.Data;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Gans;

/// <summary>One network's optimizer: its rule and the slab of its state.</summary>
public sealed class Optimizer(Net net, OptimizerSpec spec, Precision precision)
{
    public OptimizerSpec Spec { get; } = spec;

    public OptimizerRule Rule { get; } = spec.Rule();

    /// <summary>StateSlots slabs the size of the network's trained parameters, one after another.</summary>
    public Tensor State { get; } = new($"{net.Name} optimizer", Shape.Vector(spec.Rule().StateSlots * net.Trained.Count), Element.Full);

    /// <summary>See <see cref="Ops.LossScale"/>; null where the precision needs none.</summary>
    public Tensor? LossScale { get; } = precision == Precision.Fp16 ? new Tensor($"{net.Name} loss scale", Shape.Vector(Ops.LossScale.Count), Element.Full) : null;
}

/// <summary>The numbers that one step leaves in memory, in this order; with several discriminator updates, those of the last.</summary>
public enum Metric
{
    /// <summary>Where an operation leaves what nobody asks for.</summary>
    Unused,
    DLossReal,
    DLossFake,
    GLoss,
    DReal,
    DFake,
    DFakeAfter,
    DGradNorm,
    GGradNorm,

    /// <summary>Cross-entropy of the classes in the discriminator's update.</summary>
    ClassLoss,

    /// <summary>Share of them that it named right.</summary>
    ClassAccuracy,

    /// <summary>Squared error of the codes read back.</summary>
    CodeLoss,
    Penalty,

    /// <summary>Mean norm of the discriminator's gradient by its input, where a penalty is on it.</summary>
    InputGradNorm,
}

/// <summary>
/// The tensors of a model in training that outlive a step: networks, optimizers, data, and what the host writes before each step.
/// </summary>
public sealed class Gan
{
    /// <param name="resident">Whether the device holds all of the data; else one step's minibatches, which the host writes before each step.</param>
    public Gan(RunConfig config, Dataset data, bool resident = true)
    {
        Config = config;
        ModelSpec model = config.Model;
        TrainingSpec training = config.Training;
        Generator = new Net("generator", model.Generator, Shape.Matrix(1, model.Latent), model.Classes);
        Discriminator = new Net("discriminator", model.Discriminator, Seen(config, 1), model.Classes);
        if (Generator.Output != Image(model, 1))
            throw new FastGanException($"the generator makes {Text(Generator.Output)}, the model's images are {Text(Image(model, 1))}: mend its layers or image_size and channels");
        if (Discriminator.Output.Count != model.DiscriminatorOutputs())
            throw new FastGanException($"the discriminator ends in {Text(Discriminator.Output)}, must end in {Numbers(model.DiscriminatorOutputs())}: add a dense layer of so many units");
        if (model.Discriminator.Layers[^1] is not (DenseLayer or ConvLayer))
            throw new FastGanException("the discriminator must end in its logit: remove what follows its last dense or conv layer");
        Combinations.Check(config, Generator, Discriminator);
        GeneratorOptimizer = new Optimizer(Generator, training.GeneratorOptimizer, training.Precision);
        DiscriminatorOptimizer = new Optimizer(Discriminator, training.DiscriminatorOptimizer, training.Precision);
        Average = training.Ema is null ? null : new Tensor("generator average", Generator.Weights.Shape, Element.Weight);
        int perUpdate = model.Head == DiscriminatorHead.SemiSupervised ? 2 * training.Batch : training.Batch;
        Indices = new Tensor("minibatch", Shape.Matrix(training.CriticSteps, perUpdate), Element.Int32);
        int held = resident ? data.Count : Indices.Count;
        Images = new Tensor("images", data.Shape.WithN(held), data.Points is null ? Element.Byte : Element.Full);
        Labels = model.NeedsLabels() ? new Tensor("labels", Shape.Vector(held), Element.Int32) : null;
        Key = new Tensor("random key", Shape.Vector(4), Element.Int32);
        Rates = new Tensor("rates", Shape.Matrix(training.CriticSteps + 1, 2), Element.Full);
        Metrics = new Tensor("metrics", Shape.Vector(Enum.GetValues<Metric>().Length), Element.Full);
    }

    public RunConfig Config { get; }

    public Net Generator { get; }

    public Net Discriminator { get; }

    public Optimizer GeneratorOptimizer { get; }

    public Optimizer DiscriminatorOptimizer { get; }

    /// <summary>The moving average of the generator's weights, running statistics included; null without one.</summary>
    public Tensor? Average { get; }

    /// <summary>The data set, or the step's minibatches one after another, as bytes (count, H, W, C); points as numbers (count, 1, 1, width).</summary>
    public Tensor Images { get; }

    public Tensor? Labels { get; }

    /// <summary>(4) Int32: seed and step, low word first.</summary>
    public Tensor Key { get; }

    /// <summary>
    /// (critic steps, batch) Int32: which of <see cref="Images"/> each discriminator update takes; of a semi-supervised model (critic steps, 2 · batch),
    /// the labelled ones behind the others.
    /// </summary>
    public Tensor Indices { get; }

    /// <summary>(critic steps + 1, 2): learning rate and correction of each update, the generator's last.</summary>
    public Tensor Rates { get; }

    public Tensor Metrics { get; }

    /// <summary>Every storage that lives from step to step.</summary>
    public IEnumerable<Tensor> Persistent => new[]
    {
        Generator.Weights, Generator.Gradients, GeneratorOptimizer.State, Discriminator.Weights, Discriminator.Gradients,
        DiscriminatorOptimizer.State, GeneratorOptimizer.LossScale, DiscriminatorOptimizer.LossScale, Average, Images, Labels, Key, Indices, Rates, Metrics,
    }.OfType<Tensor>();

    public Tensor this[Metric metric] => Metrics.Slice((int)metric, Shape.Scalar, $"{metric}");

    /// <summary>(2) rate and correction of a step's update i.</summary>
    public Tensor Rate(int i) => Rates.Samples(i, 1);

    public static Shape Image(ModelSpec model, int n) => new(n, model.ImageSize, model.ImageSize, model.Channels);

    /// <summary>n samples as the discriminator takes them, of several images each where they are packed.</summary>
    public static Shape Seen(RunConfig config, int n) => Image(config.Model, n) with { C = config.Model.Channels * config.Training.Pack };

    private static string Numbers(int count) => count == 1 ? "one number" : $"{count} numbers";

    private static string Text(Shape s) => $"{s.H}×{s.W}×{s.C}";
}
