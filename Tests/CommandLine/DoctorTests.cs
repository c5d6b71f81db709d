using FastGan.Cuda;
using FastGan.Cuda.Api;
using FastGan.Tests.Cuda;
using FastGan.Tests.Data;

namespace FastGan.Tests.CommandLine;

/// <summary>A machine without a GPU: a folder with nothing in it is the only place where the libraries may be.</summary>
[TestClass]
public sealed class DoctorTests
{
    private const string Variable = LibrarySearch.PathVariable;

    [TestMethod]
    public void WithoutAGpuTheDoctorSaysSoCalmlyAndWhatStillWorks()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.RunWith(folder, Variable, folder["none"], "doctor");
        Assert.AreEqual(1, outcome.ExitCode, $"{outcome}");
        Assert.AreEqual("", outcome.Errors);
        string[] parts =
        [
            "the CUDA driver was not found", folder["none/libcuda.so.1"], "install NVIDIA's driver", "cuBLASLt was not found", "nvidia-cublas",
            "NVRTC was not found", "cuDNN was not found", "nvidia-cudnn-cu13", "Training on the GPU can't work here: the CUDA driver was not found",
            "fastgan train dcgan --device cpu",
        ];
        foreach (string part in OperatingSystem.IsWindows() ? parts.Where(p => !p.Contains(".so")) : parts)
            Assert.Contains(part, outcome.Output);
        Assert.DoesNotContain("libcudnn.so.9", outcome.Output, "the paths of what follows from the first problem are for --verbose");
        Assert.Contains("cudnn", Fastgan.RunWith(folder, Variable, folder["none"], "doctor", "--verbose").Output);
    }

    /// <summary>On whatever machine this is: the exit code and the last lines agree.</summary>
    [TestMethod]
    public void TheExitCodeSaysWhetherTrainingWorksHere()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, "doctor");
        Assert.AreEqual(outcome.ExitCode == 0, outcome.Output.Contains("Training on the GPU works", StringComparison.Ordinal), $"{outcome}");
        Assert.AreEqual(outcome.ExitCode == 1, outcome.Output.Contains("Training on the GPU can't work here: ", StringComparison.Ordinal), $"{outcome}");
    }

    [TestMethod]
    [DataRow("train", "gan", "--device", "cuda")]
    [DataRow("train", "gan", "--device", "cuda:1", "--precision", "fp16")]
    [DataRow("bench", "gan", "--device", "cuda")]
    [DataRow("bench", "kernels", "norm 9", "--device", "CUDA")]
    public void AGpuThatIsAskedForAndNotThereIsOneLine(params string[] args)
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.RunWith(folder, Variable, folder["none"], args);
        Assert.AreEqual(2, outcome.ExitCode, $"{outcome}");
        Assert.HasCount(1, outcome.ErrorLines, $"{outcome}");
        Assert.StartsWith("fastgan: --device ", outcome.Errors);
        Assert.Contains("the CUDA driver was not found", outcome.Errors);
        Assert.AreEqual("", outcome.Output);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void AutoTakesTheProcessorAndSaysWhy()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.RunWith(
            folder, Variable, folder["none"], "train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--steps", "1", "--out", "run");
        Assert.AreEqual(0, outcome.ExitCode, $"{outcome}");
        Assert.Contains("(auto: no NVIDIA GPU)", outcome.Output);
        Assert.AreEqual("", outcome.Errors);
    }

    /// <summary>Named explicitly, the virtual GPU passes every check, and says everywhere what it is; auto doesn't take it, and its speed isn't told.</summary>
    [TestMethod]
    public void TheVirtualGpuSaysWhatItIs()
    {
        VirtualGpu.Require();
        using TemporaryFolder folder = new();
        Outcome doctor = Fastgan.RunWith(folder, Variable, VirtualGpu.Path, "doctor");
        Assert.AreEqual(0, doctor.ExitCode, $"{doctor}");
        foreach (string part in new[] { "FastGan virtual GPU (virtual: ", "fp32 ", "tf32 ", "fp16 ", "bf16 ", "7 operations agree within", "Training on the virtual GPU works" })
            Assert.Contains(part, doctor.Output);

        string[] train = ["train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--latent", "8", "--steps", "1"];
        Assert.Contains("(auto never takes the virtual GPU)", Fastgan.RunWith(folder, Variable, VirtualGpu.Path, [.. train, "--out", "auto"]).Output);
        Outcome chosen = Fastgan.RunWith(folder, Variable, VirtualGpu.Path, [.. train, "--device", "cuda", "--precision", "fp16", "--out", "run"]);
        Assert.AreEqual(0, chosen.ExitCode, $"{chosen}");
        Assert.Contains("FastGan virtual GPU (virtual: ", chosen.Output);
        Assert.DoesNotContain("images/s", chosen.Output);
        string metrics = File.ReadAllText(folder["run/metrics.jsonl"]), state = File.ReadAllText(folder["run/checkpoint/step-000001/state.json"]);
        Assert.DoesNotContain("images_per_second", metrics);
        Assert.Contains("\"virtual_device\":\"FastGan virtual GPU", metrics);
        Assert.Contains("\"virtual_device\": \"FastGan virtual GPU", state);

        Outcome bench = Fastgan.RunWith(folder, Variable, VirtualGpu.Path, "bench", "gan", "--device", "cuda", "--batch", "2");
        Assert.AreEqual(2, bench.ExitCode, $"{bench}");
        Assert.Contains("the virtual GPU's speed means nothing", bench.Errors);
        Outcome second = Fastgan.RunWith(folder, Variable, VirtualGpu.Path, "train", "gan", "--device", "cuda:1");
        Assert.AreEqual(2, second.ExitCode, $"{second}");
        Assert.Contains("there is no GPU 1", second.Errors);
    }

    [TestMethod]
    public void ALibraryThatIsNoneIsTold()
    {
        using TemporaryFolder folder = new();
        Files.Write(folder[$"mine/{LibraryNames.File(CudaLibrary.Driver, 12, OperatingSystem.IsWindows())}"], [1, 2, 3]);
        Outcome outcome = Fastgan.RunWith(folder, Variable, folder["mine"], "doctor");
        Assert.AreEqual(1, outcome.ExitCode, $"{outcome}");
        Assert.Contains("(can't be loaded: ", outcome.Output);
    }

    [TestMethod]
    [DataRow("doctor looks at GPUs: cuda, or cuda:1, not 'cpu'", "cpu")]
    [DataRow("doctor 'cuda:one': a GPU is cuda, or by its number", "cuda:one")]
    [DataRow("don't know what to do with 'cuda:1'", "cuda", "cuda:1")]
    public void WhatTheDoctorCanNotLookAt(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, ["doctor", .. args]);
        Assert.AreEqual(2, outcome.ExitCode, $"{outcome}");
        Assert.HasCount(1, outcome.ErrorLines, $"{outcome}");
        Assert.Contains(expected, outcome.Errors);
    }
}
