using System.Runtime.InteropServices;
using FastGan.Cuda;
using FastGan.Cuda.Api;
using FastGan.Tests.Data;

namespace FastGan.Tests.Cuda;

/// <summary>Where the libraries are looked for, on a file system of empty files.</summary>
[TestClass]
public sealed class LibrarySearchTests
{
    private static readonly string SystemFolder = $"/usr/lib/{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu";

    [TestMethod]
    public void OnLinuxTheLoaderComesFirstThenToolkitsSystemCondaAndPip()
    {
        using TemporaryFolder root = new();
        foreach (string toolkit in new[] { "cuda-9.2", "cuda-12.10", "cuda", "cuda-12.6" })
            Directory.CreateDirectory(root[$"usr/local/{toolkit}/lib64"]);
        Directory.CreateDirectory(root["venv/lib/python3.12/site-packages"]);
        Directory.CreateDirectory(root["usr/lib/python3/dist-packages"]);
        LibrarySearch search = Search(root, ("CUDA_PATH", root["opt/cuda"]), ("CONDA_PREFIX", root["conda"]), ("VIRTUAL_ENV", root["venv"]));
        CollectionAssert.AreEqual(
            new[]
            {
                "libnvrtc.so.12", "/opt/cuda/lib64/libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so.12", "/usr/local/cuda-12.10/lib64/libnvrtc.so.12",
                "/usr/local/cuda-12.6/lib64/libnvrtc.so.12", "/usr/local/cuda-9.2/lib64/libnvrtc.so.12", $"{SystemFolder}/libnvrtc.so.12", "/conda/lib/libnvrtc.so.12",
                "/venv/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12", "/usr/lib/python3/dist-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
            },
            Below(root, search.Candidates(CudaLibrary.Nvrtc, 12)));
        CollectionAssert.AreEqual(
            new[] { "libcuda.so.1", $"{SystemFolder}/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1" }, Below(root, search.Candidates(CudaLibrary.Driver, 0)));
    }

    [TestMethod]
    [DataRow(CudaLibrary.Blas, 12, "cublas/lib/libcublas.so.12")]
    [DataRow(CudaLibrary.BlasLt, 12, "cublas/lib/libcublasLt.so.12")]
    [DataRow(CudaLibrary.Nvrtc, 12, "cuda_nvrtc/lib/libnvrtc.so.12")]
    [DataRow(CudaLibrary.Blas, 13, "cu13/lib/libcublas.so.13")]
    [DataRow(CudaLibrary.Nvrtc, 13, "cu13/lib/libnvrtc.so.13")]
    [DataRow(CudaLibrary.Dnn, 12, "cudnn/lib/libcudnn.so.9")]
    [DataRow(CudaLibrary.Dnn, 13, "cudnn/lib/libcudnn.so.9")]
    public void PipsFolders(CudaLibrary library, int cuda, string expected)
    {
        using TemporaryFolder root = new();
        Directory.CreateDirectory(root["home/.local/lib/python3.11/site-packages"]);
        string last = Below(root, Search(root, ("HOME", root["home"])).Candidates(library, cuda))[^1];
        Assert.AreEqual($"/home/.local/lib/python3.11/site-packages/nvidia/{expected}", last);
    }

    [TestMethod]
    [DataRow(CudaLibrary.Driver, 0, "nvcuda.dll")]
    [DataRow(CudaLibrary.Blas, 12, "cublas64_12.dll")]
    [DataRow(CudaLibrary.BlasLt, 13, "cublasLt64_13.dll")]
    [DataRow(CudaLibrary.Nvrtc, 12, "nvrtc64_120_0.dll")]
    [DataRow(CudaLibrary.Nvrtc, 13, "nvrtc64_130_0.dll")]
    [DataRow(CudaLibrary.Dnn, 13, "cudnn64_9.dll")]
    public void OnWindowsTheNamesAreOthers(CudaLibrary library, int cuda, string name)
    {
        using TemporaryFolder root = new();
        Directory.CreateDirectory(root["programs/NVIDIA/CUDNN/v9.6/bin/12.6"]);
        LibrarySearch search = new(null, windows: true, Environment(("CUDA_PATH", root["toolkit"]), ("ProgramFiles", root["programs"])), root.Path);
        string[] paths = Below(root, search.Candidates(library, cuda));
        Assert.IsTrue(paths.All(path => Path.GetFileName(path) == name), string.Join('\n', paths));
        Assert.AreEqual(name, paths[0]);
        Assert.AreEqual(library != CudaLibrary.Driver, paths.Contains($"/toolkit/bin/{name}"));
        string[] ofCudnn = Below(root, search.Candidates(CudaLibrary.Dnn, 12));
        Assert.Contains("/programs/NVIDIA/CUDNN/v9.6/bin/12.6/cudnn64_9.dll", ofCudnn);
    }

