using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Cli.Commands;

internal static class InfoCommand
{
    private static readonly string[] Marks = ["config.json", "state.json", "weights.safetensors"];

    public static int Run(InfoOptions o)
    {
        if (o.What is null)
            throw new FastGanException("info needs a run, a checkpoint or data: for instance fastgan info runs/dcgan, or fastgan info fashion-mnist");
        if (File.Exists(o.What) && Path.GetExtension(o.What) == ".json")
            DescribeModel(o.What, ConfigFile.Read(o.What), null);
        else if (IsRun(o.What))
            DescribeRun(o.What);
        else
            DescribeData(o.What);
        return ExitCode.Done;
    }

    private static bool IsRun(string path) => Directory.Exists(path)
        && Directory.EnumerateDirectories(path, "step-*").Prepend(path).Any(folder => Marks.Any(mark => File.Exists(Path.Combine(folder, mark))));

    private static void DescribeRun(string path)
    {
        string config = Path.Combine(path, "config.json");
        if (File.Exists(config) && !Directory.Exists(RunFolder.Open(path).CheckpointFolder))
        {
            DescribeModel(path, ConfigFile.Read(config), null);
            return;
        }

        Checkpoint checkpoint = Checkpoint.Open(path, App.Warn);
        DescribeModel(checkpoint.FullPath, checkpoint.Config, checkpoint);
    }

    private static void DescribeModel(string title, RunConfig config, Checkpoint? checkpoint)
    {
        (ModelSpec m, TrainingSpec t) = (config.Model, config.Training);
        Net generator = new("generator", m.Generator, Shape.Matrix(1, m.Latent), m.Classes);
        Net discriminator = new("discriminator", m.Discriminator, Gan.Seen(config, 1), m.Classes);
        Terminal.Heading($"{config.Preset}, {title}");
        Terminal.Facts(
            ("step", checkpoint is null ? $"no checkpoint yet, the config's total is {t.Steps:N0}" : $"{checkpoint.Step:N0}, the config's total is {t.Steps:N0}"),
            ("images", $"{m.ImageSize}×{m.ImageSize}×{m.Channels}{(m.Classes > 0 ? $", {m.Classes} classes" : "")}, from {config.Data.Source}"),
            ("latent", $"{m.Latent} numbers, {m.LatentDistribution.ToString().ToLowerInvariant()}"),
            ("loss", LossText(t)),
            ("update", $"{t.Update.ToString().ToLowerInvariant()}, {TrainingHeader.ImagesText(t)} a step, seed {t.Seed}"),
            ("discriminator", HeadText(m)),
            ("penalty", t.Penalty is null ? "none" : $"{(t.Penalty.Kind == PenaltyKind.R1 ? "R1, on the slope at real images" : "on the slope between real and generated images")}, weight {t.Penalty.Weight}"),
            ("sees", $"{(t.Pack > 1 ? $"{t.Pack} images at once" : "one image at a time")}{(t.Augment is null ? "" : $", {t.Augment}")}"),
            ("clipping", t.Clip is null ? "none" : $"the critic's {t.Clip.Target.ToString().ToLowerInvariant()} to ±{t.Clip.Limit}"),
            ("average", t.Ema is null ? "none" : $"exponential, of the generator, decay {t.Ema}"));
        PrintNet(generator);
        PrintNet(discriminator);
        Terminal.Table("optimizers", ["network", "rule", " learning rate", "constants", " updates", "state"],
            [Optimizer(generator, t.GeneratorOptimizer, 1, checkpoint), Optimizer(discriminator, t.DiscriminatorOptimizer, t.CriticSteps, checkpoint)]);
    }

    private static string LossText(TrainingSpec t)
    {
        string smoothing = t.RealTarget < 1 ? $", real images are told {t.RealTarget}" : "";
        return t.Loss switch
        {
            AdversarialLoss.Wasserstein => "Wasserstein",
            AdversarialLoss.Hinge => "hinge",
            AdversarialLoss.LeastSquares => $"least squares{smoothing}",
            _ => $"binary cross-entropy, generator {(t.GeneratorLoss == GeneratorLoss.Minimax ? "minimax" : "non-saturating")}{smoothing}",
        };
    }

    private static string HeadText(ModelSpec m) => m.Head switch
    {
        DiscriminatorHead.Class => "tells real from generated, and names the class",
        DiscriminatorHead.Code => $"tells real from generated, and reads back the class and {m.Codes} codes",
        DiscriminatorHead.SemiSupervised => "names the class of real images",
        _ => "tells real from generated",
    };

    private static void PrintNet(Net net)
    {
        List<IReadOnlyList<string>> rows = [["input", SampleText(net.Input), ""]];
        foreach (LayerSummary layer in net.Layers)
            rows.Add([layer.Layer, SampleText(layer.Output), layer.Trained == 0 ? "" : $"{layer.Trained:N0}"]);
        rows.Add(["total", "", $"{net.Layers.Sum(l => l.Trained):N0}"]);
        Terminal.Table(net.Name, ["layer", "output", " parameters"], rows);
    }

    private static string SampleText(Shape s) => s is { H: 1, W: 1 } ? $"{s.C}" : $"{s.H}×{s.W}×{s.C}";

    private static string[] Optimizer(Net net, OptimizerSpec spec, int updatesAStep, Checkpoint? checkpoint)
    {
        OptimizerRule rule = spec.Rule();
        string constants = spec.Kind switch
        {
            OptimizerKind.Adam => $"β {spec.Beta1}, {spec.Beta2}, ε {spec.Epsilon:0e-0}",
            OptimizerKind.RmsProp => $"α {spec.Alpha}, ε {spec.Epsilon:0e-0}",
            _ => $"momentum {spec.Momentum}",
        };
        return [net.Name, $"{rule}", $"{spec.LearningRate}", constants, checkpoint is null ? "" : $"{checkpoint.Step * updatesAStep:N0}", State(net, checkpoint)];
    }

    /// <summary>What the checkpoint holds for each trained number: "m, v (533,505 numbers each, F32)".</summary>
    private static string State(Net net, Checkpoint? checkpoint)
    {
        if (checkpoint is null)
            return "";
        var slots = checkpoint.OptimizerState.Where(t => t.Key.StartsWith($"{net.Name}.", StringComparison.Ordinal))
            .GroupBy(t => t.Key[(t.Key.LastIndexOf('.') + 1)..], t => t.Value).ToList();
        long numbers = slots[0].Sum(e => e.Shape.Aggregate(1L, (a, b) => a * b));
        return $"{string.Join(", ", slots.Select(s => s.Key))} ({numbers:N0} numbers{(slots.Count > 1 ? " each" : "")}, {slots[0].First().Dtype})";
    }

    private static void DescribeData(string source)
    {
        Dataset data = Dataset.Load(new DataSpec(source), App.Warn);
        DatasetStatistics statistics = data.Statistics();
        Terminal.Heading(data.Name);
        Terminal.Facts(
            ("images", TrainingHeader.DataText(data)),
            ("mean", $"{Numbers(statistics.Mean)} (pixels from 0 to 1)"),
            ("deviation", Numbers(statistics.Std)));
        if (data.Classes > 0)
            Terminal.Table("classes", [" number", "name", " images"], [.. data.ClassNames.Select((name, i) => new[] { $"{i}", name, $"{statistics.ClassCounts[i]:N0}" })]);
    }

    private static string Numbers(IEnumerable<double> values) => string.Join(", ", values.Select(v => $"{v:0.0000}"));
}
