using System.Security.Cryptography;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Training;

/// <summary>
/// The state after a step, in a folder of its own: weights.safetensors, optimizer.safetensors, and state.json with everything else (config,
/// step, digests). A folder appears whole or not at all; the newest two are kept. Sampling needs nothing but this folder.
/// </summary>
public sealed class Checkpoint
{
    private const string StateFile = "state.json", WeightsFile = "weights.safetensors", OptimizerFile = "optimizer.safetensors";
    private const string Prefix = "step-", Unfinished = ".unfinished";
    private readonly State _state;

    private Checkpoint(string path, State state)
    {
        FullPath = path;
        _state = state;
    }

    public string FullPath { get; }

    public RunConfig Config => _state.Config;

    /// <summary>Steps done.</summary>
    public long Step => _state.Step;

    /// <summary>Digest of the data that the run is trained on: see <see cref="Data.Dataset.Digest"/>.</summary>
    public string DataDigest => _state.DataDigest;

    /// <summary>The tensors of the weights file by name.</summary>
    public IReadOnlyDictionary<string, Safetensors.Entry> Weights => Safetensors.ReadHeader(Path.Combine(FullPath, WeightsFile)).Tensors;

    /// <summary>The tensors of the optimizer file by name.</summary>
    public IReadOnlyDictionary<string, Safetensors.Entry> OptimizerState => Safetensors.ReadHeader(Path.Combine(FullPath, OptimizerFile)).Tensors;

    /// <summary>Opens the newest undamaged checkpoint.</summary>
    /// <param name="path">A run, its checkpoint folder, or one checkpoint.</param>
    /// <param name="warn">Gets a line for each damaged checkpoint that is passed over.</param>
    /// <exception cref="FastGanException">There is none.</exception>
    public static Checkpoint Open(string path, Action<string> warn)
    {
        if (File.Exists(Path.Combine(path, StateFile)))
            return OpenOne(path);
        if (!Directory.Exists(path))
            throw new FastGanException($"{path} doesn't exist: give a run, its checkpoint folder, or one checkpoint");
        string folder = Directory.Exists(Path.Combine(path, "checkpoint")) ? Path.Combine(path, "checkpoint") : path;
        string? firstReason = null;
        foreach (string candidate in Folders(folder))
        {
            try
            {
                Checkpoint checkpoint = OpenOne(candidate);
                if (firstReason is not null)
                    warn($"{firstReason}; using {candidate}");
                return checkpoint;
            }
            catch (FastGanException e)
            {
                firstReason ??= e.Message;
            }
        }

        throw new FastGanException(firstReason ?? $"{path} holds no checkpoint: give a run that has come to its first one, or a checkpoint's own folder");
    }

    /// <summary>Writes the trainer's state as a new checkpoint, then removes all but the newest <paramref name="kept"/>. A checkpoint of this step is left as it is.</summary>
    /// <exception cref="FastGanException">A weight is NaN or infinite; nothing is written.</exception>
    public static void Save(Trainer trainer, string folder, int kept = 2)
    {
        Directory.CreateDirectory(folder);
        string final = Path.Combine(folder, $"{Prefix}{trainer.StepsDone:D6}");
        foreach (string stale in Directory.EnumerateDirectories(folder, $"*{Unfinished}"))
            Directory.Delete(stale, recursive: true);
        if (Directory.Exists(final))
        {
            try
            {
                OpenOne(final);
                return;
            }
            catch (FastGanException)
            {
                Directory.Delete(final, recursive: true);
            }
        }

        string unfinished = final + Unfinished;
        Directory.CreateDirectory(unfinished);
        try
        {
            Write(trainer, unfinished);
            Directory.Move(unfinished, final);
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }

        foreach (string old in Folders(folder).Skip(kept))
            Directory.Delete(old, recursive: true);
    }

