// cuMem*: allocations, copies, fills.
#include <cstring>

#include "driver.h"
#include "memory.h"
#include "streams.h"

namespace vgpu {

namespace {

bool forbidden(const char* function) { return forbid_during_capture(function); }

int check_device(const char* function, const char* what, CUdeviceptr address, size_t bytes) {
    return is_device_memory(address, bytes)
               ? Success
               : refuse(InvalidValue, function, std::string(what) + " isn't device memory: " + describe_address(address, bytes));
}

// A card would take such memory too, but copy it through a buffer of the driver's, and wait.
int check_pinned(const char* function, const void* address, size_t bytes) {
    return is_pinned(address, bytes)
               ? Success
               : refuse(InvalidValue, function, "the host's side isn't pinned memory, so that the copy would not be asynchronous");
}

void require_pinned(const void* address, size_t bytes) {
    if (!is_pinned(address, bytes))
        throw Fault(IllegalAddress, "pinned memory was freed before a copy that used it had run");
}

}  // namespace

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
    return answer("cuMemAlloc_v2", Needs::NoCapture, OutOfMemory, [&](const char* f) { return allocate_device_memory(f, bytes, address); });
}

VGPU_EXPORT int cuMemFree_v2(CUdeviceptr address) {
    return answer("cuMemFree_v2", Needs::Release, InvalidValue, [&](const char* f) {
        if (forbidden(f))
            return static_cast<int>(CaptureUnsupported);
        return address == 0 ? Success : free_device_memory(f, address);
    });
}

VGPU_EXPORT int cuMemHostAlloc(void** address, size_t bytes, unsigned flags) {
    return answer("cuMemHostAlloc", Needs::NoCapture, OutOfMemory,
                  [&](const char* f) { return flags > 7 ? refuse(InvalidValue, f, "unknown flags") : allocate_pinned_memory(f, bytes, address); });
}

VGPU_EXPORT int cuMemFreeHost(void* address) {
    return answer("cuMemFreeHost", Needs::Release, InvalidValue,
                  [&](const char* f) { return forbidden(f) ? static_cast<int>(CaptureUnsupported) : free_pinned_memory(f, address); });
}

VGPU_EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
    return answer("cuMemGetInfo_v2", Needs::Context, InvalidValue, [&](const char*) {
        *total = device_memory_bytes;
        *free = device_memory_bytes - used_device_memory();
        return Success;
    });
}

VGPU_EXPORT int cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
    return answer("cuMemcpyHtoDAsync_v2", Needs::Context, InvalidValue, [&](const char* f) {
        if (bytes == 0)
            return static_cast<int>(Success);
        if (const int status = check_device(f, "the destination", to, bytes))
            return status;
        if (const int status = check_pinned(f, from, bytes))
            return status;
        return submit(stream, f,
                      [=] {
                          require_pinned(from, bytes);
                          std::memcpy(device_bytes(to, bytes, Access::Write, 1), from, bytes);
                      },
                      {HostUse::Read, static_cast<uint8_t*>(const_cast<void*>(from)), bytes});
    });
}

VGPU_EXPORT int cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return answer("cuMemcpyDtoHAsync_v2", Needs::Context, InvalidValue, [&](const char* f) {
        if (bytes == 0)
            return static_cast<int>(Success);
        if (const int status = check_device(f, "the source", from, bytes))
            return status;
        if (const int status = check_pinned(f, to, bytes))
            return status;
        return submit(stream, f,
                      [=] {
                          require_pinned(to, bytes);
                          std::memcpy(to, device_bytes(from, bytes, Access::Read, 1), bytes);
                      },
                      {HostUse::Write, static_cast<uint8_t*>(to), bytes});
    });
}

VGPU_EXPORT int cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return answer("cuMemcpyDtoDAsync_v2", Needs::Context, InvalidValue, [&](const char* f) {
        if (bytes == 0)
            return static_cast<int>(Success);
        if (const int status = check_device(f, "the destination", to, bytes))
            return status;
        if (const int status = check_device(f, "the source", from, bytes))
            return status;
        if (to < from + bytes && from < to + bytes)
            return refuse(InvalidValue, f, "source and destination overlap");
        return submit(stream, f, [=] { std::memcpy(device_bytes(to, bytes, Access::Write, 1), device_bytes(from, bytes, Access::Read, 1), bytes); });
    });
}

VGPU_EXPORT int cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    return answer("cuMemsetD8Async", Needs::Context, InvalidValue, [&](const char* f) {
        if (count == 0)
            return static_cast<int>(Success);
        if (const int status = check_device(f, "the destination", to, count))
            return status;
        return submit(stream, f, [=] { std::memset(device_bytes(to, count, Access::Write, 1), value, count); });
    });
}
}
