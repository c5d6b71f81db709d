namespace FastGan.Cuda.Api;

/// <summary>CUdevice_attribute, those that are asked for.</summary>
internal enum DeviceAttribute
{
    MultiprocessorCount = 16,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
}

[Flags]
internal enum HostAllocation : uint
{
    None = 0,
    Portable = 1,
    DeviceMap = 2,
    WriteCombined = 4,
}

internal enum StreamKind : uint
{
    Default = 0,
    NonBlocking = 1,
}

internal enum CaptureMode
{
    Global = 0,
    ThreadLocal = 1,
    Relaxed = 2,
}

[Flags]
internal enum EventKind : uint
{
    Default = 0,
    BlockingSync = 1,
    DisableTiming = 2,
}

/// <summary>CUjit_option, those that are given.</summary>
internal enum JitOption
{
    ErrorLogBuffer = 5,
    ErrorLogBufferBytes = 6,
}
