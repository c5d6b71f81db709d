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

    /// <summary>The same for the data, before a run is made.</summary>
    public static void Check(SessionOptions o, Dataset data)
    {
        if (HowOf(o) == How.Classifier)
            Classifier.CheckData(data);
    }

    /// <summary>Null where nobody is to look. A run that goes on is looked at as before, unless something else is asked for.</summary>
    public static Observer? Open(Trainer trainer, Dataset data, RunFolder folder, SessionOptions o)
    {
        How how = HowOf(o);
        if (how == How.Off || data.Count < 2)
            return null;
        MetricsLine? seen = MetricsFile.Read(folder.MetricsFile).LastOrDefault(l => l.Step <= trainer.StepsDone && l.Frechet is not null);
        Classifier? classifier = how == How.Classifier || seen?.ClassCounts is not null ? Classifier.ForData(data, trainer.Device, o.Quiet ? null : Console.WriteLine)
            : seen is null ? Classifier.Cached(data, trainer.Device)
            : null;
        return new Observer(trainer, data, classifier);
    }

    private static How HowOf(SessionOptions o) =>
        Choice.Of("--watch", o.Watch, ("auto", How.Auto), ("classifier", How.Classifier), ("off", How.Off)) ?? How.Auto;
}
