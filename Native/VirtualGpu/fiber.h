// Stacks of their own, between which one host thread switches by hand.
#pragma once
#include <cstddef>

namespace vgpu {

class Fiber {
public:
    // entry must not return.
    explicit Fiber(void (*entry)());
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // Goes on where the fiber left off, until it calls leave().
    void enter();

    // Back to the one who entered. Called on the fiber itself.
    static void leave();

    // Forgets what it was doing: the next enter() begins anew. Nothing is unwound.
    void reset();

private:
    void (*entry_)();
    char* memory_;
    size_t bytes_;
    void* context_ = nullptr;
};

}  // namespace vgpu
