using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Ops;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>The config and the data that the options of train describe. Options are checked before the data is read.</summary>
internal sealed class TrainSetup
{
    private const int UsualSize = 28, UsualClasses = 10;

    private readonly TrainOptions _o;
    private readonly string? _preset;
    private readonly RunConfig? _file;
    private readonly ResizeMode? _resize;
    private readonly Distribution? _latentDistribution;
    private readonly OptimizerKind? _optimizer;
    private readonly AdversarialLoss? _loss;
    private readonly GeneratorLoss? _generatorLoss;
    private readonly UpdateOrder? _update;
    private readonly ClipTarget? _clipTarget;

    public TrainSetup(TrainOptions o)
    {
        _o = o;
        if (o.What is null)
            throw new FastGanException($"train needs what to train: {string.Join(", ", Presets.Names)}, or a config.json; for instance fastgan train dcgan");
        if (Presets.Names.Contains(o.What.ToLowerInvariant()))
            _preset = o.What.ToLowerInvariant();
        else if (File.Exists(o.What))
            _file = ConfigFile.Read(o.What);
        else if (Directory.Exists(o.What))
            throw new FastGanException($"{o.What} is a folder: use fastgan resume {o.What} to go on with a run, or give its config.json to start one like it");
        else if (o.What.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || Path.GetFileName(o.What) != o.What)
            throw new FastGanException($"there is no file '{o.What}': give the config.json of a run, or a preset: {string.Join(", ", Presets.Names)}");
        else
            throw new FastGanException($"unknown preset '{o.What}': {Suggest.Among(o.What, [.. Presets.Names, "a config.json"])}");

        _resize = Choice.Of("--resize", o.Resize, ("crop", ResizeMode.Crop), ("fit", ResizeMode.Fit), ("stretch", ResizeMode.Stretch));
        _latentDistribution = Choice.Of("--latent-distribution", o.LatentDistribution, ("normal", Distribution.Normal), ("uniform", Distribution.Uniform));
        _optimizer = Choice.Of("--optimizer", o.Optimizer, ("adam", OptimizerKind.Adam), ("rmsprop", OptimizerKind.RmsProp), ("sgd", OptimizerKind.Sgd));
        _loss = Choice.Of("--loss", o.Loss, ("bce", AdversarialLoss.Bce), ("wasserstein", AdversarialLoss.Wasserstein),
            ("hinge", AdversarialLoss.Hinge), ("least-squares", AdversarialLoss.LeastSquares));
        _generatorLoss = Choice.Of("--generator-loss", o.GeneratorLoss, ("non-saturating", GeneratorLoss.NonSaturating), ("minimax", GeneratorLoss.Minimax));
        _update = Choice.Of("--update", o.Update, ("alternating", UpdateOrder.Alternating), ("simultaneous", UpdateOrder.Simultaneous));
        _clipTarget = Choice.Of("--clip-target", o.ClipTarget, ("weights", ClipTarget.Weights), ("gradients", ClipTarget.Gradients));
        CheckNumbers();
        Devices.Check(o);
    }

    /// <summary>The config as it probably is: all that can be known before the data is read, and the sizes of the named data where they can't.</summary>
    public RunConfig Outline()
    {
        DataSpec spec = DataSpec();
        return WithOptions(_file ?? Presets.Make(_preset!, spec, spec.Size ?? UsualSize, spec.Channels ?? 1, UsualClasses, latent: Latent));
    }

    /// <summary>Reads the data and completes the config with what depends on it.</summary>
    public (RunConfig Config, Dataset Data) Resolve(Action<string> warn)
    {
        DataSpec spec = DataSpec();
        Dataset data = Dataset.Load(spec, warn);
        RunConfig config = WithOptions(_preset is null ? OfFile(spec, data) : OfPreset(_preset, spec, data));
        if (_o.Epochs is double epochs)
            config = config with { Training = config.Training with { Steps = StepsOf(epochs, data, config.Training) } };
        ConfigFile.Validate(config, _o.What!);
        return (config, data);
    }

    private int Latent => _o.Latent ?? _file?.Model.Latent ?? Presets.DefaultLatent;

