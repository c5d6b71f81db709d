// Runs the blocks of a launch.
#pragma once
#include <cstdint>

#include "registry.h"

namespace vgpu {

// Throws Fault.
void run_grid(const Kernel& kernel, const void* params, uint32_t blocks, uint32_t rows);

}  // namespace vgpu
