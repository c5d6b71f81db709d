using FastGan.Data;
using FastGan.Gans;
using FastGan.Programs;

namespace FastGan.Training;

/// <summary>What one step reports.</summary>
/// <param name="DReal">Mean D(x): a probability, or a critic's mean score.</param>
/// <param name="DFake">Mean D(G(z)) in the discriminator's update.</param>
public readonly record struct StepMetrics(double DLoss, double GLoss, double DReal, double DFake, double DGradNorm, double GGradNorm)
{
    /// <summary>Cross-entropy of the classes in the discriminator's update; null for a discriminator that names none.</summary>
    public double? ClassLoss { get; init; }

    /// <summary>Share of them that it named right.</summary>
    public double? ClassAccuracy { get; init; }

    /// <summary>Loss of the codes read back; null without codes.</summary>
    public double? CodeLoss { get; init; }

    /// <summary>Penalty on the discriminator's gradient by its input; null without one.</summary>
    public double? Penalty { get; init; }

    /// <summary>Mean norm of that gradient.</summary>
    public double? InputGradNorm { get; init; }

    public bool IsFinite => double.IsFinite(DLoss) && double.IsFinite(GLoss) && double.IsFinite(DGradNorm) && double.IsFinite(GGradNorm);
}

/// <summary>
/// Trains one model on one device, a step at a time. Everything is planned and allocated here; a step allocates nothing. The state
/// after a step is a function of the config and the data alone.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly BatchOrder _order;
    private readonly LabelledSubset? _labelled;
    private readonly int[] _key = new int[4];
    private readonly int[] _indices;
    private readonly double[] _metrics;
    private readonly double[] _rates;
    private readonly StreamedBatches? _streamed;

    /// <summary>Of much data it takes longer than the first steps, and isn't needed before the first checkpoint.</summary>
    private readonly Task<string> _digest;

    /// <summary>Allocates the model on the device, copies the data there and writes the initial weights. The device stays the caller's.</summary>
    /// <exception cref="FastGanException">Config and data don't fit each other.</exception>
    public Trainer(RunConfig config, Dataset data, Device device)
    {
        Check(config, data);
        if (config.Training.Precision != device.Precision)
            throw new FastGanException($"the run computes in {Name(config.Training.Precision)}, {device.Description} in {Name(device.Precision)}: give --precision {Name(device.Precision)}, or a device that can");
        Config = config;
        Device = device;
        _digest = Task.Run(data.Digest);
        bool resident = device.HasRoomForData(data.Bytes);
        Gan = new Gan(config, data, resident);
        _order = new BatchOrder(config.Training.Seed, data.Count, config.Training.Batch);
        if (config.Model.Head == DiscriminatorHead.SemiSupervised)
            _labelled = new LabelledSubset(config.Training.Seed, data, config.Training.Labels);
        _indices = new int[Gan.Indices.Count];
        _rates = new double[Gan.Rates.Count];
        _metrics = new double[Gan.Metrics.Count];

        bool held = resident && data.Points is null;
        foreach (Tensors.Tensor tensor in Gan.Persistent.Where(t => !held || t != Gan.Images))
            device.Allocate(tensor.Storage);
        if (held)
            device.Hold(Gan.Images, data.Images);
        if (resident)
        {
            if (data.Points is not null)
                device.Write(Gan.Images, data.Points);
            if (Gan.Labels is not null)
                device.Write(Gan.Labels, data.Labels!);
        }
        else
        {
            device.Write(Gan.Indices, [.. Enumerable.Range(0, _indices.Length)]);
            _streamed = new StreamedBatches(data, Gan);
        }

        Reset();
        Program = TrainingStep.Record(Gan);
        Program.Plan(device);
        Sampler = new Sampler(config.Model, Gan.Generator, Gan.Average ?? Gan.Generator.Weights, device, ownsWeights: false);
    }

    public RunConfig Config { get; }

    public Device Device { get; }

    public Gan Gan { get; }

    /// <summary>The recorded step.</summary>
    public Program Program { get; }

    /// <summary>Draws from the generator as it is now, or from its moving average where there is one.</summary>
    public Sampler Sampler { get; }

    /// <summary>Steps done.</summary>
    public long StepsDone { get; internal set; }

    /// <summary>Digest of the data in training: see <see cref="Dataset.Digest"/>.</summary>
    public string DataDigest => _digest.GetAwaiter().GetResult();

    /// <summary>Goes back to step 0: initial weights, empty optimizer state.</summary>
    public void Reset()
    {
        ulong seed = Config.Training.Seed;
        Gan.Generator.Initialise(Device, seed, RandomNumbers.InitGenerator);
        Gan.Discriminator.Initialise(Device, seed, RandomNumbers.InitDiscriminator);
        foreach (Tensors.Tensor state in new[] { Gan.GeneratorOptimizer.State, Gan.DiscriminatorOptimizer.State })
            Device.Clear(state);
        foreach (Tensors.Tensor scale in new[] { Gan.GeneratorOptimizer.LossScale, Gan.DiscriminatorOptimizer.LossScale }.OfType<Tensors.Tensor>())
            Device.Write(scale, Ops.LossScale.Start);
        if (Gan.Average is not null)
            Device.Write(Gan.Average, Device.Read<double>(Gan.Generator.Weights));
        StepsDone = 0;
    }

    /// <summary>Does one step, discriminator updates and a generator update, and waits for what it reports.</summary>
    public StepMetrics Step()
    {
        Advance();
        return ReadMetrics();
    }

    /// <summary>Does one step, or on a GPU queues it and returns at once.</summary>
    public void Advance()
    {
        WriteInputs();
        Device.Run(Program);
        StepsDone++;
    }

    /// <summary>What the last step left. Waits for it.</summary>
    public StepMetrics ReadMetrics()
    {
        Device.Read(Gan.Metrics, _metrics.AsSpan());
        double Value(Metric metric) => _metrics[(int)metric];
        double? Where(bool known, Metric metric) => known ? Value(metric) : null;
        bool named = Config.Model.Head != DiscriminatorHead.None, penalised = Config.Training.Penalty is not null;
        return new StepMetrics(
            Value(Metric.DLossReal) + Value(Metric.DLossFake), Value(Metric.GLoss), Value(Metric.DReal), Value(Metric.DFake),
            Value(Metric.DGradNorm), Value(Metric.GGradNorm))
        {
            ClassLoss = Where(named, Metric.ClassLoss),
            ClassAccuracy = Where(named, Metric.ClassAccuracy),
            CodeLoss = Where(Config.Model.Codes > 0, Metric.CodeLoss),
            Penalty = Where(penalised, Metric.Penalty),
            InputGradNorm = Where(penalised, Metric.InputGradNorm),
        };
    }

    /// <summary>Writes what changes from step to step: random key, minibatch, rates.</summary>
    internal void WriteInputs()
    {
        TrainingSpec t = Config.Training;
        (_key[0], _key[1]) = ((int)t.Seed, (int)(t.Seed >> 32));
        (_key[2], _key[3]) = ((int)StepsDone, (int)(StepsDone >> 32));
        Device.Write(Gan.Key, _key);

        double factor = t.RateFactor(StepsDone);
        for (int i = 0; i < t.CriticSteps; i++)
        {
            long update = StepsDone * t.CriticSteps + i;
            Span<int> indices = _indices.AsSpan(i * Gan.Indices.Shape.C, Gan.Indices.Shape.C);
            _order.Indices(update, indices[..t.Batch]);
            _labelled?.Indices(update, indices[t.Batch..]);
            (_rates[2 * i], _rates[2 * i + 1]) = Gan.DiscriminatorOptimizer.Rule.Rates(factor * t.DiscriminatorOptimizer.LearningRate, update + 1);
        }

        (_rates[^2], _rates[^1]) = Gan.GeneratorOptimizer.Rule.Rates(factor * t.GeneratorOptimizer.LearningRate, StepsDone + 1);
        if (_streamed is null)
            Device.Write(Gan.Indices, _indices);
        else
            _streamed.Write(_indices, Device);
        Device.Write(Gan.Rates, _rates);
    }

    public void Dispose()
    {
        Sampler.Dispose();
        foreach (Tensors.Tensor tensor in Gan.Persistent)
            Device.Free(tensor.Storage);
        Device.Free(Program.Arena!);
    }

    private static string Name(Precision precision) => precision.ToString().ToLowerInvariant();

    private static void Check(RunConfig config, Dataset data)
    {
        ModelSpec model = config.Model;
        if (config.Training.Batch > data.Count)
            throw new FastGanException($"the batch of {config.Training.Batch} is larger than the data: {data.Name} has {data.Count} images; use --batch {data.Count} or less");
        if (data.Height != model.ImageSize || data.Width != model.ImageSize || data.Channels != model.Channels)
            throw new FastGanException($"{data.Name} has images of {data.Height}×{data.Width}×{data.Channels}, the model makes {model.ImageSize}×{model.ImageSize}×{model.Channels}");
        if (model.NeedsLabels() && data.Labels is null)
            throw new FastGanException($"{config.Preset} needs labels, and {data.Name} has none: give an IDX pair or a folder with one sub-folder a class");
        if (model.NeedsLabels() && data.Classes > model.Classes)
            throw new FastGanException($"{data.Name} has {data.Classes} classes, the model takes {model.Classes}");
    }
}