    private void CheckNumbers()
    {
        if (_o.Steps is not null && _o.Epochs is not null)
            throw new FastGanException("--steps and --epochs both say how long to train: leave one out");
        Choice.AtLeast("--steps", _o.Steps, 1);
        Choice.Within("--epochs", _o.Epochs, 0, double.PositiveInfinity, lowIncluded: false);
        Choice.AtLeast("--batch", _o.Batch, 1);
        Choice.AtLeast("--latent", _o.Latent, 1);
        Choice.AtLeast("--critic-steps", _o.CriticSteps, 1);
        Choice.AtLeast("--log-every", _o.LogEvery, 1);
        Choice.AtLeast("--sample-every", _o.SampleEvery, 1);
        Choice.AtLeast("--checkpoint-every", _o.CheckpointEvery, 1);
        foreach ((string option, double? rate) in new[] { ("--lr", _o.LearningRate), ("--g-lr", _o.GeneratorRate), ("--d-lr", _o.DiscriminatorRate) })
            Choice.Within(option, rate, 0, double.PositiveInfinity, lowIncluded: false);
        foreach ((string option, double? decay) in new[] { ("--beta1", _o.Beta1), ("--beta2", _o.Beta2), ("--momentum", _o.Momentum), ("--ema", _o.Ema) })
            Choice.Within(option, decay, 0, 1, lowIncluded: true);
        Choice.AtLeast("--pack", _o.Pack, 1);
        Choice.AtLeast("--shift", _o.Shift, 0);
        if (_o.Decay is < 0 or > 1)
            throw new FastGanException($"--decay is {_o.Decay}, must be a share of the steps, from 0 to 1");
        if (_o.RealTarget is <= 0.5 or > 1)
            throw new FastGanException($"--real-target is {_o.RealTarget}, must be above 0.5 and at most 1");
        foreach ((string option, double? weight) in new[] { ("--gradient-penalty", _o.GradientPenalty), ("--r1", _o.R1) })
            Choice.Within(option, weight, 0, double.PositiveInfinity, lowIncluded: true);
        if (_o.GradientPenalty > 0 && _o.R1 > 0)
            throw new FastGanException("--gradient-penalty and --r1 are two ways to the same end: leave one out");
        Choice.Within("--clip", _o.Clip, 0, double.PositiveInfinity, lowIncluded: true);
        if (_o.ImageSize is int size)
            Presets.CheckImage(_preset ?? _file!.Preset, size, _o.Channels ?? 1);
    }

    private DataSpec DataSpec()
    {
        DataSpec spec = _file?.Data ?? new DataSpec(NamedData.FashionMnist);
        string source = _o.Data ?? spec.Source;
        return spec with
        {
            // A path is kept whole, so that a run can be resumed from another folder.
            Source = !NamedData.Names.Contains(source) && Path.Exists(source) ? Path.GetFullPath(source) : source,
            Size = _o.ImageSize ?? _file?.Model.ImageSize,
            Channels = _o.Channels ?? _file?.Model.Channels,
            Resize = _resize ?? spec.Resize,
            Broken = _o.Strict ? BrokenImages.Refuse : spec.Broken,
        };
    }

    private RunConfig OfPreset(string preset, DataSpec spec, Dataset data)
    {
        if (data.Height != data.Width)
            throw new FastGanException(
                $"{data.Name} has images of {data.Width}×{data.Height}, {preset} makes square ones: " +
                $"give --image-size, a multiple of 4 from {Presets.SmallestImage} to {Presets.LargestImage}, and --resize crop, fit or stretch");
        DataSpec whole = spec with { Size = data.Height, Channels = data.Channels };
        return Presets.Make(preset, whole, data.Height, data.Channels, data.Classes, data.ClassNames, Latent);
    }

    private RunConfig OfFile(DataSpec spec, Dataset data)
    {
        ModelSpec model = _file!.Model with { ImageSize = data.Height, Channels = data.Channels, Latent = Latent };
        if (model.NeedsLabels() && _o.Data is not null && data.Labels is not null)
            model = model with { Classes = data.Classes, ClassNames = data.ClassNames };
        return _file with { Data = spec, Model = model };
    }

    private RunConfig WithOptions(RunConfig config)
    {
        config = Smooth(config);
        return config with
        {
            Model = config.Model with { LatentDistribution = _latentDistribution ?? config.Model.LatentDistribution },
            Training = Training(config.Training),
            Output = new OutputSpec(
                _o.LogEvery ?? config.Output.LogEvery, _o.SampleEvery ?? config.Output.SampleEvery, _o.CheckpointEvery ?? config.Output.CheckpointEvery),
        };
    }

