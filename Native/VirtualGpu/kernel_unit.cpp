// The kernels of one source file for one kind of real, in a namespace of their own: the same names mean other types in other units.
// Compiled with VGPU_UNIT, the file, and VGPU_MODULE, what the module is called.
#include <cstring>
#include <type_traits>

#include "kernel_runtime.h"

namespace {
#include VGPU_UNIT
}
