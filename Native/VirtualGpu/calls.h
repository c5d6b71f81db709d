// How the exported functions of cuBLAS and cuDNN are answered, and what handles and descriptors are kept in.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "vgpu.h"

namespace vgpu {

// Ends a call with that status.
struct Refusal {
    int status;
    std::string why;
};

inline void require(bool condition, int status, const std::string& why) {
    if (!condition)
        throw Refusal{status, why};
}

// Nothing can be given back twice, and a stale or invented address is noticed, not followed.
template <class T>
class Objects {
public:
    explicit Objects(const char* kind) : _kind(kind) {}

    T* add() {
        auto object = std::make_unique<T>();
        T* address = object.get();
        std::lock_guard<std::mutex> lock(_gate);
        _objects.emplace(address, std::move(object));
        created(_kind);
        return address;
    }

    // Null for what isn't one.
    T* find(const void* address) {
        std::lock_guard<std::mutex> lock(_gate);
        const auto found = _objects.find(address);
        return found == _objects.end() ? nullptr : found->second.get();
    }

    bool remove(const void* address) {
        std::lock_guard<std::mutex> lock(_gate);
        if (_objects.erase(address) == 0)
            return false;
        destroyed(_kind);
        return true;
    }

private:
    const char* _kind;
    std::mutex _gate;
    std::unordered_map<const void*, std::unique_ptr<T>> _objects;
};

inline CUdeviceptr device_address(const void* pointer) { return reinterpret_cast<CUdeviceptr>(pointer); }

inline bool overlap(const void* a, size_t a_bytes, const void* b, size_t b_bytes) {
    return a_bytes != 0 && b_bytes != 0 && device_address(a) < device_address(b) + b_bytes && device_address(b) < device_address(a) + a_bytes;
}

inline void* to_read(const void* pointer, size_t bytes, size_t alignment) {
    return device_bytes(device_address(pointer), bytes, Access::Read, alignment);
}

inline void* to_write(const void* pointer, size_t bytes, size_t alignment) {
    return device_bytes(device_address(pointer), bytes, Access::Write, alignment);
}

// What is written wholly, or blended with what is there.
inline void* to_blend(const void* pointer, size_t bytes, size_t alignment, float beta) {
    return device_bytes(device_address(pointer), bytes, beta == 0 ? Access::Write : Access::ReadWrite, alignment);
}

}  // namespace vgpu