    /// <summary>What the options change in the discriminator's layers.</summary>
    private RunConfig Smooth(RunConfig config)
    {
        if (_o.SpectralNorm)
            config = Presets.WithSpectralNorm(config);
        if (_o.GradientPenalty > 0)
            return Presets.WithPenalty(config, new PenaltySpec(PenaltyKind.Interpolates, _o.GradientPenalty.Value));
        if (_o.R1 > 0)
            return Presets.WithPenalty(config, new PenaltySpec(PenaltyKind.R1, _o.R1.Value));
        return (_o.GradientPenalty ?? _o.R1) is null ? config : config with { Training = config.Training with { Penalty = null } };
    }

    private TrainingSpec Training(TrainingSpec t)
    {
        AdversarialLoss loss = _loss ?? t.Loss;
        if (_generatorLoss is not null && loss != AdversarialLoss.Bce)
            throw new FastGanException("--generator-loss is a choice of the cross-entropy loss, bce; the others have but one: leave it out");
        return t with
        {
            Loss = loss,
            RealTarget = _o.RealTarget ?? t.RealTarget,
            Pack = _o.Pack ?? t.Pack,
            Augment = _o.Flip || _o.Shift is not null ? Augmented(t.Augment) : t.Augment,
            Decay = _o.Decay ?? t.Decay,
            Labels = Labels(t.Labels),
            Seed = _o.Seed ?? t.Seed,
            Batch = _o.Batch ?? t.Batch,
            Steps = _o.Steps ?? t.Steps,
            GeneratorLoss = _generatorLoss ?? t.GeneratorLoss,
            Update = _update ?? t.Update,
            Precision = Devices.PrecisionOf(_o) ?? t.Precision,
            CriticSteps = _o.CriticSteps ?? t.CriticSteps,
            Clip = Clip(t.Clip),
            GeneratorOptimizer = Optimizer(t.GeneratorOptimizer, _o.GeneratorRate),
            DiscriminatorOptimizer = Optimizer(t.DiscriminatorOptimizer, _o.DiscriminatorRate),
            Ema = (_o.Ema ?? t.Ema) is > 0 and double decay ? decay : null,
        };
    }

    private Augmentation? Augmented(Augmentation? augment)
    {
        Augmentation chosen = new(_o.Flip || augment is { Flip: true }, _o.Shift ?? augment?.Shift ?? 0);
        return chosen is { Flip: false, Shift: 0 } ? null : chosen;
    }

    private int? Labels(int? labels)
    {
        if (_o.Labels is null)
            return labels;
        if (_o.Labels.Equals("all", StringComparison.OrdinalIgnoreCase))
            return null;
        return int.TryParse(_o.Labels, out int count) && count > 0 ? count
            : throw new FastGanException($"--labels '{_o.Labels}': give a number of labels, such as 100, or all");
    }

    private ClipSpec? Clip(ClipSpec? clip)
    {
        if ((_o.Clip ?? clip?.Limit) is > 0 and double limit)
            return new ClipSpec(limit, _clipTarget ?? clip?.Target ?? ClipTarget.Weights);
        return _clipTarget is null ? null : throw new FastGanException("--clip-target says what is clipped, but nothing is: give --clip, for instance 0.01, too");
    }

    private OptimizerSpec Optimizer(OptimizerSpec spec, double? rate)
    {
        OptimizerKind kind = _optimizer ?? spec.Kind;
        if (kind != OptimizerKind.Adam && (_o.Beta1 ?? _o.Beta2) is not null)
            throw new FastGanException("--beta1 and --beta2 are constants of adam: leave them out, or give --optimizer adam");
        if (kind != OptimizerKind.Sgd && _o.Momentum is not null)
            throw new FastGanException("--momentum is a constant of sgd: leave it out, or give --optimizer sgd");
        return spec with
        {
            Kind = kind,
            LearningRate = rate ?? _o.LearningRate ?? spec.LearningRate,
            Beta1 = _o.Beta1 ?? spec.Beta1,
            Beta2 = _o.Beta2 ?? spec.Beta2,
            Momentum = _o.Momentum ?? spec.Momentum,
        };
    }

    /// <summary>Steps until every image was seen that often; what is left over of the data at the end of an epoch sits it out.</summary>
    private static long StepsOf(double epochs, Dataset data, TrainingSpec t) =>
        (long)Math.Ceiling(epochs * Math.Max(1, data.Count / t.Batch) / t.CriticSteps);
}
