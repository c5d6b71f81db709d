// cuInit, cuDevice*, cuCtx*.
#include <cstring>

#include "driver.h"
#include "memory.h"
#include "streams.h"

namespace vgpu {

Context context;

namespace {

// There is one context; its handle is where it lies.
thread_local Context* current = nullptr;

struct Attribute {
    int number;
    int value;
};

// Those of an A100 with fewer multiprocessors. Clock rates, from which speeds could be computed, aren't among them.
constexpr Attribute attributes[] = {
    {16, 8},  // multiprocessors
    {75, 8},  // compute capability: the major number
    {76, 0},  // and the minor one
};

int check_device(const char* function, int device) { return device == 0 ? Success : refuse(InvalidDevice, function, "there is one device, 0"); }

}  // namespace

bool has_context() { return current && context.references > 0; }

int admit(const char* function, Needs needs) {
    if (needs == Needs::Nothing)
        return Success;
    if (!context.initialized)
        return refuse(NotInitialized, function, "cuInit hasn't been called");
    if (needs == Needs::Init)
        return Success;
    if (!current)
        return refuse(InvalidContext, function, "this thread has no current context");
    if (context.references == 0)
        return refuse(ContextIsDestroyed, function, "the thread's context was released");
    if (context.fault != Success)
        return context.fault;
    if (needs == Needs::NoCapture && forbid_during_capture(function))
        return CaptureUnsupported;
    return Success;
}

int fail_context(const char* function, const Fault& fault) {
    if (fault.status == OutOfMemory)
        return refuse(OutOfMemory, function, fault.what());
    if (context.references > 0)
        context.fault = fault.status;
    return refuse(fault.status, function, fault.what());
}

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuInit(unsigned flags) {
    return answer("cuInit", Needs::Nothing, NoDevice, [&](const char* f) {
        if (flags != 0)
            return refuse(InvalidValue, f, "flags must be 0");
        context.initialized = true;
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuDriverGetVersion(int* version) {
    return answer("cuDriverGetVersion", Needs::Nothing, InvalidValue, [&](const char*) {
        *version = 12080;
        return Success;
    });
}

VGPU_EXPORT int cuDeviceGetCount(int* count) {
    return answer("cuDeviceGetCount", Needs::Init, InvalidValue, [&](const char*) {
        *count = 1;
        return Success;
    });
}

VGPU_EXPORT int cuDeviceGet(int* device, int ordinal) {
    return answer("cuDeviceGet", Needs::Init, InvalidDevice, [&](const char* f) {
        *device = ordinal;
        return check_device(f, ordinal);
    });
}

VGPU_EXPORT int cuDeviceGetName(char* name, int bytes, int device) {
    return answer("cuDeviceGetName", Needs::Init, InvalidDevice, [&](const char* f) {
        if (bytes <= 0)
            return refuse(InvalidValue, f, "no room");
        std::strncpy(name, "FastGan virtual GPU", static_cast<size_t>(bytes));
        name[bytes - 1] = 0;
        return check_device(f, device);
    });
}

VGPU_EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    return answer("cuDeviceTotalMem_v2", Needs::Init, InvalidDevice, [&](const char* f) {
        *bytes = device_memory_bytes;
        return check_device(f, device);
    });
}

VGPU_EXPORT int cuDeviceGetAttribute(int* value, int attribute, int device) {
    return answer("cuDeviceGetAttribute", Needs::Init, InvalidValue, [&](const char* f) {
        for (const Attribute& known : attributes)
            if (known.number == attribute) {
                *value = known.value;
                return check_device(f, device);
            }
        return refuse(InvalidValue, f, "attribute " + std::to_string(attribute) + " isn't known here");
    });
}

VGPU_EXPORT int cuDevicePrimaryCtxRetain(Context** handle, int device) {
    return answer("cuDevicePrimaryCtxRetain", Needs::Init, OutOfMemory, [&](const char* f) {
        if (const int status = check_device(f, device))
            return status;
        reserve_device_memory();
        context.references++;
        *handle = &context;
        created("context");
        return static_cast<int>(Success);
    });
}

// With the last reference all goes that the context holds; what the program should have given back stays counted as such.
VGPU_EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
    // Releases even where it is to report a failure.
    const bool fails = injected("cuDevicePrimaryCtxRelease_v2");
    return answer("cuDevicePrimaryCtxRelease_v2", Needs::Init, InvalidContext, false, [&](const char* f) {
        if (const int status = check_device(f, device))
            return status;
        if (context.references == 0)
            return refuse(InvalidContext, f, "the context isn't retained");
        destroyed("context");
        if (--context.references == 0) {
            drop_graphs();
            drop_streams();
            drop_events();
            drop_modules();
            drop_device_memory();
            context.fault = Success;
        }
        return fails ? refuse(InvalidContext, f, "as a test asked") : static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuCtxSetCurrent(Context* handle) {
    return answer("cuCtxSetCurrent", Needs::Init, InvalidContext, [&](const char* f) {
        if (handle && (handle != &context || context.references == 0))
            return refuse(InvalidContext, f, "no such context");
        current = handle;
        return static_cast<int>(Success);
    });
}
}
