namespace FastGan.Cli;

/// <summary>How the process ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A mistake in the program.</summary>
    public const int Unexpected = 1;

    /// <summary>doctor: training on a GPU would not work here.</summary>
    public const int NoGpu = 1;

    /// <summary>What the user gave can't be used: an option, a file, a folder, a full disk, a device that isn't there.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM, with a checkpoint written: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
