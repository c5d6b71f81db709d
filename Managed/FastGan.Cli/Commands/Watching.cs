using FastGan.Cli.Options;
using FastGan.Data;
using FastGan.Evaluation;
using FastGan.Training;

namespace FastGan.Cli.Commands;

/// <summary>The observer that <c>--watch</c> asks for.</summary>
internal static class Watching
{
    private enum How
    {
        Auto,
        Classifier,
        Off,
    }

    public static void Check(SessionOptions o)
    {
        if (HowOf(o) == How.Off && o.StopOnCollapse)
            throw new FastGanException("--stop-on-collapse needs somebody to look at the samples: leave --watch off out");
    }

    /// <summary>Null where nobody is to look.</summary>
    public static Observer? Open(Trainer trainer, Dataset data, SessionOptions o) => HowOf(o) switch
    {
        How.Off => null,
        _ when data.Count < 2 => null,
        How.Classifier => new Observer(trainer, data, Classifier.ForData(data, trainer.Device, o.Quiet ? null : Console.WriteLine)),
        _ => new Observer(trainer, data, Classifier.Cached(data, trainer.Device)),
    };

    private static How HowOf(SessionOptions o) =>
        Choice.Of("--watch", o.Watch, ("auto", How.Auto), ("classifier", How.Classifier), ("off", How.Off)) ?? How.Auto;
}
