// What a kernel's code touches while it runs: who it is, device memory through checks, shared memory, barriers.
// Kernels run one block at a time on one host thread, under the driver's lock, so plain globals do.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "registry.h"
#include "vgpu.h"

namespace vgpu {

constexpr int warp_threads = 32;
constexpr int block_threads = 256;
constexpr uint32_t shared_limit = 48 * 1024;

struct Running {
    const char* kernel = "";
    uint32_t thread = 0;
    uint32_t block = 0, row = 0;
    uint32_t blocks = 1, rows = 1;
    uint64_t epoch = 1;        // goes up at each barrier and each block, for ever
    uint64_t block_epoch = 1;  // the first of this block
    uint32_t shared_bytes = 0;
};
extern Running running;

// The thread that runs did something that ends the launch. What it says is completed by kernel, block and thread.
[[noreturn]] void kernel_fault(int status, const std::string& what);

// ---- device memory

constexpr uint64_t granule = 256;

// Device addresses lie in a range that nothing can be read from; the bytes are elsewhere, at a constant distance.
struct Window {
    uint64_t base = 0;
    uint64_t granules = 0;
    uint8_t* host = nullptr;
    uint16_t* live = nullptr;  // of each granule, how many of its first bytes are allocated
};
extern Window window;

[[noreturn]] void bad_access(uint64_t address, uint32_t bytes, uint32_t alignment, Access access);

// Whether accesses by different blocks, or by different threads between barriers, are compared.
extern bool checking_races;
void note_access(uint64_t address, Access access);

// bytes and alignment are powers of two of at most 16, so that an aligned access lies in one granule.
inline uint8_t* checked(uint64_t address, uint32_t bytes, uint32_t alignment, Access access) {
    const uint64_t offset = address - window.base;
    const uint64_t index = offset / granule;
    if (__builtin_expect((address & (alignment - 1)) != 0 || index >= window.granules || offset % granule + bytes > window.live[index], 0))
        bad_access(address, bytes, alignment, access);
    return window.host + offset;
}

// ---- shared memory

// Who touched an element last, and when.
struct Touch {
    uint64_t write_epoch = 0, read_epoch = 0;
    uint16_t writer = 0, reader = 0;
    uint16_t other_reader = 0;  // any reader besides `reader` in that epoch; equal to it if there was none
};

// One SHARED declaration.
struct SharedSite {
    const char* name;
    size_t element_bytes, count;
    uint64_t block_epoch = 0;  // the block that it was last laid out for
    uint8_t* bytes = nullptr;
    Touch* touches = nullptr;

    constexpr SharedSite(const char* name, size_t element_bytes, size_t count) : name(name), element_bytes(element_bytes), count(count) {}

    // Once a block: garbage, as on a card.
    void enter() {
        if (block_epoch != running.block_epoch)
            lay_out();
    }
    void lay_out();
    void* touch(int64_t element, Access access);
};

// ---- meeting points

void wait_for_block(const char* file, int line);
float exchange(float value, int mask, const char* file, int line);
void note_increment();

}  // namespace vgpu
