// What the stand-ins for libcuda, libcublas, libcudnn and libnvrtc share: streams of deferred work, device memory, injected failures.
// Lives in the stand-in of libcuda.so.1, which the others link to.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#define VGPU_EXPORT __attribute__((visibility("default")))

extern "C" {
typedef struct CUstream_st* CUstream;
typedef uint64_t CUdeviceptr;
}

namespace vgpu {

enum class Access { Read, Write, ReadWrite };

// An illegal access in deferred work: ends it with CUDA_ERROR_ILLEGAL_ADDRESS or MISALIGNED_ADDRESS at the next synchronisation, as on a card.
struct VGPU_EXPORT Fault : std::runtime_error {
    int status;
    Fault(int status, const std::string& what) : std::runtime_error(what), status(status) {}
};

// First line of every exported function: counts the call, and says whether it is to fail, as a test asked. Functions that give something back do so
// even then, and report the failure afterwards: the real ones report what went wrong before them.
VGPU_EXPORT bool injected(const char* function);

// Whether a test asked that this function of cuDNN's answer NOT_SUPPORTED.
VGPU_EXPORT bool refused(const char* function);

// Says why a call was refused, for people: on stderr if FASTGAN_VGPU_VERBOSE=1, and kept for vgpuLastMessage.
VGPU_EXPORT void explain(const char* function, const std::string& why);

// Whether the calling thread has a current context. Nearly everything needs one.
VGPU_EXPORT bool has_context();

// Queues work, which runs only when something waits for it, or records it where the stream captures: then it runs at each launch of the graph.
// Returns a CUresult: 400 for a stream that isn't one. What the work needs by value it must have copied.
VGPU_EXPORT int enqueue(CUstream stream, const std::string& name, std::function<void()> work);

VGPU_EXPORT bool is_stream(CUstream stream);
VGPU_EXPORT bool is_capturing(CUstream stream);

// A call that isn't allowed in a capture (an allocation, a synchronisation) was made: every capture under way is invalidated.
// True if there was one.
VGPU_EXPORT bool forbid_during_capture(const char* function);

// Whether [address, address + bytes) lies in one live allocation, red zones excluded. For checks when a call is made.
VGPU_EXPORT bool is_device_memory(CUdeviceptr address, size_t bytes);

// The bytes behind a device address, for use inside deferred work alone. Throws Fault where they aren't all in one live allocation, or the address
// isn't a multiple of alignment.
VGPU_EXPORT void* device_bytes(CUdeviceptr address, size_t bytes, Access access, size_t alignment);

// Counts what must be given back: "stream", "memory", "graph", "module", "cublas handle", "tensor descriptor"…
VGPU_EXPORT void created(const char* kind);
VGPU_EXPORT void destroyed(const char* kind);

}  // namespace vgpu

// For tests, exported by libcuda.so.1's stand-in.
extern "C" {
VGPU_EXPORT void vgpuSeed(uint64_t seed);                // the order in which blocks and warps run
VGPU_EXPORT int64_t vgpuCalls(void);                     // exported functions called so far, of all libraries
VGPU_EXPORT void vgpuFailCall(int64_t number);           // the call of this number, counted as by vgpuCalls from 1, fails; 0 for none
VGPU_EXPORT void vgpuRefuse(const char* prefix);         // cuDNN functions of such names answer NOT_SUPPORTED; "" for none
VGPU_EXPORT const char* vgpuFailedCall(void);            // the function that was made to fail; "" for none
VGPU_EXPORT const char* vgpuLastMessage(void);           // why the last call was refused, or what the last fault was
VGPU_EXPORT const char* vgpuLive(void);                  // what wasn't given back: "2 memory, 1 stream"; "" for nothing
VGPU_EXPORT int64_t vgpuLaunches(void);                  // kernels, library calls, copies and graphs launched by the host so far (a graph counts once)
VGPU_EXPORT int64_t vgpuWaits(void);                     // times that the host waited for a stream or an event so far
VGPU_EXPORT void vgpuCheckRaces(int on);                 // looks for accesses to device memory that nothing orders; as FASTGAN_VGPU_RACES=1
VGPU_EXPORT int64_t vgpuParamsSize(const char* kernel);  // sizeof of a kernel's Params; -1 for no such kernel
}