    /// <summary>Puts this state into a trainer of the same model.</summary>
    /// <exception cref="FastGanException">The checkpoint is of another architecture.</exception>
    public void Restore(Trainer trainer)
    {
        ReadTensors(WeightsFile, WeightTensors(trainer.Gan), trainer.Device);
        ReadTensors(OptimizerFile, OptimizerTensors(trainer.Gan), trainer.Device);

        // A run that goes on in another precision finds its loss scale anew.
        IReadOnlyDictionary<string, Safetensors.Entry> stored = OptimizerState;
        ReadTensors(OptimizerFile, LossScales(trainer.Gan).Where(s => stored.ContainsKey(s.Name)), trainer.Device);
        trainer.StepsDone = Step;
    }

    /// <summary>A sampler over this checkpoint's generator: its moving average where there is one.</summary>
    public Sampler OpenSampler(Device device)
    {
        ModelSpec model = Config.Model;
        Net generator = new("generator", model.Generator, Shape.Matrix(1, model.Latent), model.Classes);
        device.Allocate(generator.Weights.Storage);
        ReadTensors(WeightsFile, NetTensors(generator, generator.Weights, Config.Training.Ema is null ? "" : AveragePrefix), device);
        return new Sampler(model, generator, generator.Weights, device, ownsWeights: true);
    }

    /// <summary>The discriminator, with its weights on the device; their memory is the caller's to free.</summary>
    public Net OpenDiscriminator(Device device)
    {
        Net discriminator = new("discriminator", Config.Model.Discriminator, Gan.Seen(Config, 1), Config.Model.Classes);
        device.Allocate(discriminator.Weights.Storage);
        ReadTensors(WeightsFile, NetTensors(discriminator, discriminator.Weights, ""), device);
        return discriminator;
    }

    private const string AveragePrefix = "average.";

    private static IEnumerable<(string Name, Tensor Tensor)> WeightTensors(Gan gan) =>
        NetTensors(gan.Generator, gan.Generator.Weights, "")
            .Concat(NetTensors(gan.Discriminator, gan.Discriminator.Weights, ""))
            .Concat(gan.Average is null ? [] : NetTensors(gan.Generator, gan.Average, AveragePrefix));

    private static IEnumerable<(string Name, Tensor Tensor)> NetTensors(Net net, Tensor slab, string prefix) =>
        net.Parameters.Select(p => (prefix + p.Name, slab.Slice(p.Offset, p.Shape)));

    private static IEnumerable<(string Name, Tensor Tensor)> OptimizerTensors(Gan gan) =>
        StateTensors(gan.Generator, gan.GeneratorOptimizer).Concat(StateTensors(gan.Discriminator, gan.DiscriminatorOptimizer));

    /// <summary>Of runs in half precision alone.</summary>
    private static IEnumerable<(string Name, Tensor Tensor)> LossScales(Gan gan) =>
        from of in new[] { (gan.Generator, gan.GeneratorOptimizer), (gan.Discriminator, gan.DiscriminatorOptimizer) }
        where of.Item2.LossScale is not null
        select ($"{of.Item1.Name}.loss_scale", of.Item2.LossScale);

    private static IEnumerable<(string Name, Tensor Tensor)> StateTensors(Net net, Optimizer optimizer) =>
        from slot in Enumerable.Range(0, optimizer.Rule.StateSlots)
        from p in net.Parameters
        where p.Trained
        select ($"{p.Name}.{optimizer.Rule.StateNames[slot]}", optimizer.State.Slice(slot * net.Trained.Count + p.Offset, p.Shape));

