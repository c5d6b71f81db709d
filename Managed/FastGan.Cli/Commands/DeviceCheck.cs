using FastGan.Cpu;
using FastGan.Cuda;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cli.Commands;

/// <summary>
/// A few small operations, one for each way to the hardware: our kernels by NVRTC, cuBLAS, cuDNN in three directions, batch norm, an update
/// that changes with each run. Each is run three times, which on a GPU is directly, as a captured graph, and as that graph again, and must
/// leave what the processor leaves.
/// </summary>
internal static class DeviceCheck
{
    private const int Runs = 3;

    private static readonly (string Name, string Operation)[] Operations =
    [
        ("kernel", "act-bwd 4x8x8x16 lrelu bias"),
        ("matrix product", "conv n8 c32 k16 bias"),
        ("convolution", "conv n2 h8 w8 c16 k16 r4 s2 p1"),
        ("convolution's data gradient", "conv-bwd-data n2 h8 w8 c16 k16 r4 s2 p1"),
        ("convolution's filter gradient", "conv-bwd-filter n2 h8 w8 c16 k16 r4 s2 p1"),
        ("batch norm", "bn 4x4x4x16 relu"),
        ("update", "adam 1000"),
    ];

    public static Finding Run(int ordinal, Precision precision)
    {
        string name = precision.ToString().ToLowerInvariant();
        try
        {
            using CudaDevice gpu = new(new CudaOptions { Ordinal = ordinal, Precision = precision });
            using CpuDevice cpu = new(threads: 1);
            double worst = 0;
            foreach ((string title, string operation) in Operations)
            {
                double error = Difference(operation, gpu, cpu);
                if (!(error <= Tolerance(precision)))
                    return new Finding(name, $"{title} differs from the processor's by {error:0.0e+0} of its largest number ({operation})") { IsProblem = true };
                worst = Math.Max(worst, error);
            }

            return new Finding(name, $"{Operations.Length} operations agree within {worst:0.0e+0} of their largest number");
        }
        catch (CudaException e)
        {
            return new Finding(name, e.Message) { IsProblem = true };
        }
    }

    /// <summary>
    /// Sums of some hundred products whose factors are rounded to 24, 11 or 8 bits differ by a few of those roundings; a wrong layout, algorithm or
    /// number differs by as much as the numbers are large.
    /// </summary>
    private static double Tolerance(Precision precision) => precision switch
    {
        Precision.Fp32 => 1e-4,
        Precision.Bf16 => 5e-2,
        _ => 1e-2,
    };

    /// <summary>The largest difference in what is written, as a part of the largest number there.</summary>
    private static double Difference(string operation, Device a, Device b)
    {
        double[][] ofA = Results(operation, a), ofB = Results(operation, b);
        double worst = 0;
        foreach ((double[] x, double[] y) in ofA.Zip(ofB))
            worst = Math.Max(worst, x.Zip(y, (p, q) => Math.Abs(p - q)).Max() / y.Max(Math.Abs));
        return worst;
    }

    private static double[][] Results(string operation, Device device)
    {
        OpCase op = OpCase.Parse(operation);
        op.Place(device);
        try
        {
            for (int i = 0; i < Runs; i++)
                device.Run(op.Program);
            return [.. op.Instruction.Writes.Select(t => device.Read<double>(new Tensor(t.Storage, t.Offset, t.Shape)))];
        }
        finally
        {
            op.Remove(device);
        }
    }
}
