using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Tests.Golden;

internal enum Compared
{
    Loss,

    /// <summary>As it is right before its update.</summary>
    Gradient,

    /// <summary>A trained parameter or a running statistic, after a step.</summary>
    Weight,
}

/// <summary>Which gradients the updates of a run get.</summary>
internal enum UpdatesFrom
{
    /// <summary>The device's own: training as it is.</summary>
    OwnGradients,

    /// <summary>libtorch's, put in the place of the device's once those have been compared.</summary>
    GoldenGradients,
}

/// <summary>One value of a run: libtorch's, and what a device makes of the same inputs.</summary>
/// <param name="Name">Its name in the golden file: "step0.update1.gradient.generator.0.dense.weight".</param>
/// <param name="Before">libtorch's value a step earlier, for a weight; else null.</param>
internal sealed record Comparison(Compared Kind, int Step, string Name, double[] Golden, double[] Actual, double[]? Before = null);

/// <summary>The project's training on golden inputs, each value beside libtorch's.</summary>
internal sealed class GoldenRun
{
    /// <summary>Every golden run, by the name of its files: the presets, then options on them.</summary>
    public static readonly string[] Names =
        ["gan", "dcgan", "wgan", "cgan", "wgan-gp", "acgan", "sgan", "infogan", "gan-r1", "sgan-r1", "gan-lsgan-pack", "dcgan-hinge-sn", "dcgan-augment"];

    private readonly IReadOnlyDictionary<string, (IReadOnlyList<int> Shape, double[] Values)> _golden;

    public GoldenRun(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        Config = ConfigFile.Read(path + ".json");
        _golden = Safetensors.Read<double>(path + ".safetensors");
        IReadOnlyList<int> s = _golden["images"].Shape;
        Data = new Dataset("golden", new Shape(s[0], s[1], s[2], s[3]),
            [.. Golden("images").Select(v => (byte)v)], [.. Golden("labels").Select(v => (int)v)], ["a", "b", "c"]);
    }

    public RunConfig Config { get; }

    public Dataset Data { get; }

    /// <summary>
    /// Trains from the golden initial weights. Minibatches, latents and generated labels are the golden ones, whatever the device would
    /// draw. Only augmentation draws for itself, the same numbers on every device.
    /// </summary>
    public List<Comparison> Train(Device device, UpdatesFrom updatesFrom)
    {
        List<Comparison> compared = [];
        using Trainer trainer = new(Config, Data, device);
        (Net Net, Parameter Parameter)[] parameters =
            [.. new[] { trainer.Gan.Generator, trainer.Gan.Discriminator }.SelectMany(net => net.Parameters.Select(p => (net, p)))];
        foreach ((Net net, Parameter p) in parameters)
            device.Write(net.Weights.Slice(p.Offset, p.Shape), Golden($"initial.{p.Name}"));

        for (int step = 0; step < Config.Training.Steps; step++)
        {
            Train(trainer, step, updatesFrom, compared);
            string before = step == 0 ? "initial" : $"step{step - 1}.weight", after = $"step{step}.weight";
            foreach ((Net net, Parameter p) in parameters)
            {
                compared.Add(new Comparison(Compared.Weight, step, $"{after}.{p.Name}", Golden($"{after}.{p.Name}"),
                    device.Read<double>(net.Weights.Slice(p.Offset, p.Shape)), Golden($"{before}.{p.Name}")));
            }
        }

        string[] outputs = [.. _golden.Keys.Where(n => n.Contains(".gradient.") || n.Contains(".weight.") || n.EndsWith("_loss") || n.EndsWith(".penalty"))];
        CollectionAssert.AreEquivalent(outputs, compared.Select(c => c.Name).ToArray(), "golden values not compared, or more than once");
        return compared;
    }

    private void Train(Trainer trainer, int step, UpdatesFrom updatesFrom, List<Comparison> compared)
    {
        (Gan gan, Device device, Program program) = (trainer.Gan, trainer.Device, trainer.Program);
        Net[] nets = [gan.Generator, gan.Discriminator];
        void Compare(Compared kind, string name, double[] actual) => compared.Add(new Comparison(kind, step, name, Golden(name), actual));

        trainer.WriteInputs();
        for (int i = 0; i < Config.Training.CriticSteps; i++)
            device.Write(gan.Indices.Samples(i, 1), Golden($"step{step}.update{i}.indices"));

        int draws = 0, updates = 0;
        for (int i = 0; i < program.Instructions.Length; i++)
        {
            Instruction it = program.Instructions[i];
            if (nets.SingleOrDefault(net => it.Writes.Contains(net.Trained) && it.Reads.Contains(net.Gradients)) is { } updated)
            {
                foreach (Parameter p in updated.Parameters.Where(p => p.Trained))
                {
                    Tensor gradient = updated.Gradients.Slice(p.Offset, p.Shape);
                    string name = $"step{step}.update{updates}.gradient.{p.Name}";
                    Compare(Compared.Gradient, name, device.Read<double>(gradient));
                    if (updatesFrom == UpdatesFrom.GoldenGradients)
                        device.Write(gradient, Golden(name));
                }

                updates++;
            }

            device.Run(program, i, i + 1);
            if (it.Name == "noise")
                device.Write(it.Writes[0], Golden($"step{step}.draw{draws++}.z"));
            else if (it.Name == "random-labels")
                device.Write(it.Writes[0], Golden($"step{step}.draw{draws - 1}.labels"));
        }

        trainer.StepsDone++;
        StepMetrics m = trainer.ReadMetrics();
        (string, double?)[] losses =
            [("d_loss", m.DLoss), ("g_loss", m.GLoss), ("class_loss", m.ClassLoss), ("code_loss", m.CodeLoss), ("penalty", m.Penalty)];
        foreach ((string name, double? loss) in losses)
        {
            if (loss is { } value)
                Compare(Compared.Loss, $"step{step}.{name}", [value]);
        }
    }

    private double[] Golden(string name) => _golden[name].Values;
}
