// cuGetErrorName and cuGetErrorString.
#include "errors.h"

#include "driver.h"

namespace {

struct Description {
    int status;
    const char* name;
    const char* text;
};

const Description descriptions[] = {
    {vgpu::Success, "CUDA_SUCCESS", "no error"},
    {vgpu::InvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {vgpu::OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {vgpu::NotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {vgpu::Deinitialized, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"},
    {vgpu::StubLibrary, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
    {vgpu::NoDevice, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {vgpu::InvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {vgpu::InvalidImage, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {vgpu::InvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {vgpu::NoBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {vgpu::InvalidPtx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {vgpu::UnsupportedPtxVersion, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
    {vgpu::InvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {vgpu::IllegalState, "CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"},
    {vgpu::NotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {vgpu::NotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {vgpu::IllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {vgpu::LaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {vgpu::ContextIsDestroyed, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {vgpu::MisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {vgpu::LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {vgpu::NotSupported, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {vgpu::SystemDriverMismatch, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {vgpu::CompatNotSupportedOnDevice, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "forward compatibility was attempted on non supported HW"},
    {vgpu::CaptureUnsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {vgpu::CaptureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {vgpu::CaptureMerge, "CUDA_ERROR_STREAM_CAPTURE_MERGE", "operation would result in a merge of separate capture sequences"},
    {vgpu::CaptureUnmatched, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not ended in the same stream as it began"},
    {vgpu::CaptureUnjoined, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
    {vgpu::CaptureIsolation, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"},
    {vgpu::CaptureImplicit, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream"},
    {vgpu::CapturedEvent, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
    {vgpu::CaptureWrongThread, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "attempt to terminate a thread-local capture sequence from another thread"},
    {vgpu::GraphExecUpdateFailure, "CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE",
     "the graph update was not performed because it included changes which violated "
     "constraints specific to instantiated graph update"},
};

const Description* find(int status) {
    for (const Description& description : descriptions)
        if (description.status == status)
            return &description;
    return nullptr;
}

}  // namespace

extern "C" {

VGPU_EXPORT int cuGetErrorName(int status, const char** name) {
    return vgpu::answer("cuGetErrorName", vgpu::Needs::Nothing, vgpu::InvalidValue, [&](const char*) {
        const Description* found = find(status);
        *name = found ? found->name : nullptr;
        return found ? vgpu::Success : vgpu::InvalidValue;
    });
}

VGPU_EXPORT int cuGetErrorString(int status, const char** text) {
    return vgpu::answer("cuGetErrorString", vgpu::Needs::Nothing, vgpu::InvalidValue, [&](const char*) {
        const Description* found = find(status);
        *text = found ? found->text : nullptr;
        return found ? vgpu::Success : vgpu::InvalidValue;
    });
}
}
