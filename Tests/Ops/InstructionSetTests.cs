using System.Diagnostics;
using System.Reflection;
using System.Runtime.Intrinsics;
using FastGan.Cpu;

namespace FastGan.Tests.Ops;

/// <summary>
/// The operation tests once more with vector instructions switched off, in a child process: the runtime reads the switches at its start.
/// </summary>
[TestClass]
public sealed class InstructionSetTests
{
    internal const string ExpectedBits = "FASTGAN_TEST_VECTOR_BITS";

    /// <summary>Bits of the vectors in use; 0 where even 128-bit vectors are emulated.</summary>
    internal static int Bits => Vector128.IsHardwareAccelerated ? CpuDevice.VectorBits : 0;

    [TestMethod]
    [DataRow("DOTNET_EnableAVX512", 256)]
    [DataRow("DOTNET_EnableAVX2", 128)]
    [DataRow("DOTNET_EnableHWIntrinsic", 0)]
    public void OperationsAgreeWithout(string variable, int bits)
    {
        // The child is this very program; it runs OperationTests alone, so it doesn't come back here, nor to the GPU's.
        string program = Environment.ProcessPath!, assembly = Assembly.GetExecutingAssembly().Location;
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(assembly);
        foreach (string argument in (string[])["--filter", $"FullyQualifiedName~{typeof(OperationTests).FullName}", "--no-progress", "--no-ansi"])
            start.ArgumentList.Add(argument);
        start.Environment[variable] = "0";
        start.Environment[ExpectedBits] = $"{Math.Min(bits, Bits)}";

        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        IEnumerable<string> lines = output.Split('\n').Where(line => !line.StartsWith("    at ", StringComparison.Ordinal)).Take(60);
        Assert.AreEqual(0, child.ExitCode, $"with {variable}=0:\n{string.Join('\n', lines)}");
    }
}
