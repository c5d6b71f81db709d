using FastGan.Cli.Display;
using FastGan.Cli.Options;
using FastGan.Cuda;
using FastGan.Programs;

namespace FastGan.Cli.Commands;

/// <summary>What is there, and then whether it computes what the processor computes.</summary>
internal static class DoctorCommand
{
    public static int Run(DoctorOptions o)
    {
        string name = o.Device ?? "cuda";
        int ordinal = Devices.Ordinal("doctor", name) ?? throw new FastGanException($"doctor looks at GPUs: cuda, or cuda:1, not '{name}'");
        Findings findings = Doctor.Examine(ordinal, Examination.Context);
        Terminal.Heading("What training on an NVIDIA GPU needs");
        Finding? first = findings.All.FirstOrDefault(f => f.IsProblem);
        foreach (Finding finding in findings.All)
            Print(finding, withPaths: o.Verbose || finding == first);
        string? reason = findings.Reason;
        if (reason is null)
        {
            Console.WriteLine();
            Terminal.Heading("The same operations on the GPU and on the processor, each run directly, captured, and replayed");
            foreach (Precision precision in Doctor.Precisions(findings.ComputeCapability))
            {
                Finding result = DeviceCheck.Run(ordinal, precision);
                Print(result, withPaths: false);
                if (result.IsProblem)
                    reason ??= $"{result.Name}: {result.Text}";
            }
        }

        Console.WriteLine();
        if (reason is not null)
        {
            Console.WriteLine($"Training on the GPU can't work here: {reason}.");
            Console.WriteLine("Training on the processor works, and so does everything else: fastgan train dcgan --device cpu");
            return ExitCode.NoGpu;
        }

        Console.WriteLine(findings.IsVirtual
            ? "Training on the virtual GPU works. It is for tests: it computes on the processor, slowly."
            : $"Training on the GPU works: fastgan train dcgan --device {name}");
        return ExitCode.Done;
    }

    private static void Print(Finding finding, bool withPaths)
    {
        const int width = 10;
        string indent = new(' ', width + 4);
        Console.WriteLine($"  {finding.Name.PadRight(width)}  {finding.Text}");
        foreach (string path in withPaths ? finding.Tried : [])
            Console.WriteLine($"{indent}tried {path}");
        if (finding.Tried.Count > 0 && !withPaths)
            Console.WriteLine($"{indent}tried {finding.Tried.Count} paths, which --verbose lists");
        if (finding.Fix is not null)
            Console.WriteLine($"{indent}→ {finding.Fix}");
    }
}