    [TestMethod]
    public void ANamedFolderIsTheOnlyOne()
    {
        using TemporaryFolder root = new();
        LibrarySearch search = new(root["mine"], windows: false, Environment(("CUDA_PATH", root["opt/cuda"])), root.Path);
        foreach (CudaLibrary library in Enum.GetValues<CudaLibrary>())
            CollectionAssert.AreEqual(new[] { root[$"mine/{LibraryNames.File(library, 12, windows: false)}"] }, search.Candidates(library, 12).ToArray());
    }

    /// <summary>None of these files is a library: each path is tried and told. There is no version 99, which some machine might have.</summary>
    [TestMethod]
    public void WhatCanNotBeLoadedIsListedPathByPath()
    {
        using TemporaryFolder root = new();
        foreach (string toolkit in new[] { "cuda-12.6", "cuda-12.8" })
            Files.Write(root[$"usr/local/{toolkit}/lib64/libcublas.so.99"], [1, 2, 3]);
        List<string> tried = [];
        Assert.IsNull(Search(root).TryLoad(CudaLibrary.Blas, 99, tried));
        Assert.HasCount(4, tried);
        Assert.StartsWith("libcublas.so.99 by the system's loader (not there)", tried[0]);
        Assert.StartsWith($"{root["usr/local/cuda-12.8/lib64/libcublas.so.99"]} (can't be loaded: ", tried[1]);
        Assert.StartsWith($"{root["usr/local/cuda-12.6/lib64/libcublas.so.99"]} (can't be loaded: ", tried[2]);
        Assert.AreEqual($"{root.Path}{SystemFolder}/libcublas.so.99 (not there)", tried[3]);
        Assert.IsFalse(tried.Any(line => line.Contains('\n')));

        CudaException e = Assert.ThrowsExactly<CudaException>(() => new CudaLibraries(new LibrarySearch(root["mine"], false, Environment(), root.Path)).Driver);
        Assert.Contains(root["mine/libcuda.so.1"], e.Message);
        Assert.Contains("install NVIDIA's driver", e.Message);
        Assert.DoesNotContain("\n", e.Message);
    }

    /// <summary>Each missing library is told by itself, of both versions of CUDA, even with no driver.</summary>
    [TestMethod]
    public void EachMissingLibraryIsToldByItself()
    {
        using TemporaryFolder root = new();
        CudaLibraries libraries = new(new LibrarySearch(root.Path, false, Environment(), root.Path));
        string blas = Message(() => libraries.Blas), nvrtc = Message(() => libraries.Nvrtc);
        Assert.Contains("cuBLASLt was not found", blas);
        Assert.Contains(root["libcublasLt.so.13"], blas);
        Assert.Contains(root["libcublasLt.so.12"], blas);
        Assert.Contains("NVRTC was not found", nvrtc);
        Assert.Contains(root["libnvrtc.so.12"], nvrtc);

        static string Message(Func<object> load) => Assert.ThrowsExactly<CudaException>(load).Message;
    }

    /// <summary>A missing one of cuDNN's files would end the process: it is found out before anything is loaded.</summary>
    [TestMethod]
    public void AllOfCudnnsFilesLieInOneFolder()
    {
        using TemporaryFolder root = new();
        string[] files = LibraryNames.DnnFiles(windows: false);
        Assert.HasCount(8, files);
        Assert.AreEqual("libcudnn.so.9", files[0]);
        foreach (string file in files.Append(files[0]))
            Files.Write(root[$"mine/{file}"], [1]);
        LibrarySearch search = new(root["mine"], false, Environment(), root.Path);
        Assert.IsTrue(search.HasDnnFiles(root["mine"], out _));

        File.Delete(root["mine/libcudnn_ops.so.9"]);
        File.Delete(root["mine/libcudnn_heuristic.so.9"]);
        List<string> tried = [];
        Assert.IsNull(search.TryLoad(CudaLibrary.Dnn, 12, tried));
        Assert.AreEqual($"{root["mine/libcudnn.so.9"]} ({root["mine"]} lacks libcudnn_ops.so.9, libcudnn_heuristic.so.9)", tried.Single());
    }

    private static LibrarySearch Search(TemporaryFolder root, params (string Name, string Value)[] variables) =>
        new(null, windows: false, Environment(variables), root.Path);

    private static Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(v => v.Name == name).Value;

    private static string[] Below(TemporaryFolder root, IEnumerable<string> paths) =>
        [.. paths.Select(path => path.Replace(root.Path, "", StringComparison.Ordinal).Replace('\\', '/'))];
}
