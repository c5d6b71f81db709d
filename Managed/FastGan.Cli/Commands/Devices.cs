using System.Globalization;
using FastGan.Cli.Options;
using FastGan.Cpu;
using FastGan.Cuda;
using FastGan.Programs;
using FastGan.Reference;

namespace FastGan.Cli.Commands;

/// <summary>What --device and --precision say.</summary>
internal static class Devices
{
    private const string Cuda = "cuda";

    private enum Kind
    {
        Auto,
        Cpu,
        Cuda,
        Reference,
    }

    /// <summary>Checks the options, so that a slip, or a GPU that can't be used, shows before the data is read.</summary>
    public static void Check(DeviceOptions o)
    {
        Choice.AtLeast("--threads", o.Threads, 1);
        (Kind kind, int ordinal) = KindOf(o);
        Precision precision = PrecisionOf(o) ?? Precision.Fp32;
        if (kind is Kind.Cpu or Kind.Reference && precision != Precision.Fp32)
            throw new FastGanException($"--precision {o.Precision}: {o.Device} has one precision only; leave it out, or give --device cuda");
        if (kind == Kind.Cuda && ReasonAgainst(Doctor.Examine(ordinal, Examination.Libraries), precision) is string reason)
            throw new FastGanException($"--device {o.Device}: {reason}");
    }

    /// <param name="precision">What the run computes in.</param>
    public static Device Open(DeviceOptions o, Precision precision) => Open(o, precision, out _);

    /// <param name="why">Why auto took what it took; null where the user chose.</param>
    public static Device Open(DeviceOptions o, Precision precision, out string? why)
    {
        (Kind kind, int ordinal) = KindOf(o);
        why = null;
        if (kind == Kind.Auto)
            (kind, why) = Choose(precision);
        return kind switch
        {
            Kind.Cuda => OpenCuda(o, ordinal, precision),
            Kind.Reference => new ReferenceDevice(),
            _ => new CpuDevice(o.Threads ?? 0),
        };
    }

    /// <summary>A device whose speed means something.</summary>
    public static Device OpenToMeasure(DeviceOptions o, Precision precision)
    {
        Device device = Open(o, precision);
        if (!device.IsVirtual)
            return device;
        device.Dispose();
        throw new FastGanException($"bench --device {o.Device}: the virtual GPU's speed means nothing; bench --model says what cards could do");
    }

    /// <summary>Null where --precision was not given.</summary>
    public static Precision? PrecisionOf(DeviceOptions o) => Choice.Of(
        "--precision", o.Precision, ("fp32", Precision.Fp32), ("tf32", Precision.Tf32), ("fp16", Precision.Fp16), ("bf16", Precision.Bf16));

    /// <summary>The GPU's number: 1 of cuda:1; null where the name is not one of a GPU.</summary>
    /// <exception cref="FastGanException">It begins like one, and is none.</exception>
    public static int? Ordinal(string option, string name)
    {
        if (name.Equals(Cuda, StringComparison.OrdinalIgnoreCase))
            return 0;
        if (!name.StartsWith($"{Cuda}:", StringComparison.OrdinalIgnoreCase))
            return null;
        return int.TryParse(name[(Cuda.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            ? ordinal
            : throw new FastGanException($"{option} '{name}': a GPU is cuda, or by its number from 0 cuda:1");
    }

    /// <exception cref="FastGanException">Training on it can't work; one line says why.</exception>
    private static CudaDevice OpenCuda(DeviceOptions o, int ordinal, Precision precision)
    {
        try
        {
            return new CudaDevice(new CudaOptions { Ordinal = ordinal, Precision = precision, MeasureAlgorithms = o.Deterministic ? false : null });
        }
        catch (CudaException e) when (!e.IsMistake)
        {
            throw new FastGanException($"--device {Cuda}:{ordinal}: {e.Summary}", e);
        }
    }

    /// <summary>A GPU where everything for it is there, the processor otherwise; never the virtual GPU.</summary>
    private static (Kind Kind, string Why) Choose(Precision precision)
    {
        Findings findings = Doctor.Examine(0, Examination.Libraries);
        if (findings.IsVirtual)
            return (Kind.Cpu, "auto never takes the virtual GPU");
        if (ReasonAgainst(findings, precision) is not string reason)
            return (Kind.Cuda, "auto: a GPU and all its libraries are here");
        if (findings.Device is not null)
            App.Warn($"{findings.Device} is not used: {reason}; fastgan doctor says more");
        return (Kind.Cpu, findings.Device is null ? "auto: no NVIDIA GPU" : "auto: the GPU can't be used");
    }

    private static string? ReasonAgainst(Findings findings, Precision precision)
    {
        if (findings.Reason is not null)
            return findings.Reason;
        IReadOnlyList<Precision> can = Doctor.Precisions(findings.ComputeCapability);
        return can.Contains(precision) ? null
            : $"{findings.Device} has no {precision.ToString().ToLowerInvariant()}: give --precision {string.Join(" or ", can).ToLowerInvariant()}";
    }

    private static (Kind Kind, int Ordinal) KindOf(DeviceOptions o)
    {
        if (o.Device is not null && Ordinal("--device", o.Device) is int ordinal)
            return (Kind.Cuda, ordinal);
        Kind? kind = Choice.Of("--device", o.Device, ("auto", Kind.Auto), ("cpu", Kind.Cpu), (Cuda, Kind.Cuda), ("reference", Kind.Reference));
        return (kind ?? Kind.Auto, 0);
    }
}
