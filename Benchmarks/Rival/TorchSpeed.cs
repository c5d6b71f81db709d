using System.Runtime.InteropServices;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace FastGan.Rival;

/// <summary>libtorch's training speed, measured as fastgan bench measures its own.</summary>
internal static partial class TorchSpeed
{
    private const int TrimThreshold = -1, TopPad = -2, MapMax = -4;

    public static StepSpeed Measure(string workload, int threads, double seconds)
    {
        KeepFreedMemory();
        TorchLibrary.MakeLoadable();
        set_num_threads(threads);
        manual_seed(1);
        RunConfig config = Workloads.Config(workload);
        Dataset data = Workloads.RandomData(config);
        TrainingSpec t = config.Training;
        Action step = TorchSteps.Make(workload, new TorchImages(data, t.Batch));
        string device = $"libtorch by TorchSharp, {threads} thread{(threads == 1 ? "" : "s")}";
        return StepSpeed.Measure(workload, device, t.Batch, t.ImagesPerStep(), seconds, () => InScope(step), () => { });
    }

    private static void InScope(Action step)
    {
        using DisposeScope scope = NewDisposeScope();
        step();
    }

    /// <summary>
    /// By default glibc maps and unmaps every large tensor, so that each is faulted in page by page, every step. This keeps them in the
    /// heap: what PyTorch's tuning guide gets by another allocator.
    /// </summary>
    private static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = mallopt(MapMax, 0);
        _ = mallopt(TrimThreshold, -1);
        _ = mallopt(TopPad, 64 << 20);
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
