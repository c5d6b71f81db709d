using FastGan.Cli.Options;
using FastGan.Cli.Pictures;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Latents;

namespace FastGan.Cli.Commands;

internal static class ArithmeticCommand
{
    public static int Run(ArithmeticOptions o)
    {
        if (o.Expression is null || o.Checkpoint is null)
            throw new FastGanException("arithmetic needs an expression and a run: for instance fastgan arithmetic \"1:3 - class:coat + class:dress\" runs/dcgan");
        string picture = o.Out ?? "arithmetic.png";
        TrainedModel.CheckEnd("--out", picture, ".png");
        TrainedModel.CheckEnd("--save", o.Save, LatentFile.Extension);
        LatentExpression.Parse(o.Expression);
        using TrainedModel model = new(o, o.Checkpoint);
        Lazy<ClassMeans> means = new(() => ClassMeans(model));
        ArithmeticResult result = model.Sampler.Arithmetic(o.Expression, () => means.Value);
        float[] images = model.Generate([.. result.Operands.SelectMany(z => z), .. result.Result]);
        LabelledGrid.Save(picture, images, model.Image, [.. result.Terms.Select(Label), "= result"], [""]);
        Console.WriteLine($"{o.Expression}, step {model.Checkpoint.Step}: {picture}");
        if (o.Save is not null)
        {
            LatentFile.Save(o.Save, result.Result);
            Console.WriteLine($"the resulting latent: {o.Save}");
        }

        return ExitCode.Done;
    }

    private static ClassMeans ClassMeans(TrainedModel model)
    {
        Dataset data = Dataset.Load(model.Checkpoint.Config.Data, App.Warn);
        using Classifier classifier = Classifier.ForData(data, model.Device, Console.Error.WriteLine);
        return new ClassMeans(model.Sampler, classifier);
    }

    private static string Label(LatentTerm term, int place)
    {
        string sign = term.Coefficient < 0 ? "− " : place > 0 ? "+ " : "", size = Math.Abs(term.Coefficient) == 1 ? "" : $"{Math.Abs(term.Coefficient)} · ";
        return sign + size + (LatentNames.IsFile(term.Name) ? Path.GetFileNameWithoutExtension(term.Name) : term.Name);
    }
}
