// CUresult, as far as the stand-in gives it.
#pragma once

namespace vgpu {

enum Status {
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NotInitialized = 3,
    NoDevice = 100,
    InvalidDevice = 101,
    InvalidImage = 200,
    InvalidContext = 201,
    NoBinaryForGpu = 209,
    InvalidHandle = 400,
    IllegalState = 401,
    NotFound = 500,
    NotReady = 600,
    IllegalAddress = 700,
    LaunchOutOfResources = 701,
    ContextIsDestroyed = 709,
    MisalignedAddress = 716,
    LaunchFailed = 719,
    CaptureUnsupported = 900,
    CaptureInvalidated = 901,
    CaptureImplicit = 906,
    CapturedEvent = 907,
    CaptureWrongThread = 908,
};

}  // namespace vgpu
