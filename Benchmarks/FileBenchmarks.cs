using BenchmarkDotNet.Attributes;
using FastGan.Cpu;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Imaging;
using FastGan.Measuring;
using FastGan.Training;

namespace FastGan.Benchmarks;

/// <summary>Reading data sets and writing checkpoints.</summary>
public class FileBenchmarks : IDisposable
{
    private const int Pictures = 256, PictureSize = 96;
    private readonly DataSpec _bundled = new(NamedData.Bundled);
    private string _folder = "";
    private CpuDevice? _device;
    private Trainer? _trainer;

    private string PictureFolder => Path.Combine(_folder, "pictures");

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("fastgan-").FullName;
        RunConfig config = Workloads.Config("dcgan64");
        _device = new CpuDevice();
        _trainer = new Trainer(config, Workloads.RandomData(config), _device);

        Random random = new(1);
        float[] pixels = new float[PictureSize * PictureSize * 3];
        for (int i = 0; i < Pictures; i++)
        {
            // Smooth, as photographs are: noise can't be compressed.
            float red = random.NextSingle();
            for (int p = 0; p < pixels.Length; p++)
                pixels[p] = MathF.Sin(0.001f * p * (p % 3 + red));
            PngImage.Save(Path.Combine(PictureFolder, $"{i}.png"), pixels, PictureSize, PictureSize, 3);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _trainer?.Dispose();
        _device?.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>10,000 images of 28×28, compressed.</summary>
    [Benchmark]
    public Dataset ReadIdx() => Dataset.Load(_bundled, _ => { });

    /// <summary>256 PNG images of 96×96, scaled to 64×64.</summary>
    [Benchmark]
    public Dataset ReadPictures() => Dataset.Load(new DataSpec(PictureFolder, Size: 64, Channels: 3), _ => { });

    /// <summary>Of the largest workload: 76 MB, flushed to the disk.</summary>
    [Benchmark]
    public void WriteCheckpoint() => Checkpoint.Save(_trainer!, Path.Combine(_folder, "checkpoint"));
}
