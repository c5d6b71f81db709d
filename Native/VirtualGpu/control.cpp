// What the tests see and steer: calls, injected failures, messages, what is alive, the seed.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "driver.h"
#include "registry.h"

namespace vgpu {

std::recursive_mutex gate;

namespace {

std::atomic<int64_t> calls{0};
std::atomic<int64_t> failing{0};
std::atomic<int64_t> launches{0};
std::atomic<int64_t> waits{0};

// Of its own lock, since messages come from inside deferred work and from any thread.
std::mutex notes;
std::string last_message;
std::string failed_call;
std::string refused_prefix;
std::map<std::string, int64_t> live;

// What the last vgpuLastMessage, vgpuFailedCall or vgpuLive of this thread gave out.
thread_local std::string given_out;

uint64_t seed = 0;
uint64_t drawn = 0;

const char* give_out(const std::string& text) {
    given_out = text;
    return given_out.c_str();
}

}  // namespace

bool injected(const char* function) {
    if (++calls != failing)
        return false;
    std::lock_guard<std::mutex> lock(notes);
    failed_call = function;
    return true;
}

bool refused(const char* function) {
    std::lock_guard<std::mutex> lock(notes);
    return !refused_prefix.empty() && std::strncmp(function, refused_prefix.c_str(), refused_prefix.size()) == 0;
}

void explain(const char* function, const std::string& why) {
    static const char* verbose = std::getenv("FASTGAN_VGPU_VERBOSE");
    std::lock_guard<std::mutex> lock(notes);
    last_message = std::string(function) + ": " + why;
    if (verbose && std::strcmp(verbose, "1") == 0)
        std::fprintf(stderr, "virtual GPU: %s\n", last_message.c_str());
}

int refuse(int status, const char* function, const std::string& why) {
    explain(function, why);
    return status;
}

void created(const char* kind) {
    std::lock_guard<std::mutex> lock(notes);
    live[kind]++;
}

void destroyed(const char* kind) {
    std::lock_guard<std::mutex> lock(notes);
    live[kind]--;
}

// SplitMix64 of seed and counter.
uint64_t random_number() {
    uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u + ++drawn * 0xd1342543de82ef95u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void count_launch() { launches++; }

void count_wait() { waits++; }

}  // namespace vgpu

extern "C" {

void vgpuSeed(uint64_t value) {
    std::lock_guard<std::recursive_mutex> lock(vgpu::gate);
    vgpu::seed = value;
    vgpu::drawn = 0;
}

int64_t vgpuCalls(void) { return vgpu::calls; }

void vgpuFailCall(int64_t number) {
    std::lock_guard<std::mutex> lock(vgpu::notes);
    vgpu::failing = number;
    // After a 0 it can still be asked which call had failed.
    if (number != 0)
        vgpu::failed_call.clear();
}

void vgpuRefuse(const char* prefix) {
    std::lock_guard<std::mutex> lock(vgpu::notes);
    vgpu::refused_prefix = prefix;
}

const char* vgpuFailedCall(void) {
    std::lock_guard<std::mutex> lock(vgpu::notes);
    return vgpu::give_out(vgpu::failed_call);
}

const char* vgpuLastMessage(void) {
    std::lock_guard<std::mutex> lock(vgpu::notes);
    return vgpu::give_out(vgpu::last_message);
}

const char* vgpuLive(void) {
    std::lock_guard<std::mutex> lock(vgpu::notes);
    std::string text;
    for (const auto& [kind, count] : vgpu::live)
        if (count != 0)
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    return vgpu::give_out(text);
}

int64_t vgpuLaunches(void) { return vgpu::launches; }

int64_t vgpuWaits(void) { return vgpu::waits; }

int64_t vgpuParamsSize(const char* kernel) {
    const vgpu::Kernel* found = vgpu::find_kernel_anywhere(kernel);
    return found ? static_cast<int64_t>(found->params_bytes) : -1;
}
}
