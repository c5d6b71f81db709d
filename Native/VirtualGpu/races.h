// Finds accesses to memory that nothing orders.
#pragma once

namespace vgpu {

// For device memory, where FASTGAN_VGPU_RACES=1 asks for it: it takes eight times the memory, and some time.
void races_begin_launch();
void races_begin_block();

}  // namespace vgpu
