// Finds accesses to memory that nothing orders.
#pragma once

namespace vgpu {

// For device memory, where FASTGAN_VGPU_RACES=1 or vgpuCheckRaces asks for it: it takes sixteen times the memory that is touched, and some time.
void races_begin_launch();
void races_begin_block();

}  // namespace vgpu
