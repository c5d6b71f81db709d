// cuBLAS's handle, statuses and constants.
#pragma once
#include "calls.h"

namespace vgpu::blas {

enum Status : int {
    Success = 0,
    NotInitialized = 1,
    AllocFailed = 3,
    InvalidValue = 7,
    ArchMismatch = 8,
    MappingError = 11,
    ExecutionFailed = 13,
    InternalError = 14,
    NotSupported = 15,
};

enum Math : int { DefaultMath = 0, PedanticMath = 2, Tf32Math = 3, DisallowReducedPrecisionReduction = 16 };

struct Handle {
    CUstream stream = nullptr;
    const void* workspace = nullptr;  // null: the library's own
    size_t workspace_bytes = 0;
    int math = DefaultMath;
};

Handle& handle_of(const void* handle);

// The frame of every exported function: counts it, and turns refusals into statuses.
template <class Body>
int answer(const char* function, Body body) {
    try {
        require(!injected(function), ExecutionFailed, "as a test asked");
        require(has_context(), NotInitialized, "the thread has no current context");
        body();
        return Success;
    } catch (const Refusal& refusal) {
        explain(function, refusal.why);
        return refusal.status;
    }
}

}  // namespace vgpu::blas
