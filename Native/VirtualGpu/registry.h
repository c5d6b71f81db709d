// The kernels that were compiled in, by the module they belong to: real0, real1, real2 (FASTGAN_REAL), or planted.
#pragma once
#include <cstddef>
#include <string>

namespace vgpu {

struct Kernel {
    const char* module;
    const char* name;
    size_t params_bytes;
    void (*body)(const void* params);  // what one thread does
};

struct KernelRegistration {
    KernelRegistration(const char* module, const char* name, size_t params_bytes, void (*body)(const void* params));
};

const Kernel* find_kernel(const std::string& module, const std::string& name);
const Kernel* find_kernel_anywhere(const std::string& name);

}  // namespace vgpu
