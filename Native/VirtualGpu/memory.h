// Device memory and pinned host memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "vgpu.h"

namespace vgpu {

constexpr uint64_t device_memory_bytes = 16ull << 30;

// Reserves the device's addresses. Once; later calls do nothing.
void reserve_device_memory();

uint64_t used_device_memory();

// Status of cuMemAlloc and cuMemFree.
int allocate_device_memory(const char* function, size_t bytes, CUdeviceptr* address);
int free_device_memory(const char* function, CUdeviceptr address);
void drop_device_memory();

// "address is 12 bytes past the end of the 400 bytes at …"
std::string describe_address(CUdeviceptr address, size_t bytes);

int allocate_pinned_memory(const char* function, size_t bytes, void** address);
int free_pinned_memory(const char* function, void* address);
bool is_pinned(const void* address, size_t bytes);

}  // namespace vgpu
