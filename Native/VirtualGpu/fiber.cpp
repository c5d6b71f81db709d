#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <ucontext.h>
#endif

namespace vgpu {

namespace {

// Room for a kernel's arrays and for an exception; below lies a page that ends the process if touched.
constexpr size_t stack_bytes = 128 << 10;

void* outside = nullptr;

}  // namespace

#if defined(__x86_64__) || defined(__aarch64__)

// Saves the registers that a call preserves and the stack pointer in *save, and takes up those at `load`.
extern "C" __attribute__((visibility("hidden"))) void vgpu_switch_stack(void** save, void* load);

#if defined(__x86_64__)
asm(R"(
.text
.globl vgpu_switch_stack
.hidden vgpu_switch_stack
.type vgpu_switch_stack, @function
vgpu_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size vgpu_switch_stack, .-vgpu_switch_stack
)");
constexpr size_t saved_words = 7;
constexpr size_t entry_word = 6;  // where `ret` finds it
constexpr size_t top_words = 1;   // a called function expects rsp to be 8 past a multiple of 16
#else
asm(R"(
.text
.globl vgpu_switch_stack
.hidden vgpu_switch_stack
.type vgpu_switch_stack, %function
vgpu_switch_stack:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size vgpu_switch_stack, .-vgpu_switch_stack
)");
constexpr size_t saved_words = 20;
constexpr size_t entry_word = 11;  // x30
constexpr size_t top_words = 0;
#endif

static void* running_fiber = nullptr;

void Fiber::reset() {
    auto* top = reinterpret_cast<uint64_t*>(memory_ + bytes_) - top_words;
    uint64_t* frame = top - saved_words;
    for (size_t i = 0; i < saved_words + top_words; i++)
        frame[i] = 0;
    frame[entry_word] = reinterpret_cast<uint64_t>(entry_);
    context_ = frame;
}

void Fiber::enter() {
    running_fiber = &context_;
    vgpu_switch_stack(&outside, context_);
}

void Fiber::leave() { vgpu_switch_stack(static_cast<void**>(running_fiber), outside); }

#else

static ucontext_t* running_fiber = nullptr;

void Fiber::reset() {
    if (!context_)
        context_ = new ucontext_t;
    auto* fiber = static_cast<ucontext_t*>(context_);
    getcontext(fiber);
    fiber->uc_stack.ss_sp = memory_;
    fiber->uc_stack.ss_size = bytes_;
    fiber->uc_link = nullptr;
    makecontext(fiber, entry_, 0);
}

void Fiber::enter() {
    static ucontext_t here;
    outside = &here;
    running_fiber = static_cast<ucontext_t*>(context_);
    swapcontext(&here, running_fiber);
}

void Fiber::leave() { swapcontext(running_fiber, static_cast<ucontext_t*>(outside)); }

#endif

Fiber::Fiber(void (*entry)()) : entry_(entry), bytes_(stack_bytes + static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    mprotect(memory, static_cast<size_t>(sysconf(_SC_PAGESIZE)), PROT_NONE);
    memory_ = static_cast<char*>(memory);
    reset();
}

Fiber::~Fiber() {
    munmap(memory_, bytes_);
#if !defined(__x86_64__) && !defined(__aarch64__)
    delete static_cast<ucontext_t*>(context_);
#endif
}

}  // namespace vgpu
