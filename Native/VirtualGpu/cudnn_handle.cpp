// Versions, handles, and the texts of errors.
#include <algorithm>

#include "cudnn_calls.h"

namespace vgpu::dnn {
namespace {

Objects<Handle> handles("cudnn handle");

thread_local std::string last_error;

}  // namespace

Handle& handle_of(const void* handle) {
    require(handle != nullptr, BadParamNullPointer, "the handle is null");
    Handle* found = handles.find(handle);
    require(found != nullptr, NotInitialized, "not a handle, or one that was destroyed");
    return *found;
}

void remember(const char* function, const std::string& why) { last_error = std::string(function) + ": " + why; }

void submit(const Handle& handle, const std::string& name, std::function<void()> work) {
    require(enqueue(handle.stream, name, std::move(work)) == 0, ExecutionFailed, "the handle's stream takes no work");
}

extern "C" {

// Where a test asks one of these two to fail there is no status to give: a version that nobody can take for one.
VGPU_EXPORT size_t cudnnGetVersion(void) { return injected(__func__) ? 0 : 90600; }
VGPU_EXPORT size_t cudnnGetCudartVersion(void) { return injected(__func__) ? 0 : 12060; }

VGPU_EXPORT int cudnnGraphVersionCheck(void) {
    return answer(__func__, [] {});
}
VGPU_EXPORT int cudnnOpsVersionCheck(void) {
    return answer(__func__, [] {});
}
VGPU_EXPORT int cudnnCnnVersionCheck(void) {
    return answer(__func__, [] {});
}

VGPU_EXPORT int cudnnCreate(void** handle) {
    return answer_in_context(__func__, [&] {
        require(handle != nullptr, BadParamNullPointer, "handle is null");
        require(!forbid_during_capture("cudnnCreate"), InternalErrorDeviceAllocationFailed, "it allocates device memory, which no capture allows");
        *handle = handles.add();
    });
}

// Gives the handle back even where a test asked it to report a failure, as the real one does.
VGPU_EXPORT int cudnnDestroy(void* handle) {
    const bool removed = handles.remove(handle);
    return answer(__func__, [&] { require(removed, BadParam, "not a handle, or one that was destroyed"); });
}

VGPU_EXPORT int cudnnSetStream(void* handle, CUstream stream) {
    return answer_in_context(__func__, [&] {
        Handle& h = handle_of(handle);
        require(stream == nullptr || is_stream(stream), BadParam, "not a stream, or one that was destroyed");
        h.stream = stream;
    });
}

// The two that follow look up a text: they aren't counted as calls that may fail.
VGPU_EXPORT const char* cudnnGetErrorString(int status) {
    switch (status) {
        case Success:
            return "CUDNN_STATUS_SUCCESS";
        case NotInitialized:
            return "CUDNN_STATUS_NOT_INITIALIZED";
        case BadParam:
            return "CUDNN_STATUS_BAD_PARAM";
        case BadParamNullPointer:
            return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
        case BadParamMisalignedPointer:
            return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
        case BadParamSizeInsufficient:
            return "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT";
        case BadParamShapeMismatch:
            return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
        case NotSupported:
            return "CUDNN_STATUS_NOT_SUPPORTED";
        case NotSupportedShape:
            return "CUDNN_STATUS_NOT_SUPPORTED_SHAPE";
        case NotSupportedDataType:
            return "CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE";
        case NotSupportedLayout:
            return "CUDNN_STATUS_NOT_SUPPORTED_LAYOUT";
        case InternalErrorDeviceAllocationFailed:
            return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
        case ExecutionFailed:
            return "CUDNN_STATUS_EXECUTION_FAILED";
        case ExecutionFailedCudart:
            return "CUDNN_STATUS_EXECUTION_FAILED_CUDART";
        default:
            return "CUDNN_UNKNOWN_STATUS";
    }
}

// Gives the message out once.
VGPU_EXPORT void cudnnGetLastErrorString(char* message, size_t bytes) {
    if (message == nullptr || bytes == 0)
        return;
    const size_t length = std::min(bytes - 1, last_error.size());
    std::copy_n(last_error.data(), length, message);
    message[length] = 0;
    last_error.clear();
}

}  // extern "C"

}  // namespace vgpu::dnn
