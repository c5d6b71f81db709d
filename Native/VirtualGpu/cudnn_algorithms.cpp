// Which algorithm to take: Get by heuristics, Find as if each had been run.
#include <algorithm>
#include <vector>

#include "cudnn_convolution.h"

namespace vgpu::dnn {
namespace {

// cudnnConvolution…AlgoPerf_t.
struct Performance {
    int algorithm;
    int status;
    float ms;
    size_t memory;
    int deterministic;
    int math;
    int reserved[3];
};
static_assert(sizeof(Performance) == 48);

// Whether results are for a workspace at hand, as with Find.
struct Offer {
    bool limited;
    size_t bytes;
};

// Best first, those that don't run last. The times only rank: the virtual GPU has no speed. Backward filter's first is the one that isn't
// deterministic, and the math type proposed isn't always the one that was set: both are traps that real results hold too.
std::vector<Performance> candidates(Direction direction, Convolution g, const Offer& offer) {
    g.math = g.math == FmaMath ? FmaMath : TensorOpMath;
    std::vector<Performance> good, bad;
    const int count = algorithm_count(direction);
    for (int i = 0; i < count; i++) {
        const int algorithm = direction == Direction::Forward && i < 2 ? 1 - i : i;
        Performance p{algorithm, Success, -1.0f, 0, is_deterministic(direction, algorithm), g.math, {}};
        if (runs(direction, algorithm)) {
            p.memory = workspace_bytes(direction, algorithm, g);
            if (offer.limited && p.memory > offer.bytes)
                p.status = InternalErrorDeviceAllocationFailed;
            else if (offer.limited)
                p.ms = static_cast<float>(good.size() + 1);
        } else {
            p.status = NotSupported;
        }
        (p.status == Success ? good : bad).push_back(p);
    }
    good.insert(good.end(), bad.begin(), bad.end());
    return good;
}

void give(const std::vector<Performance>& found, int requested, int* returned, void* results) {
    *returned = std::min(requested, static_cast<int>(found.size()));
    std::copy_n(found.begin(), *returned, static_cast<Performance*>(results));
}

void check_results(int requested, const int* returned, const void* results) {
    require(requested >= 1, BadParam, "no results requested");
    require(returned != nullptr && results != nullptr, BadParamNullPointer, "nowhere to put the results");
}

int get(const char* function, Direction direction, const void* handle, const void* x, const void* w, const void* settings, const void* y,
        int requested, int* returned, void* results) {
    return answer_in_context(function, [&] {
        handle_of(handle);
        check_results(requested, returned, results);
        give(candidates(direction, convolution(direction, x, w, settings, y), {false, 0}), requested, returned, results);
    });
}

int find(const char* function, Direction direction, const void* handle, const void* x_descriptor, const void* x, const void* w_descriptor,
         const void* w, const void* settings, const void* y_descriptor, const void* y, int requested, int* returned, void* results,
         const void* workspace, size_t bytes) {
    return answer_in_context(function, [&] {
        const Handle& h = handle_of(handle);
        check_results(requested, returned, results);
        require(!forbid_during_capture(function), ExecutionFailedCudart, "it allocates and synchronises, which no capture allows");
        const Convolution g = convolution(direction, x_descriptor, w_descriptor, settings, y_descriptor);
        const Operands all = operands(direction, g, x, w, y);
        check_operands(all, g);
        Span scratch_space{"the workspace", workspace, bytes};
        if (bytes != 0)
            check_memory(scratch_space, 16);
        for (const Span& span : {all.first, all.second, all.out})
            check_apart(scratch_space, span);
        // What it computes on the way is thrown away, and the output with it.
        submit(h, function, [out = all.out, scratch_space] {
            scribble(to_write(out.address, out.bytes, 1), out.bytes);
            if (scratch_space.bytes != 0)
                scribble(to_write(scratch_space.address, scratch_space.bytes, 1), scratch_space.bytes);
        });
        give(candidates(direction, g, {true, bytes}), requested, returned, results);
    });
}

}  // namespace

extern "C" {

VGPU_EXPORT int cudnnGetConvolutionForwardAlgorithm_v7(void* handle, void* x, void* w, void* settings, void* y, int requested, int* returned,
                                                       void* results) {
    return get(__func__, Direction::Forward, handle, x, w, settings, y, requested, returned, results);
}

VGPU_EXPORT int cudnnGetConvolutionBackwardDataAlgorithm_v7(void* handle, void* w, void* dy, void* settings, void* dx, int requested, int* returned,
                                                            void* results) {
    return get(__func__, Direction::BackwardData, handle, dx, w, settings, dy, requested, returned, results);
}

VGPU_EXPORT int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void* handle, void* x, void* dy, void* settings, void* dw, int requested, int* returned,
                                                              void* results) {
    return get(__func__, Direction::BackwardFilter, handle, x, dw, settings, dy, requested, returned, results);
}

VGPU_EXPORT int cudnnFindConvolutionForwardAlgorithmEx(void* handle, void* x_descriptor, const void* x, void* w_descriptor, const void* w,
                                                       void* settings, void* y_descriptor, void* y, int requested, int* returned, void* results,
                                                       void* workspace, size_t bytes) {
    return find(__func__, Direction::Forward, handle, x_descriptor, x, w_descriptor, w, settings, y_descriptor, y, requested, returned, results,
                workspace, bytes);
}

VGPU_EXPORT int cudnnFindConvolutionBackwardDataAlgorithmEx(void* handle, void* w_descriptor, const void* w, void* dy_descriptor, const void* dy,
                                                            void* settings, void* dx_descriptor, void* dx, int requested, int* returned,
                                                            void* results, void* workspace, size_t bytes) {
    return find(__func__, Direction::BackwardData, handle, dx_descriptor, dx, w_descriptor, w, settings, dy_descriptor, dy, requested, returned,
                results, workspace, bytes);
}

VGPU_EXPORT int cudnnFindConvolutionBackwardFilterAlgorithmEx(void* handle, void* x_descriptor, const void* x, void* dy_descriptor, const void* dy,
                                                              void* settings, void* dw_descriptor, void* dw, int requested, int* returned,
                                                              void* results, void* workspace, size_t bytes) {
    return find(__func__, Direction::BackwardFilter, handle, x_descriptor, x, dw_descriptor, dw, settings, dy_descriptor, dy, requested, returned,
                results, workspace, bytes);
}

}  // extern "C"

}  // namespace vgpu::dnn
