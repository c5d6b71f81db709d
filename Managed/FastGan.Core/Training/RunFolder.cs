namespace FastGan.Training;

/// <summary>Where a run keeps its files.</summary>
public sealed class RunFolder
{
    private RunFolder(string path) => FullPath = path;

    public string FullPath { get; }

    public string ConfigFile => Path.Combine(FullPath, "config.json");

    public string MetricsFile => Path.Combine(FullPath, "metrics.jsonl");

    public string CurvesFile => Path.Combine(FullPath, "curves.png");

    public string SamplesFolder => Path.Combine(FullPath, "samples");

    public string CheckpointFolder => Path.Combine(FullPath, "checkpoint");

    /// <summary>The checkpoint whose samples an observer found nearest to the data.</summary>
    public string BestFolder => Path.Combine(FullPath, "best");

    /// <summary>Refuses a path where a new run can't be: an existing folder must be empty.</summary>
    /// <exception cref="FastGanException">Something else is there.</exception>
    public static void CheckFree(string path)
    {
        if (File.Exists(new RunFolder(path).ConfigFile))
            throw new FastGanException($"{path} is a run already: go on with it by 'fastgan resume {path}', or give another --out");
        if (File.Exists(path))
            throw new FastGanException($"{path} is a file: give another --out");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new FastGanException($"{path} exists, isn't empty and isn't a run: give another --out");
    }

    /// <summary>Makes the folder.</summary>
    /// <exception cref="FastGanException">Something else is there, or the folder can't be written.</exception>
    public static RunFolder Create(string path)
    {
        CheckFree(path);
        RunFolder folder = new(path);
        try
        {
            Directory.CreateDirectory(folder.SamplesFolder);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FastGanException($"{path} can't be written ({e.Message}): give another --out", e);
        }
    }

    /// <exception cref="FastGanException">The folder isn't a run.</exception>
    public static RunFolder Open(string path)
    {
        RunFolder folder = new(path);
        if (!File.Exists(folder.ConfigFile))
            throw new FastGanException($"{path} isn't a run: it has no config.json");
        return folder;
    }

    /// <summary>The logged look at the state that <see cref="BestFolder"/> holds; null where there is no such state, or no look at it.</summary>
    public MetricsLine? Best()
    {
        if (!Directory.Exists(BestFolder))
            return null;
        try
        {
            long step = Checkpoint.Open(BestFolder, _ => { }).Step;
            return Training.MetricsFile.Read(MetricsFile).LastOrDefault(l => l.Step == step && l.Frechet is not null);
        }
        catch (FastGanException)
        {
            return null;
        }
    }

    public string SampleFile(long step) => Path.Combine(SamplesFolder, $"step-{step:D6}.png");
}
