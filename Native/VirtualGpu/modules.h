// Functions of loaded modules.
#pragma once
#include "registry.h"

namespace vgpu {

struct Function {
    const Kernel* kernel;
};

// Null for a handle that isn't a function of a loaded module.
Function* find_function(const void* handle);

}  // namespace vgpu
