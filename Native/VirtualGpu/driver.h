// What the files of libcuda's stand-in share: how a call is answered, the context, random order.
#pragma once
#include <mutex>
#include <string>

#include "errors.h"
#include "vgpu.h"

namespace vgpu {

// One lock for everything: a call holds it, also while it runs deferred work.
extern std::recursive_mutex gate;

enum class Needs {
    Nothing,    // may be called at any time
    Init,       // cuInit must have been called
    Context,    // the thread must have a current context, which hasn't faulted
    NoCapture,  // as Context, and no capture may be under way
    Release,    // as Context; gives something back, and does so even where it reports a failure, as the real ones do
};

// The context of the one device.
struct Context {
    bool initialized = false;
    int references = 0;
    int fault = Success;  // sticky: what every call answers after a fault, until the context is released
};
extern Context context;

// Says why, and returns status.
int refuse(int status, const char* function, const std::string& why);

// Whether the call may go on: Success, or what it has to answer.
int admit(const char* function, Needs needs);

// The fault ends the context.
int fail_context(const char* function, const Fault& fault);

// The frame of every exported function. typical_failure is what it answers where a test asked it to fail; LaunchFailed also ends the context.
template <class Body>
int answer(const char* function, Needs needs, int typical_failure, bool fails, Body body) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    try {
        if (const int status = admit(function, needs)) {
            if (needs == Needs::Release && status == context.fault)
                body(function);
            return status;
        }
        if (fails && needs != Needs::Release) {
            if (typical_failure == LaunchFailed)
                throw Fault(LaunchFailed, "as a test asked");
            return refuse(typical_failure, function, "as a test asked");
        }
        const int status = body(function);
        return fails && status == Success ? refuse(typical_failure, function, "as a test asked") : status;
    } catch (const Fault& fault) {
        return fail_context(function, fault);
    }
}

template <class Body>
int answer(const char* function, Needs needs, int typical_failure, Body body) {
    return answer(function, needs, typical_failure, injected(function), body);
}

// A number that vgpuSeed and the calls so far decide.
uint64_t random_number();

void count_launch();
void count_wait();

}  // namespace vgpu
