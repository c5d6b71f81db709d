#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <map>

#include "driver.h"
#include "kernel_runtime.h"

namespace vgpu {

Window window;

namespace {

// Addresses are handed out in rising order over a range larger than the memory, so that freed ones come back late.
constexpr uint64_t range_bytes = 64ull << 30;

// Never accessible, on both sides of each allocation. Costs addresses alone.
constexpr uint64_t red_zone = 64 << 10;

// Allocations are aligned to 256 bytes as promised, and to no more, though real ones usually are.
constexpr uint64_t promised_alignment = 256;

std::map<uint64_t, uint64_t> allocations;         // offset → bytes
std::deque<std::pair<uint64_t, uint64_t>> freed;  // the latest, to say so
std::map<const uint8_t*, size_t> pinned;
uint64_t used = 0;
uint64_t cursor = 0;

uint64_t round_up(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

uint64_t page() {
    static const uint64_t bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

void* reserve(uint64_t bytes, int protection) {
    void* address = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? nullptr : address;
}

// What the machine can still give, so that a request for too much is refused instead of the process being killed.
uint64_t available_host_memory() {
    uint64_t kilobytes = ~0ull >> 10;
    if (FILE* file = std::fopen("/proc/meminfo", "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, file))
            if (std::sscanf(line, "MemAvailable: %lu", &kilobytes) == 1)
                break;
        std::fclose(file);
    }
    return kilobytes << 10;
}

// The space that an allocation takes with its red zones. The memory's own pages are whole, so that those of the red zones stay inaccessible.
uint64_t space_of(uint64_t bytes) { return 2 * red_zone + round_up(promised_alignment + bytes, page()); }

// The allocation's pages: from the page before its first byte on.
uint64_t first_page(uint64_t offset) { return offset - promised_alignment; }

void mark(uint64_t offset, uint64_t bytes, bool live) {
    for (uint64_t done = 0; done < bytes; done += granule)
        window.live[(offset + done) / granule] = live ? static_cast<uint16_t>(bytes - done < granule ? bytes - done : granule) : 0;
}

// A gap of the given size at or after `from`, or range_bytes.
uint64_t find_gap(uint64_t from, uint64_t space) {
    auto next = allocations.lower_bound(from);
    if (next != allocations.begin()) {
        const auto before = std::prev(next);
        const uint64_t end = first_page(before->first) - red_zone + space_of(before->second);
        from = from < end ? end : from;
    }
    for (; from + space <= range_bytes; ++next) {
        if (next == allocations.end() || from + space <= first_page(next->first) - red_zone)
            return from;
        from = first_page(next->first) - red_zone + space_of(next->second);
    }
    return range_bytes;
}

std::map<uint64_t, uint64_t>::iterator allocation_at(uint64_t offset) {
    auto next = allocations.upper_bound(offset);
    if (next == allocations.begin())
        return allocations.end();
    --next;
    return offset - next->first < next->second ? next : allocations.end();
}

void release(std::map<uint64_t, uint64_t>::iterator allocation) {
    const auto [offset, bytes] = *allocation;
    mark(offset, bytes, false);
    uint8_t* pages = window.host + first_page(offset);
    const uint64_t length = round_up(promised_alignment + bytes, page());
    madvise(pages, length, MADV_DONTNEED);
    mprotect(pages, length, PROT_NONE);
    used -= bytes;
    freed.emplace_back(offset, bytes);
    if (freed.size() > 256)
        freed.pop_front();
    allocations.erase(allocation);
    destroyed("memory");
}

std::string hexadecimal(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

}  // namespace

void reserve_device_memory() {
    if (window.granules != 0)
        return;
    void* addresses = reserve(range_bytes, PROT_NONE);
    void* bytes = reserve(range_bytes, PROT_NONE);
    void* live = reserve(range_bytes / granule * sizeof(uint16_t), PROT_READ | PROT_WRITE);
    if (!addresses || !bytes || !live)
        throw Fault(OutOfMemory, "no address space for the virtual GPU's memory");
    window.base = reinterpret_cast<uint64_t>(addresses);
    window.host = static_cast<uint8_t*>(bytes);
    window.live = static_cast<uint16_t*>(live);
    window.granules = range_bytes / granule;
}

uint64_t used_device_memory() { return used; }

int allocate_device_memory(const char* function, size_t bytes, CUdeviceptr* address) {
    if (bytes == 0)
        return refuse(InvalidValue, function, "0 bytes");
    if (bytes > device_memory_bytes - used || bytes > available_host_memory())
        return refuse(OutOfMemory, function, std::to_string(bytes) + " bytes");
    const uint64_t space = space_of(bytes);
    uint64_t gap = find_gap(cursor, space);
    if (gap == range_bytes)
        gap = find_gap(0, space);
    if (gap == range_bytes)
        return refuse(OutOfMemory, function, "no gap of " + std::to_string(bytes) + " bytes");
    const uint64_t pages = gap + red_zone;
    const uint64_t length = round_up(promised_alignment + bytes, page());
    if (mprotect(window.host + pages, length, PROT_READ | PROT_WRITE) != 0)
        return refuse(OutOfMemory, function, "the host has no memory left");
    const uint64_t offset = pages + promised_alignment;
    // NaN as float, half and bfloat; an absurd index as an integer.
    std::memset(window.host + offset, 0xff, bytes);
    mark(offset, bytes, true);
    allocations[offset] = bytes;
    used += bytes;
    cursor = gap + space;
    *address = window.base + offset;
    created("memory");
    return Success;
}

int free_device_memory(const char* function, CUdeviceptr address) {
    const auto found = allocations.find(address - window.base);
    if (found == allocations.end())
        return refuse(InvalidValue, function, describe_address(address, 1));
    release(found);
    return Success;
}

void drop_device_memory() {
    while (!allocations.empty())
        release(allocations.begin());
}

std::string describe_address(CUdeviceptr address, size_t bytes) {
    const std::string text = hexadecimal(address);
    const uint64_t offset = address - window.base;
    if (offset >= range_bytes)
        return text + " is no device address";
    for (const auto& [start, length] : freed)
        if (offset >= start && offset - start < length && allocation_at(offset) == allocations.end())
            return text + " was freed";
    auto next = allocations.upper_bound(offset);
    if (next != allocations.end() && next->first - offset <= red_zone &&
        (next == allocations.begin() || offset >= std::prev(next)->first + std::prev(next)->second + red_zone))
        return text + " is " + std::to_string(next->first - offset) + " bytes before an allocation of " + std::to_string(next->second);
    if (next == allocations.begin())
        return text + " was never allocated";
    --next;
    const uint64_t end = next->first + next->second;
    if (offset < end)
        return text + ", " + std::to_string(bytes) + " bytes, at " + std::to_string(offset - next->first) + " of an allocation of " +
               std::to_string(next->second);
    if (offset - end <= red_zone)
        return text + " is " + std::to_string(offset - end) + " bytes past the end of an allocation of " + std::to_string(next->second);
    return text + " was never allocated";
}

bool is_device_memory(CUdeviceptr address, size_t bytes) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    if (address < window.base || address - window.base >= range_bytes)
        return false;
    const auto found = allocation_at(address - window.base);
    return found != allocations.end() && bytes <= found->first + found->second - (address - window.base);
}

void* device_bytes(CUdeviceptr address, size_t bytes, Access, size_t alignment) {
    const auto found = address < window.base ? allocations.end() : allocation_at(address - window.base);
    if (found == allocations.end() || bytes > found->first + found->second - (address - window.base))
        throw Fault(IllegalAddress, describe_address(address, bytes));
    if (alignment > 1 && address % alignment != 0)
        throw Fault(MisalignedAddress, hexadecimal(address) + " isn't a multiple of " + std::to_string(alignment));
    return window.host + (address - window.base);
}

// Pages of their own between inaccessible ones, so that an access after the memory was freed, or far outside, ends the process.
int allocate_pinned_memory(const char* function, size_t bytes, void** address) {
    if (bytes == 0)
        return refuse(InvalidValue, function, "0 bytes");
    const uint64_t length = round_up(bytes, page());
    auto* pages = bytes > available_host_memory() ? nullptr : static_cast<uint8_t*>(reserve(length + 2 * page(), PROT_NONE));
    if (!pages || mprotect(pages + page(), length, PROT_READ | PROT_WRITE) != 0)
        return refuse(OutOfMemory, function, std::to_string(bytes) + " bytes");
    std::memset(pages + page(), 0xff, length);
    pinned[pages + page()] = bytes;
    *address = pages + page();
    created("pinned memory");
    return Success;
}

int free_pinned_memory(const char* function, void* address) {
    const auto found = pinned.find(static_cast<uint8_t*>(address));
    if (found == pinned.end())
        return refuse(InvalidValue, function, "not pinned memory");
    auto* memory = static_cast<uint8_t*>(address);
    const size_t bytes = found->second;
    const uint64_t length = round_up(bytes, page());
    int status = Success;
    for (uint64_t i = bytes; i < length; i++)
        if (memory[i] != 0xff)
            status = refuse(
                InvalidValue, function,
                "something wrote " + std::to_string(i - bytes) + " bytes past the end of " + std::to_string(bytes) + " bytes of pinned memory");
    pinned.erase(found);
    munmap(memory - page(), length + 2 * page());
    destroyed("pinned memory");
    return status;
}

bool is_pinned(const void* address, size_t bytes) {
    const auto* start = static_cast<const uint8_t*>(address);
    auto found = pinned.upper_bound(start);
    if (found == pinned.begin())
        return false;
    --found;
    return static_cast<uint64_t>(start - found->first) + bytes <= found->second;
}

}  // namespace vgpu
