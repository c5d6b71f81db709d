// Threads of a block: each runs straight on until it meets a barrier or a shuffle. One that never does costs no switch of stacks.
#include "block.h"

#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

#include "driver.h"
#include "fiber.h"
#include "kernel_runtime.h"
#include "races.h"

namespace vgpu {

Running running;

namespace {

constexpr int warps = block_threads / warp_threads;

enum class State : uint8_t { New, Ready, AtShuffle, AtBarrier, Done };

// Where a thread waits.
struct Meeting {
    const char* file = nullptr;
    int line = 0;
    int mask = 0;
};

struct Thread {
    State state;
    Fiber* fiber;
    Meeting meeting;
    float value;
};

Thread threads[block_threads];

const Kernel* kernel;
const void* params;

// The lanes of a warp are gone through in an order that is the plain one with some bits flipped.
int first_thread, lane_flip, lane;

std::vector<std::unique_ptr<Fiber>> fibers;
std::vector<Fiber*> idle_fibers;

bool fault_caught;
int fault_status;
std::string fault_text;

int thread_at(int position) { return first_thread + (position ^ lane_flip); }

std::string at(const Meeting& meeting) {
    const char* slash = meeting.file ? std::strrchr(meeting.file, '/') : nullptr;
    return std::string(slash ? slash + 1 : meeting.file ? meeting.file : "?") + ":" + std::to_string(meeting.line);
}

// What a fiber does: a thread, and all that follow it in the warp as long as they are new.
void run_threads() {
    for (;;) {
        try {
            for (;;) {
                kernel->body(params);
                threads[running.thread].state = State::Done;
                if (lane + 1 >= warp_threads || threads[thread_at(lane + 1)].state != State::New)
                    break;
                running.thread = static_cast<uint32_t>(thread_at(++lane));
            }
        } catch (const Fault& fault) {
            fault_caught = true;
            fault_status = fault.status;
            fault_text = fault.what();
        }
        Fiber::leave();
    }
}

Fiber* take_fiber() {
    if (idle_fibers.empty()) {
        fibers.push_back(std::make_unique<Fiber>(run_threads));
        return fibers.back().get();
    }
    Fiber* fiber = idle_fibers.back();
    idle_fibers.pop_back();
    return fiber;
}

// After a fault threads stand where they were; nobody takes them up again.
void abandon() {
    idle_fibers.clear();
    for (const auto& fiber : fibers) {
        fiber->reset();
        idle_fibers.push_back(fiber.get());
    }
}

// Runs the thread at position `lane`, and maybe some after it.
void resume() {
    Thread& thread = threads[thread_at(lane)];
    Fiber* fiber = thread.state == State::New ? take_fiber() : thread.fiber;
    running.thread = static_cast<uint32_t>(thread_at(lane));
    fiber->enter();
    if (fault_caught) {
        fault_caught = false;
        throw Fault(fault_status, fault_text);
    }
    Thread& last = threads[running.thread];
    if (last.state == State::Done)
        idle_fibers.push_back(fiber);
    else
        last.fiber = fiber;
}

void wait(State state, Meeting meeting) {
    Thread& thread = threads[running.thread];
    thread.state = state;
    thread.meeting = meeting;
    Fiber::leave();
}

std::string describe(int thread) {
    const Thread& t = threads[thread];
    const std::string who = "thread " + std::to_string(thread);
    switch (t.state) {
        case State::Done:
            return who + " has ended";
        case State::AtBarrier:
            return who + " waits at sync_block in " + at(t.meeting);
        default:
            return who + " waits at shuffle_xor(…, " + std::to_string(t.meeting.mask) + ") in " + at(t.meeting);
    }
}

[[noreturn]] void diverged(const char* what, int a, int b) {
    running.thread = static_cast<uint32_t>(b);
    kernel_fault(LaunchFailed, std::string(what) + ": " + describe(a) + ", " + describe(b));
}

bool same(const Thread& a, const Thread& b) {
    return a.state == b.state && a.meeting.line == b.meeting.line && a.meeting.mask == b.meeting.mask &&
           (a.meeting.file == b.meeting.file || std::strcmp(a.meeting.file, b.meeting.file) == 0);
}

// As far as the warp comes without the others.
void run_warp(int warp) {
    first_thread = warp * warp_threads;
    for (;;) {
        lane_flip = static_cast<int>(random_number() % warp_threads);
        for (lane = 0; lane < warp_threads; lane++) {
            const State state = threads[thread_at(lane)].state;
            if (state == State::New || state == State::Ready)
                resume();
        }
        Thread* lanes = threads + first_thread;
        int shuffling = -1;
        for (int i = 0; i < warp_threads && shuffling < 0; i++)
            if (lanes[i].state == State::AtShuffle)
                shuffling = i;
        if (shuffling < 0)
            return;
        float values[warp_threads];
        for (int i = 0; i < warp_threads; i++) {
            if (!same(lanes[i], lanes[shuffling]))
                diverged("a shuffle that not all lanes of the warp reach", first_thread + shuffling, first_thread + i);
            values[i] = lanes[i].value;
        }
        for (int i = 0; i < warp_threads; i++) {
            lanes[i].value = values[i ^ lanes[i].meeting.mask];
            lanes[i].state = State::Ready;
        }
    }
}

void run_block() {
    running.block_epoch = ++running.epoch;
    running.shared_bytes = 0;
    races_begin_block();
    for (Thread& thread : threads)
        thread.state = State::New;
    int order[warps];
    std::iota(order, order + warps, 0);
    for (;;) {
        const uint64_t random = random_number();
        for (int i = warps - 1; i > 0; i--)
            std::swap(order[i], order[(random >> (8 * i)) % static_cast<uint64_t>(i + 1)]);
        for (const int warp : order)
            run_warp(warp);
        // Each thread has ended or waits at a barrier: all must do the same.
        for (int i = 1; i < block_threads; i++)
            if (threads[0].state != threads[i].state || (threads[0].state == State::AtBarrier && !same(threads[0], threads[i])))
                diverged("a barrier that not all threads of the block reach", 0, i);
        if (threads[0].state == State::Done)
            return;
        running.epoch++;
        for (Thread& thread : threads)
            thread.state = State::Ready;
    }
}

}  // namespace

void run_grid(const Kernel& which, const void* with, uint32_t blocks, uint32_t rows) {
    kernel = &which;
    params = with;
    running.kernel = which.name;
    running.blocks = blocks;
    running.rows = rows;
    races_begin_launch();
    // Blocks in an order that a random multiplier and offset give.
    const uint64_t count = static_cast<uint64_t>(blocks) * rows;
    uint64_t step = random_number() % count;
    while (std::gcd(step, count) != 1)
        step = (step + 1) % count;
    uint64_t block = random_number() % count;
    for (uint64_t i = 0; i < count; i++) {
        running.block = static_cast<uint32_t>(block % blocks);
        running.row = static_cast<uint32_t>(block / blocks);
        try {
            run_block();
        } catch (const Fault&) {
            abandon();
            throw;
        }
        block = (block + step) % count;
    }
}

void kernel_fault(int status, const std::string& what) {
    throw Fault(status, "kernel '" + std::string(running.kernel) + "', block " + std::to_string(running.block) +
                            (running.rows > 1 ? ", row " + std::to_string(running.row) : "") + ", thread " + std::to_string(running.thread) + ": " +
                            what);
}

void wait_for_block(const char* file, int line) { wait(State::AtBarrier, {file, line, 0}); }

float exchange(float value, int mask, const char* file, int line) {
    if (mask <= 0 || mask >= warp_threads)
        kernel_fault(LaunchFailed, "shuffle_xor with mask " + std::to_string(mask));
    const uint32_t self = running.thread;
    threads[self].value = value;
    wait(State::AtShuffle, {file, line, mask});
    return threads[self].value;
}

}  // namespace vgpu
