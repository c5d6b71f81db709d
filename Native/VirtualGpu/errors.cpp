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
    {vgpu::NoDevice, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {vgpu::InvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {vgpu::InvalidImage, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {vgpu::InvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {vgpu::NoBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {vgpu::InvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {vgpu::IllegalState, "CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"},
    {vgpu::NotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {vgpu::NotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {vgpu::IllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {vgpu::LaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {vgpu::ContextIsDestroyed, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {vgpu::MisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {vgpu::LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {vgpu::CaptureUnsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {vgpu::CaptureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {vgpu::CaptureImplicit, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream"},
    {vgpu::CapturedEvent, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
    {vgpu::CaptureWrongThread, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "attempt to terminate a thread-local capture sequence from another thread"},
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
