using System.Diagnostics;

namespace FastGan.Tests.CommandLine;

/// <summary>Ctrl-C is SIGINT; the shells' <c>kill</c> sends it.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX, IgnoreMessage = "there is no kill command to send SIGINT with")]
public sealed class InterruptTests
{
    [TestMethod]
    [DataRow("-INT")]
    [DataRow("-TERM")]
    public void TheFirstSignalEndsAtTheNextStepWithACheckpoint(string signal)
    {
        using TemporaryFolder folder = new();
        Process process = StartTraining(folder, "gan");
        Kill(process, signal);
        Outcome outcome = Fastgan.Finish(process);
        Assert.AreEqual(130, outcome.ExitCode, outcome.ToString());
        Assert.Contains("stopping after this step", outcome.Output);
        Assert.Contains("fastgan resume run", outcome.Output);
        Assert.HasCount(1, Directory.GetDirectories(folder["run/checkpoint"]), "only the one of the step that it stopped at");
        Assert.IsTrue(File.Exists(folder["run/curves.png"]));
        Assert.AreEqual(0, Fastgan.Run(folder, "info", "run").ExitCode);
    }

    [TestMethod]
    public void TheSecondEndsAtOnce()
    {
        using TemporaryFolder folder = new();

        // The reference takes many seconds for a step of this size: the first signal can't have ended it.
        Process process = StartTraining(folder, "dcgan", "--device", "reference", "--image-size", "128");
        Kill(process, "-INT");
        while (!process.StandardOutput.ReadLine()!.Contains("stopping", StringComparison.Ordinal))
        {
        }

        Stopwatch watch = Stopwatch.StartNew();
        Kill(process, "-INT");
        Outcome outcome = Fastgan.Finish(process);
        Assert.AreEqual(130, outcome.ExitCode, outcome.ToString());
        Assert.IsLessThan(TimeSpan.FromSeconds(10), watch.Elapsed);
        Assert.IsFalse(Directory.Exists(folder["run/checkpoint"]));
    }

    /// <summary>Starts a long run and waits until it trains.</summary>
    private static Process StartTraining(TemporaryFolder folder, string preset, params string[] options)
    {
        string[] args = ["train", preset, "--data", Fastgan.WriteData(folder), "--batch", "32", "--steps", "1000000", "--checkpoint-every", "1000000", "--sample-every", "1000000", "--out", "run"];
        Process process = Fastgan.StartForSignals(folder, [.. args, .. options]);
        string? line;
        do
            line = process.StandardOutput.ReadLine() ?? throw new AssertFailedException($"ended early: {process.StandardError.ReadToEnd()}");
        while (!line.StartsWith(options.Length == 0 ? "step " : "  run", StringComparison.Ordinal));
        if (options.Length > 0)
            process.StandardOutput.ReadLine();
        return process;
    }

    private static void Kill(Process process, string signal) => Process.Start("kill", [signal, $"{process.Id}"]).WaitForExit();
}
