#include "races.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "driver.h"
#include "errors.h"
#include "kernel_runtime.h"
#include "memory.h"

namespace vgpu {

bool checking_races = false;

namespace {

std::string by(uint16_t thread) { return "thread " + std::to_string(thread); }

}  // namespace

// ---- shared memory: always

void SharedSite::lay_out() {
    const size_t size = element_bytes * count;
    if (!bytes) {
        bytes = static_cast<uint8_t*>(std::calloc(1, size));
        touches = static_cast<Touch*>(std::calloc(count, sizeof(Touch)));
    }
    running.shared_bytes += static_cast<uint32_t>(size);
    if (running.shared_bytes > shared_limit)
        kernel_fault(LaunchFailed, "more than " + std::to_string(shared_limit) + " bytes of shared memory");
    std::memset(bytes, 0xff, size);
    block_epoch = running.block_epoch;
}

namespace {

bool read_by_another(const Touch& touch, uint16_t self) {
    return touch.read_epoch == running.epoch && (touch.reader != self || touch.other_reader != self);
}

void note_read(Touch& touch, uint16_t self) {
    if (touch.read_epoch != running.epoch) {
        touch.read_epoch = running.epoch;
        touch.reader = touch.other_reader = self;
    } else if (touch.reader != self) {
        touch.other_reader = self;
    }
}

void note_write(Touch& touch, uint16_t self) {
    touch.write_epoch = running.epoch;
    touch.writer = self;
}

}  // namespace

void* SharedSite::touch(int64_t element, Access access) {
    if (element < 0 || static_cast<size_t>(element) >= count)
        kernel_fault(IllegalAddress, "element " + std::to_string(element) + " of shared '" + name + "', which has " + std::to_string(count));
    Touch& touch = touches[element];
    const auto self = static_cast<uint16_t>(running.thread);
    const std::string_view missing = ": missing sync_block";
    const auto race = [&](const char* before, uint16_t other) {
        kernel_fault(LaunchFailed, "element " + std::to_string(element) + " of shared '" + name + "' is " +
                                       (access == Access::Read ? "read" : "written") + ", and was " + before + " by " + by(other) +
                                       std::string(missing));
    };
    if (touch.write_epoch == running.epoch && touch.writer != self)
        race("written", touch.writer);
    if (access == Access::Read) {
        note_read(touch, self);
    } else {
        if (read_by_another(touch, self))
            race("read", touch.reader != self ? touch.reader : touch.other_reader);
        note_write(touch, self);
    }
    return bytes + element_bytes * static_cast<size_t>(element);
}

// ---- device memory: within a launch, other blocks' work is ordered only through increment()

namespace {

struct BlockHistory {
    uint64_t first_epoch;
    uint64_t increment_epoch;  // of the last increment; 0 if there was none
    uint32_t incrementer;
    uint32_t block, row;
};

bool& asked_for() {
    static bool asked = [] {
        const char* value = std::getenv("FASTGAN_VGPU_RACES");
        return value && std::strcmp(value, "1") == 0;
    }();
    return asked;
}

std::vector<BlockHistory> history;
Touch* touches = nullptr;  // of each two bytes

// A block's writes are ordered for others once it has incremented after them.
bool ordered(const BlockHistory& block, uint64_t epoch, uint16_t thread) {
    return block.increment_epoch > epoch || (block.increment_epoch == epoch && block.incrementer == thread);
}

// And others' for a block once it has incremented, and met a barrier where another thread did.
bool has_acquired(const BlockHistory& block, uint16_t self) {
    return block.increment_epoch != 0 && (block.increment_epoch < running.epoch || block.incrementer == self);
}

void compare(uint64_t address, Access access, const char* before, uint64_t epoch, uint16_t other, uint16_t self) {
    if (epoch < history.front().first_epoch)
        return;
    const char* now = access == Access::Read ? "read" : "written";
    if (epoch >= running.block_epoch) {
        if (epoch == running.epoch && other != self)
            kernel_fault(LaunchFailed,
                         describe_address(address, 1) + " is " + now + ", and was " + before + " by " + by(other) + ": missing sync_block");
        return;
    }
    const auto next =
        std::upper_bound(history.begin(), history.end(), epoch, [](uint64_t value, const BlockHistory& block) { return value < block.first_epoch; });
    const BlockHistory& block = *std::prev(next);
    if (!ordered(block, epoch, other) || !has_acquired(history.back(), self))
        kernel_fault(LaunchFailed, describe_address(address, 1) + " is " + now + ", and was " + before + " by block " + std::to_string(block.block) +
                                       ", row " + std::to_string(block.row) + " of the same launch, with no increment in between");
}

}  // namespace

void races_begin_launch() {
    checking_races = asked_for();
    if (!checking_races)
        return;
    history.clear();
    if (touches)
        return;
    void* memory =
        mmap(nullptr, window.granules * granule / 2 * sizeof(Touch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw Fault(OutOfMemory, "no address space for the comparison of accesses");
    touches = static_cast<Touch*>(memory);
}

void races_begin_block() {
    if (checking_races)
        history.push_back({running.block_epoch, 0, 0, running.block, running.row});
}

void note_access(uint64_t address, Access access) {
    Touch& touch = touches[(address - window.base) / 2];
    const auto self = static_cast<uint16_t>(running.thread);
    compare(address, access, "written", touch.write_epoch, touch.writer, self);
    if (access == Access::Read) {
        note_read(touch, self);
        return;
    }
    compare(address, access, "read", touch.read_epoch, touch.reader, self);
    compare(address, access, "read", touch.read_epoch, touch.other_reader, self);
    note_write(touch, self);
}

void note_increment() {
    if (!checking_races)
        return;
    history.back().increment_epoch = running.epoch;
    history.back().incrementer = running.thread;
}

void bad_access(uint64_t address, uint32_t bytes, uint32_t alignment, Access access) {
    const std::string what = access == Access::Read ? "reads " : "writes ";
    const bool misaligned = (address & (alignment - 1)) != 0;
    kernel_fault(misaligned ? MisalignedAddress : IllegalAddress, what + std::to_string(bytes) + " bytes: " + describe_address(address, bytes) +
                                                                      (misaligned ? ", not a multiple of " + std::to_string(alignment) : ""));
}

}  // namespace vgpu

extern "C" void vgpuCheckRaces(int on) {
    std::lock_guard<std::recursive_mutex> lock(vgpu::gate);
    vgpu::asked_for() = on != 0;
}