    private static void Write(Trainer trainer, string folder)
    {
        bool wide = trainer.Device.SizeOf(Element.Full) == sizeof(double);
        Dictionary<string, string> digests = [];
        foreach ((string name, IEnumerable<(string, Tensor)> tensors) in new[] { (WeightsFile, WeightTensors(trainer.Gan)), (OptimizerFile, OptimizerTensors(trainer.Gan).Concat(LossScales(trainer.Gan))) })
        {
            string path = Path.Combine(folder, name);
            using (FileStream file = File.Create(path))
            {
                if (wide)
                    WriteTensors<double>(file, tensors, trainer);
                else
                    WriteTensors<float>(file, tensors, trainer);
                file.Flush(flushToDisk: true);
            }

            digests.Add(name, Digest(path));
        }

        State state = new(RunConfig.CurrentVersion, trainer.StepsDone, trainer.DataDigest, digests, trainer.Config, trainer.Device.IsVirtual ? trainer.Device.Description : null);
        AtomicFile.Write(Path.Combine(folder, StateFile), System.Text.Json.JsonSerializer.Serialize(state, ConfigFile.Json) + "\n");
    }

    private static void WriteTensors<T>(Stream file, IEnumerable<(string Name, Tensor Tensor)> tensors, Trainer trainer)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        Safetensors.Write<T>(file, [.. tensors.Select(t => (t.Name, t.Tensor.Shape, (Func<T[]>)(() => Finite<T>(t.Name, t.Tensor, trainer))))]);

    private static T[] Finite<T>(string name, Tensor tensor, Trainer trainer) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        T[] values = trainer.Device.Read<T>(tensor);
        int bad = Array.FindIndex(values, v => !T.IsFinite(v));
        return bad < 0 ? values : throw new FastGanException($"step {trainer.StepsDone}: {name} holds {values[bad]}, so no checkpoint is written: lower the learning rate and resume");
    }

    private static Checkpoint OpenOne(string path)
    {
        string file = Path.Combine(path, StateFile);
        if (!File.Exists(file))
            throw new FastGanException($"{path} is no checkpoint: {StateFile} is missing");
        State state = ConfigFile.Parse<State>(File.ReadAllText(file), file);
        if (state.Version != RunConfig.CurrentVersion)
            throw new FastGanException($"{file}: version {state.Version} isn't known to this fastgan, which reads version {RunConfig.CurrentVersion}: use the fastgan that wrote it");
        ConfigFile.Validate(state.Config, file);
        foreach (string name in new[] { WeightsFile, OptimizerFile })
        {
            string tensors = Path.Combine(path, name);
            if (!File.Exists(tensors))
                throw new FastGanException($"{path} is damaged: {name} is missing");
            Safetensors.ReadHeader(tensors);
            if (!state.Files.TryGetValue(name, out string? digest) || Digest(tensors) != digest)
                throw new FastGanException($"{tensors} is damaged: its bytes aren't those that were written");
        }

        return new Checkpoint(path, state);
    }

    private void ReadTensors(string name, IEnumerable<(string Name, Tensor Tensor)> tensors, Device device)
    {
        string path = Path.Combine(FullPath, name);
        var stored = Safetensors.Read<double>(path);
        foreach ((string tensorName, Tensor tensor) in tensors)
        {
            if (!stored.TryGetValue(tensorName, out (IReadOnlyList<int> Shape, double[] Values) found))
                throw new FastGanException($"{path} is of another architecture: it has no tensor '{tensorName}'");
            IReadOnlyList<int> expected = Safetensors.Dimensions(tensor.Shape);
            if (!found.Shape.SequenceEqual(expected))
                throw new FastGanException($"{path} is of another architecture: '{tensorName}' is {string.Join('×', found.Shape)}, the model's is {string.Join('×', expected)}");
            device.Write(tensor, found.Values);
        }
    }

    /// <summary>Checkpoints of a folder, the newest first.</summary>
    private static IEnumerable<string> Folders(string folder) =>
        from path in Directory.EnumerateDirectories(folder, $"{Prefix}*")
        let number = Path.GetFileName(path)[Prefix.Length..]
        where long.TryParse(number, out _)
        orderby long.Parse(number) descending
        select path;

    private static string Digest(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <param name="VirtualDevice">What computed the last steps, where that was a virtual device.</param>
    private sealed record State(
        int Version, long Step, string DataDigest, IReadOnlyDictionary<string, string> Files, RunConfig Config, string? VirtualDevice = null);
}
