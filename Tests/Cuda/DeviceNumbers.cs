using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>Numbers of the types that cuBLAS and cuDNN compute with, as double on the host.</summary>
internal static class DeviceNumbers
{
    /// <summary>Half the distance to a number's neighbours, relative to the number.</summary>
    public static double HalfUlp(CudaDataType type) => Math.ScaleB(1, type switch { CudaDataType.Half => -11, CudaDataType.BFloat16 => -8, _ => -24 });

    public static int Bytes(CudaDataType type) => type == CudaDataType.Float ? 4 : 2;

    public static CudnnDataType Cudnn(CudaDataType type) =>
        type switch { CudaDataType.Half => CudnnDataType.Half, CudaDataType.BFloat16 => CudnnDataType.BFloat16, _ => CudnnDataType.Float };

    /// <summary>What is left of a value in this type.</summary>
    public static double Round(CudaDataType type, double value) => type switch
    {
        CudaDataType.Half => (double)(Half)value,
        CudaDataType.BFloat16 => BFloat16.Value(BFloat16.Round((float)value)),
        _ => (float)value,
    };

    /// <summary>The ten bits of mantissa that a tensor core reads of a float.</summary>
    public static double RoundToTf32(double value)
    {
        int exponent = Math.ILogB(value);
        return value == 0 ? 0 : Math.ScaleB(Math.Round(Math.ScaleB(value, 10 - exponent), MidpointRounding.ToEven), exponent - 10);
    }

    /// <summary>Numbers around 0 that the type can hold.</summary>
    public static double[] Draw(int seed, int count, CudaDataType type)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Round(type, 2 * random.NextDouble() - 1))];
    }

    public static ulong Upload(this PlantedDevice gpu, CudaDataType type, double[] values) => type switch
    {
        CudaDataType.Half => gpu.Upload<Half>([.. values.Select(v => (Half)v)]),
        CudaDataType.BFloat16 => gpu.Upload<ushort>([.. values.Select(v => BFloat16.Round((float)v))]),
        _ => gpu.Upload<float>([.. values.Select(v => (float)v)]),
    };

    public static double[] Download(this PlantedDevice gpu, CudaDataType type, ulong address, int count) => type switch
    {
        CudaDataType.Half => [.. gpu.Download<Half>(address, count).Select(v => (double)v)],
        CudaDataType.BFloat16 => [.. gpu.Download<ushort>(address, count).Select(v => (double)BFloat16.Value(v))],
        _ => [.. gpu.Download<float>(address, count).Select(v => (double)v)],
    };

    /// <summary>Each value near the one expected: within a rounding to the type, and what float sums of that many terms err by.</summary>
    /// <param name="magnitudes">The sum of the terms' absolute values.</param>
    public static void AreNear(double[] expected, double[] magnitudes, double[] actual, CudaDataType type, int terms)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double tolerance = HalfUlp(type) * Math.Abs(expected[i]) + (terms + 4) * HalfUlp(CudaDataType.Float) * magnitudes[i] + 1e-7;
            // NaN isn't less than anything.
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
                Assert.Fail($"element {i}: {actual[i]} instead of {expected[i]}, ± {tolerance:g2}");
        }
    }
}
