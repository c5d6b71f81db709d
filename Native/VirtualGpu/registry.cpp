#include "registry.h"

#include <map>

namespace vgpu {

namespace {

using Kernels = std::map<std::pair<std::string, std::string>, Kernel>;

// Filled by static objects of other files, so it must be there when the first of them is made.
Kernels& kernels() {
    static Kernels all;
    return all;
}

}  // namespace

KernelRegistration::KernelRegistration(const char* module, const char* name, size_t params_bytes, void (*body)(const void* params)) {
    kernels()[{module, name}] = {module, name, params_bytes, body};
}

const Kernel* find_kernel(const std::string& module, const std::string& name) {
    const auto found = kernels().find({module, name});
    return found == kernels().end() ? nullptr : &found->second;
}

const Kernel* find_kernel_anywhere(const std::string& name) {
    for (const auto& [key, kernel] : kernels())
        if (key.second == name)
            return &kernel;
    return nullptr;
}

}  // namespace vgpu
