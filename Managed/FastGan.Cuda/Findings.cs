namespace FastGan.Cuda;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">"driver", "cuDNN".</param>
/// <param name="Text">What was found, or what is wrong.</param>
public sealed record Finding(string Name, string Text)
{
    /// <summary>Whether training can't work because of this.</summary>
    public bool IsProblem { get; init; }

    /// <summary>What to do about the problem.</summary>
    public string? Fix { get; init; }

    /// <summary>Paths that were tried, and what was wrong with each.</summary>
    public IReadOnlyList<string> Tried { get; init; } = [];

    internal static Finding Of(string name, CudaException e) => new(name, e.Failure) { IsProblem = true, Fix = e.Hint, Tried = e.Tried };
}

/// <summary>What <see cref="Doctor"/> found.</summary>
/// <param name="IsVirtual">Whether the device is the virtual GPU.</param>
/// <param name="Device">Name of the GPU that was asked for; null where there is none.</param>
/// <param name="ComputeCapability">Of that GPU: 80 is 8.0.</param>
public sealed record Findings(IReadOnlyList<Finding> All, bool IsVirtual, string? Device, int ComputeCapability)
{
    /// <summary>In one line why training on the GPU can't work; null where nothing speaks against it.</summary>
    public string? Reason => All.FirstOrDefault(f => f.IsProblem) is Finding problem
        ? problem.Fix is null ? problem.Text : $"{problem.Text}; {problem.Fix}"
        : null;
}
