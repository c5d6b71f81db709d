using System.Diagnostics;

namespace FastGan.Tests.Readme;

/// <summary>A program that is published as README says is compiled ahead of time: it starts without waiting for the JIT.</summary>
[TestClass]
public sealed class PublishTests
{
    [TestMethod]
    [DataRow("-p:UseCurrentRuntimeIdentifier=True", "true")]
    [DataRow("-p:RuntimeIdentifier=linux-x64", "true")]
    [DataRow("-p:RuntimeIdentifier=", "")]
    public void PublishingForOnePlatformCompilesAheadOfTime(string property, string expected)
    {
        string project = Path.Combine(Repository.Root, "Managed", "FastGan.Cli", "FastGan.Cli.csproj");
        using Process msbuild = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", project, "-getProperty:PublishReadyToRun", property])
        {
            RedirectStandardOutput = true,
        })!;
        string value = msbuild.StandardOutput.ReadToEnd().Trim();
        msbuild.WaitForExit();
        Assert.AreEqual(0, msbuild.ExitCode, value);
        Assert.AreEqual(expected, value);
    }
}
