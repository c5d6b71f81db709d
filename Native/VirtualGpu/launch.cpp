// cuLaunchKernel.
#include <cstring>
#include <memory>
#include <vector>

#include "block.h"
#include "driver.h"
#include "kernel_runtime.h"
#include "modules.h"
#include "streams.h"

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuLaunchKernel(void* handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
                               unsigned shared_bytes, CUstream stream, void** params, void** extra) {
    return answer("cuLaunchKernel", Needs::Context, LaunchOutOfResources, [&](const char* f) {
        const Function* function = find_function(handle);
        if (!function)
            return refuse(InvalidHandle, f, "no such function");
        const Kernel* kernel = function->kernel;
        const std::string name = kernel->name;
        if (grid_x == 0 || grid_y == 0 || grid_z == 0 || grid_x > 2147483647u || grid_y > 65535 || grid_z > 65535)
            return refuse(InvalidValue, f, name + ": grid " + std::to_string(grid_x) + "×" + std::to_string(grid_y) + "×" + std::to_string(grid_z));
        if (grid_z != 1)
            return refuse(InvalidValue, f, name + ": no kernel here looks at a grid's third dimension");
        if (block_x != block_threads || block_y != 1 || block_z != 1)
            return refuse(
                InvalidValue, f,
                name + ": blocks of " + std::to_string(block_x) + "×" + std::to_string(block_y) + "×" + std::to_string(block_z) + ", not 256");
        if (shared_bytes != 0)
            return refuse(shared_bytes > shared_limit ? InvalidValue : LaunchOutOfResources, f, name + ": no kernel here uses dynamic shared memory");
        if (extra)
            return refuse(InvalidValue, f, name + ": parameters through extra aren't accepted");
        if (!params || !params[0])
            return refuse(InvalidValue, f, name + ": no parameters");
        // By value: what the caller's struct becomes later, a graph never sees.
        auto copy = std::make_shared<std::vector<uint64_t>>((kernel->params_bytes + 15) / 8 + 1);
        auto* aligned = reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(copy->data()) + 15) & ~uintptr_t{15});
        std::memcpy(aligned, params[0], kernel->params_bytes);
        return submit(stream, name, [=, keep = copy] { run_grid(*kernel, aligned, grid_x, grid_y); });
    });
}
}
