// Handles and their settings.
#include "cublas_handle.h"

namespace vgpu::blas {
namespace {

Objects<Handle> handles("cublas handle");

}  // namespace

Handle& handle_of(const void* handle) {
    Handle* found = handles.find(handle);
    require(found != nullptr, NotInitialized, "not a handle, or one that was destroyed");
    return *found;
}

extern "C" {

VGPU_EXPORT int cublasCreate_v2(void** handle) {
    return answer(__func__, [&] {
        require(handle != nullptr, InvalidValue, "handle is null");
        require(!forbid_during_capture("cublasCreate_v2"), AllocFailed, "it allocates device memory, which no capture allows");
        *handle = handles.add();
    });
}

// Gives the handle back even where a test asked it to report a failure, as the real one does.
VGPU_EXPORT int cublasDestroy_v2(void* handle) {
    bool removed = false;
    const int status = answer(__func__, [&] { removed = handles.remove(handle); });
    if (status == ExecutionFailed)
        handles.remove(handle);
    else if (status == Success && !removed)
        return explain(__func__, "not a handle, or one that was destroyed"), NotInitialized;
    return status;
}

VGPU_EXPORT int cublasGetVersion_v2(void* handle, int* version) {
    return answer(__func__, [&] {
        handle_of(handle);
        require(version != nullptr, InvalidValue, "version is null");
        *version = 120604;
    });
}

// Takes the workspace away, as the real one does.
VGPU_EXPORT int cublasSetStream_v2(void* handle, CUstream stream) {
    return answer(__func__, [&] {
        Handle& h = handle_of(handle);
        require(stream == nullptr || is_stream(stream), InvalidValue, "not a stream, or one that was destroyed");
        h.stream = stream;
        h.workspace = nullptr;
        h.workspace_bytes = 0;
    });
}

VGPU_EXPORT int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    return answer(__func__, [&] {
        Handle& h = handle_of(handle);
        require(workspace != nullptr && bytes != 0, InvalidValue, "a workspace of no bytes");
        require(device_address(workspace) % 256 == 0, InvalidValue, "a workspace must be aligned to 256 bytes");
        require(is_device_memory(device_address(workspace), bytes), InvalidValue, "the workspace isn't in one live allocation of device memory");
        h.workspace = workspace;
        h.workspace_bytes = bytes;
    });
}

VGPU_EXPORT int cublasSetMathMode(void* handle, int mode) {
    return answer(__func__, [&] {
        Handle& h = handle_of(handle);
        const int precision = mode & ~DisallowReducedPrecisionReduction;
        require(precision == DefaultMath || precision == PedanticMath || precision == Tf32Math, InvalidValue, "no such math mode");
        h.math = mode;
    });
}

// Not counted as a call that may fail: it looks up a text.
VGPU_EXPORT const char* cublasGetStatusString(int status) {
    switch (status) {
        case Success:
            return "success";
        case NotInitialized:
            return "the library was not initialized";
        case AllocFailed:
            return "the resource allocation failed";
        case InvalidValue:
            return "an unsupported value or parameter was passed to the function";
        case ArchMismatch:
            return "an absent device architectural feature is required";
        case MappingError:
            return "an access to GPU memory space failed";
        case ExecutionFailed:
            return "the GPU program failed to execute";
        case InternalError:
            return "an internal operation failed";
        case NotSupported:
            return "the functionality requested is not supported";
        default:
            return "an unknown status";
    }
}

}  // extern "C"

}  // namespace vgpu::blas
