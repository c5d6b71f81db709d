using BenchmarkDotNet.Attributes;
using FastGan.Cpu;
using FastGan.Gans;
using FastGan.Measuring;
using FastGan.Training;

namespace FastGan.Benchmarks;

/// <summary>One whole training step of each workload.</summary>
public class StepBenchmarks : IDisposable
{
    private CpuDevice? _device;
    private Trainer? _trainer;

    [ParamsSource(nameof(Names))]
    public string Workload { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<string> Names => Workloads.Names;

    [GlobalSetup]
    public void Setup()
    {
        RunConfig config = Workloads.Config(Workload);
        _device = new CpuDevice(Threads);
        _trainer = new Trainer(config, Workloads.RandomData(config), _device);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _trainer?.Dispose();
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public StepMetrics Step() => _trainer!.Step();
}
