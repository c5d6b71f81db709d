using FastGan.Cli.Options;
using FastGan.Cpu;
using FastGan.Programs;
using FastGan.Reference;

namespace FastGan.Cli.Commands;

internal static class Devices
{
    private enum Kind
    {
        Cpu,
        Reference,
    }

    /// <summary>Checks the options alone, so that a slip shows before the data is read.</summary>
    public static void Check(DeviceOptions o)
    {
        KindOf(o);
        Choice.AtLeast("--threads", o.Threads, 1);
    }

    public static Device Open(DeviceOptions o)
    {
        Check(o);
        return KindOf(o) == Kind.Reference ? new ReferenceDevice() : new CpuDevice(o.Threads ?? 0);
    }

    private static Kind KindOf(DeviceOptions o) =>
        Choice.Of("--device", o.Device, ("auto", Kind.Cpu), ("cpu", Kind.Cpu), ("reference", Kind.Reference)) ?? Kind.Cpu;
}
