using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using FastGan.Cuda.Api;
using FastGan.Programs;

namespace FastGan.Cuda;

/// <summary>The kernels of Native/Kernels by name.</summary>
internal enum Kernel
{
    GatherImages,
    GatherLabels,
    Noise,
    RandomLabels,
    Fill,
    Multiply,
    ScaleSamples,
    Concat,
    Slice,
    Embed,
    EmbedBackward,
    BiasActivation,
    ActivationBackward,
    ActivationBiasBackward,
    Maxout,
    MaxoutBackward,
    BatchNormStatistics,
    BatchNormApply,
    BatchNormSums,
    BatchNormGradient,
    Bce,
    Wasserstein,
    Hinge,
    LeastSquares,
    CrossEntropy,
    LogSumExp,
    LogSumExpBackward,
    SoftmaxBackward,
    Mix,
    GradientPenalty,
    SpectralColumns,
    SpectralRows,
    SpectralScale,
    SpectralProduct,
    SpectralGradient,
    Augment,
    Adam,
    Rmsprop,
    Sgd,
    ClipWeights,
    ClipGradients,
    MovingAverage,
    L2Norm,
    AdjustLossScale,
    Patches,
    Unpatch,
}

/// <summary>
/// The kernels compiled for the device at hand, in one precision. Compiled at first use by NVRTC from the sources that this assembly carries; the machine
/// code is kept on disk under a digest of everything that it depends on.
/// </summary>
internal sealed class Kernels : IDisposable
{
    private const string Entry = "kernels.cu";

    /// <summary>What the driver may say of a damaged file, or one for another GPU: invalid value, invalid image, no binary for the GPU, invalid or unsupported PTX.</summary>
    private static readonly int[] Unusable = [1, 200, 209, 218, 222];

    private readonly Driver _driver;
    private readonly nint _module;
    private readonly nint[] _functions;

    public Kernels(CudaLibraries libraries, CacheFolder cache, Precision precision, int architecture)
    {
        _driver = libraries.Driver;
        _module = Load(libraries.Nvrtc, cache, precision, architecture);
        try
        {
            _functions = [.. Enum.GetNames<Kernel>().Select(name => _driver.ModuleGetFunction(_module, NativeName(name)))];
        }
        catch
        {
            _driver.ModuleUnload(_module);
            throw;
        }
    }

    /// <summary>The driver's handle of a kernel.</summary>
    public nint this[Kernel kernel] => _functions[(int)kernel];

    /// <summary>The sources by file name.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = ReadSources();

    /// <summary>"GatherImages" is gather_images, "L2Norm" l2_norm. No name is one of CUDA's own functions, such as norm.</summary>
    public static string NativeName(string name) => string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i == 0 ? "" : "_")}{char.ToLowerInvariant(c)}" : $"{c}"));

    public void Dispose() => _driver.ModuleUnload(_module);

    private nint Load(Nvrtc nvrtc, CacheFolder cache, Precision precision, int architecture)
    {
        string[] options = [$"--gpu-architecture=sm_{architecture}", "--std=c++17", $"-DFASTGAN_REAL={RealNumber(precision)}"];
        string file = cache.File("kernels", Digest(nvrtc, options) + ".cubin");
        if (CacheFolder.TryRead(file) is { } kept)
        {
            try
            {
                return _driver.ModuleLoadDataEx(kept);
            }
            catch (CudaException e) when (Unusable.Contains(e.Status))
            {
                // Compiled anew, and the file replaced.
            }
        }

        nint program = nvrtc.CreateProgram(Sources[Entry], Entry, [.. Sources.Where(s => s.Key != Entry).Select(s => (s.Key, s.Value))]);
        try
        {
            nvrtc.CompileProgram(program, options);
            byte[] code = nvrtc.GetCubin(program);
            nint module = _driver.ModuleLoadDataEx(code);
            CacheFolder.TryWrite(file, code);
            return module;
        }
        finally
        {
            Quietly.Do(() => nvrtc.DestroyProgram(program));
        }
    }

    /// <summary>FASTGAN_REAL of portable.h.</summary>
    private static int RealNumber(Precision precision) => precision switch
    {
        Precision.Fp16 => 1,
        Precision.Bf16 => 2,
        _ => 0,
    };

    private static string Digest(Nvrtc nvrtc, string[] options)
    {
        StringBuilder all = new();
        all.Append(nvrtc.Version()).AppendJoin('\n', options);
        foreach ((string name, string text) in Sources.OrderBy(s => s.Key, StringComparer.Ordinal))
            all.Append('\n').Append(name).Append('\n').Append(text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }

    private static Dictionary<string, string> ReadSources()
    {
        const string Prefix = "Kernels/";
        Assembly assembly = typeof(Kernels).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(n => n[Prefix.Length..], name =>
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
    }
}
