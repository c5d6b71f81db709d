using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FastGan.Tests.Cuda;

/// <summary>
/// The shipped kernels as clang compiles them to PTX, with no CUDA installed. What is read from it holds for the code that NVRTC makes as far as
/// the two compilers agree.
/// </summary>
[TestClass]
public sealed partial class PtxTests
{
    /// <summary>What a block may have without asking for more.</summary>
    private const int SharedBytes = 48 << 10;

    private static readonly string[] Compilers = ["clang-19", "clang++-19", "clang"];

    /// <summary>Kernels that do nothing but stream through memory: each has a path of 16-byte accesses.</summary>
    private static readonly string[] Streaming =
    [
        "multiply", "scale_samples", "concat", "slice", "bias_activation", "activation_backward", "activation_bias_backward",
        "batch_norm_apply", "batch_norm_gradient", "mix", "gradient_penalty", "spectral_scale", "spectral_gradient", "adam", "rmsprop", "sgd", "clip_weights", "clip_gradients", "moving_average",
    ];

    public static IEnumerable<object[]> Targets =>
        from architecture in new[] { "sm_80", "sm_90" }
        from real in new[] { 0, 1, 2 }
        select new object[] { architecture, real };

    [TestMethod]
    [DynamicData(nameof(Targets))]
    public void KernelsCompileToGoodCode(string architecture, int real)
    {
        string ptx = Compile(architecture, real);
        Dictionary<string, string> kernels = Entry().Split(ptx).Skip(1).Chunk(2).ToDictionary(part => part[0], part => part[1]);
        Assert.HasCount(Enum.GetNames<FastGan.Cuda.Kernel>().Length, kernels, string.Join(' ', kernels.Keys));
        foreach ((string name, string code) in kernels)
        {
            Assert.DoesNotContain(".local", code, $"{name} keeps something in local memory, which is slow");
            Assert.DoesNotContain(".f64", code, $"{name} computes in double precision");
            Assert.DoesNotContain("call", code, $"{name} calls a function that was not inlined");
        }

        foreach (string name in Streaming)
        {
            Assert.MatchesRegex(WideLoad(), kernels[name], $"{name} has no 16-byte load");
            Assert.MatchesRegex(WideStore(), kernels[name], $"{name} has no 16-byte store");
        }

        // Conservative: all arrays together, whichever kernel has them.
        int shared = Shared().Matches(ptx).Sum(m => int.Parse(m.Groups[1].Value));
        Assert.IsGreaterThan(0, shared, "the sums use shared memory");
        Assert.IsLessThanOrEqualTo(SharedBytes, shared);
    }

    private static string Compile(string architecture, int real)
    {
        string? compiler = Compilers.FirstOrDefault(c => Run(c, ["--print-targets"]) is { } targets && targets.Contains("nvptx64", StringComparison.Ordinal));
        if (compiler is null)
            Assert.Inconclusive($"none of {string.Join(", ", Compilers)} is here and makes PTX: install clang-19");
        using TemporaryFolder folder = new();
        foreach ((string name, string text) in FastGan.Cuda.Kernels.Sources)
            File.WriteAllText(folder[name], text);
        string features = architecture == "sm_90" ? "+ptx78" : "+ptx75";
        string? output = Run(compiler!,
        [
            "-x", "cuda", "--cuda-device-only", $"--cuda-gpu-arch={architecture}", "-nocudainc", "-nocudalib", "-Xclang", "-target-feature", "-Xclang", features,
            "-std=c++17", $"-DFASTGAN_REAL={real}", "-O3", "-S", "-o", folder["kernels.ptx"], folder["kernels.cu"],
        ]);
        Assert.IsTrue(File.Exists(folder["kernels.ptx"]), output);
        return File.ReadAllText(folder["kernels.ptx"]);
    }

    /// <summary>What a program prints; null where it can't be started.</summary>
    private static string? Run(string program, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output + errors.Result;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\.visible \.entry (\w+)\(")]
    private static partial Regex Entry();

    [GeneratedRegex(@"ld\.global\.v4\.[bfu]32")]
    private static partial Regex WideLoad();

    [GeneratedRegex(@"st\.global\.v4\.[bfu]32")]
    private static partial Regex WideStore();

    [GeneratedRegex(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]")]
    private static partial Regex Shared();
}
