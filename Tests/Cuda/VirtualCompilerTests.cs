using System.Runtime.CompilerServices;
using System.Text;
using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>The run-time compiler's stand-in takes the sources that are shipped, and no others.</summary>
[TestClass]
public sealed class VirtualCompilerTests
{
    private static readonly string[] Options = ["--gpu-architecture=sm_80", "-DFASTGAN_REAL=1", "--std=c++17"];

    private static string Kernels([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../Native/Kernels");

    private static (string Source, (string Name, string Text)[] Headers) Shipped()
    {
        (string Name, string Text)[] files =
            [.. Directory.GetFiles(Kernels()).Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];
        return (files.Single(f => f.Name == "kernels.cu").Text, [.. files.Where(f => f.Name != "kernels.cu")]);
    }

    private static byte[] Compile(string source, (string Name, string Text)[] headers, params string[] options)
    {
        VirtualGpu.Require();
        Nvrtc nvrtc = new CudaLibraries(LibrarySearch.Here(VirtualGpu.Path)).Nvrtc;
        nint program = nvrtc.CreateProgram(source, "kernels.cu", headers);
        try
        {
            nvrtc.CompileProgram(program, options);
            return nvrtc.GetCubin(program);
        }
        finally
        {
            nvrtc.DestroyProgram(program);
        }
    }

    private static void Refuses(int status, string says, string source, (string Name, string Text)[] headers, params string[] options)
    {
        CudaException refused = Assert.ThrowsExactly<CudaException>(() => Compile(source, headers, options));
        Assert.AreEqual(status, refused.Status, refused.Message);
        Assert.Contains(says, refused.Message);
    }

    [TestMethod]
    public void WhatItCompilesCanBeLoaded()
    {
        var (source, headers) = Shipped();
        byte[] cubin = Compile(source, headers, Options), other = Compile(source, headers, ["--gpu-architecture=sm_90", .. Options[1..]]);
        using PlantedDevice gpu = new();
        nint module = gpu.Driver.ModuleLoadDataEx(cubin);
        Assert.AreNotEqual(0, gpu.Driver.ModuleGetFunction(module, "adam"));
        PlantedDevice.Refuses(500, () => gpu.Driver.ModuleGetFunction(module, "planted_scale"), "module real1 has no kernel");
        gpu.Driver.ModuleUnload(module);
        PlantedDevice.Refuses(209, () => gpu.Driver.ModuleLoadDataEx(other), "compute capability 8.0");
        string stale = Encoding.UTF8.GetString(cubin).Replace("real1 ", "real1 0", StringComparison.Ordinal);
        PlantedDevice.Refuses(200, () => gpu.Driver.ModuleLoadDataEx(Encoding.UTF8.GetBytes(stale)), "from other sources");
        PlantedDevice.Refuses(200, () => gpu.Driver.ModuleLoadDataEx("\u007fELF\0"u8), "not made by the virtual GPU's libnvrtc");
    }

    [TestMethod]
    public void OtherSourcesAreRefused()
    {
        var (source, headers) = Shipped();
        Refuses(6, "kernels.cu(1): error: differs from the file", "// changed\n" + source, headers, Options);
        (string Name, string Text)[] changed = [.. headers.Select(h => h.Name == "losses.cu" ? (h.Name, h.Text + "\n#error no, not this\n") : h)];
        Refuses(6, "error: #error directive: no, not this", source, changed, Options);
        Refuses(6, "error: could not open source file \"params.h\"", source, [.. headers.Where(h => h.Name != "params.h")], Options);
    }

    [TestMethod]
    public void UnknownOptionsAreRefused()
    {
        var (source, headers) = Shipped();
        Refuses(5, "unrecognized option --use_fast_math", source, headers, [.. Options, "--use_fast_math"]);
        Refuses(5, "invalid value for --gpu-architecture", source, headers, ["--gpu-architecture=sm_35", .. Options[1..]]);
        Refuses(5, "no --gpu-architecture", source, headers, Options[1..]);
        Refuses(5, "no -DFASTGAN_REAL", source, headers, Options[0]);
    }
}
