using BenchmarkDotNet.Attributes;
using FastGan.Cpu;
using FastGan.Programs;

namespace FastGan.Benchmarks;

/// <summary>The operations that the workloads spend their time in. fastgan bench kernels sets the floor beside such times.</summary>
public class OperationBenchmarks : IDisposable
{
    private CpuDevice? _device;
    private OpCase? _case;

    [ParamsSource(nameof(Texts))]
    public string Operation { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<string> Texts => WorkloadCases.All.Distinct();

    [GlobalSetup]
    public void Setup()
    {
        _device = new CpuDevice(Threads);
        _case = OpCase.Parse(Operation);
        _case.Place(_device);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Run() => _device!.Run(_case!.Program);
}
