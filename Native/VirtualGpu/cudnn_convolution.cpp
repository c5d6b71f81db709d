// The checks of a convolution's descriptors and pointers; the calls.
#include "cudnn_convolution.h"

namespace vgpu::dnn {
namespace {

void check_size(const char* dimension, int64_t in, int64_t filter, int pad, int stride, int64_t out) {
    const int64_t room = in + 2 * pad - filter;
    require(room >= 0 && out == room / stride + 1, BadParamShapeMismatch,
            std::string(dimension) + ": " + std::to_string(in) + " by a filter of " + std::to_string(filter) + ", stride " + std::to_string(stride) +
                ", padding " + std::to_string(pad) + " doesn't give " + std::to_string(out));
}

int run(const char* function, Direction direction, const void* handle, const void* alpha, const void* x_descriptor, const void* x,
        const void* w_descriptor, const void* w, const void* settings, int algorithm, const void* workspace, size_t bytes, const void* beta,
        const void* y_descriptor, const void* y) {
    return answer_in_context(function, [&] {
        const Handle& h = handle_of(handle);
        ConvolutionWork work;
        work.direction = direction;
        work.algorithm = algorithm;
        work.alpha = host_number(alpha, "alpha");
        work.beta = host_number(beta, "beta");
        work.g = convolution(direction, x_descriptor, w_descriptor, settings, y_descriptor);
        const size_t needed = workspace_bytes(direction, algorithm, work.g);
        work.operands = operands(direction, work.g, x, w, y);
        check_operands(work.operands, work.g);
        work.workspace = scratch("the workspace", workspace, bytes, needed);
        for (const Span& span : {work.operands.first, work.operands.second, work.operands.out})
            check_apart(work.workspace, span);
        submit(h, function, work);
    });
}

int query(const char* function, Direction direction, const void* handle, const void* x, const void* w, const void* settings, const void* y,
          int algorithm, size_t* bytes) {
    return answer_in_context(function, [&] {
        handle_of(handle);
        require(bytes != nullptr, BadParamNullPointer, "the size's address is null");
        *bytes = workspace_bytes(direction, algorithm, convolution(direction, x, w, settings, y));
    });
}

}  // namespace

TensorNames names_of(Direction direction) {
    switch (direction) {
        case Direction::Forward:
            return {"x", "w", "y"};
        case Direction::BackwardData:
            return {"dx", "w", "dy"};
        default:
            return {"x", "dw", "dy"};
    }
}

Convolution convolution(Direction direction, const void* x_descriptor, const void* w_descriptor, const void* settings_descriptor,
                        const void* y_descriptor) {
    const TensorNames names = names_of(direction);
    const ConvolutionSettings& settings = set_convolution(settings_descriptor);
    const Tensor& x = set_tensor(x_descriptor, names.x);
    const Filter& w = set_filter(w_descriptor, names.w);
    const Tensor& y = set_tensor(y_descriptor, names.y);

    require(x.type == w.type && x.type == y.type, BadParam, "tensors of several types");
    require(x.rank == w.rank && x.rank == y.rank && settings.rank == x.rank - 2, BadParamShapeMismatch,
            "tensors, filter and convolution are of several ranks");
    require(x.rank == 4, NotSupportedShape, "the virtual GPU convolves images alone: rank 4");
    require(x.dims[0] == y.dims[0], BadParamShapeMismatch, "x and y are of several batch sizes");
    require(x.dims[1] == w.dims[1], BadParamShapeMismatch,
            "a filter of " + std::to_string(w.dims[1]) + " channels for an image of " + std::to_string(x.dims[1]));
    require(y.dims[1] == w.dims[0], BadParamShapeMismatch,
            std::to_string(w.dims[0]) + " filters for an output of " + std::to_string(y.dims[1]) + " channels");
    require(settings.dilation[0] == 1 && settings.dilation[1] == 1, NotSupported, "no NHWC algorithm has dilation");
    check_size("height", x.dims[2], w.dims[2], settings.pad[0], settings.stride[0], y.dims[2]);
    check_size("width", x.dims[3], w.dims[3], settings.pad[1], settings.stride[1], y.dims[3]);
    require(settings.mode == 1, NotSupported, "a mode other than CROSS_CORRELATION");
    require(settings.compute_type == Float, NotSupportedDataType, "a compute type other than FLOAT");
    require(settings.math != AllowConversionMath, NotSupported, "the virtual GPU doesn't convert floats to halves by itself");
    require(w.format == Nhwc, NotSupportedLayout, std::string(names.w) + " isn't NHWC");
    return {packed_nhwc(x, names.x), packed_nhwc(y, names.y), w.dims[2],          w.dims[3],    settings.pad[0],
            settings.pad[1],         settings.stride[0],      settings.stride[1], settings.math};
}

int algorithm_count(Direction direction) { return direction == Direction::Forward ? 8 : direction == Direction::BackwardData ? 6 : 7; }

bool runs(Direction direction, int algorithm) { return algorithm == 1 || (algorithm == 0 && direction != Direction::BackwardData); }

size_t workspace_bytes(Direction direction, int algorithm, const Convolution& g) {
    require(algorithm >= 0 && algorithm < algorithm_count(direction), BadParam, "no such algorithm: " + std::to_string(algorithm));
    require(runs(direction, algorithm), NotSupported, "no NHWC algorithm: " + std::to_string(algorithm));
    const int64_t shape = 4 * g.w_count() + 8 * g.x.pixels() + 4 * g.y.pixels();
    return static_cast<size_t>(shape + 1024 * (algorithm + 1) + 256 * static_cast<int>(direction) + 64 * g.math);
}

Operands operands(Direction direction, const Convolution& g, const void* x, const void* w, const void* y) {
    const TensorNames names = names_of(direction);
    const Span x_span{names.x, x, g.x.bytes()}, w_span{names.w, w, g.w_bytes()}, y_span{names.y, y, g.y.bytes()};
    switch (direction) {
        case Direction::Forward:
            return {x_span, w_span, y_span};
        case Direction::BackwardData:
            return {y_span, w_span, x_span};
        default:
            return {x_span, y_span, w_span};
    }
}

void check_operands(const Operands& operands, const Convolution& g) {
    // Tensor cores are fed by loads of 16 bytes.
    const size_t alignment = g.x.number != Number::Float && g.math == TensorOpMath ? 16 : size_of(g.x.number);
    for (const Span& span : {operands.first, operands.second, operands.out})
        check_memory(span, alignment);
    check_apart(operands.out, operands.first);
    check_apart(operands.out, operands.second);
}

extern "C" {

VGPU_EXPORT int cudnnGetConvolutionForwardWorkspaceSize(void* handle, void* x, void* w, void* settings, void* y, int algorithm, size_t* bytes) {
    return query(__func__, Direction::Forward, handle, x, w, settings, y, algorithm, bytes);
}

VGPU_EXPORT int cudnnGetConvolutionBackwardDataWorkspaceSize(void* handle, void* w, void* dy, void* settings, void* dx, int algorithm,
                                                             size_t* bytes) {
    return query(__func__, Direction::BackwardData, handle, dx, w, settings, dy, algorithm, bytes);
}

VGPU_EXPORT int cudnnGetConvolutionBackwardFilterWorkspaceSize(void* handle, void* x, void* dy, void* settings, void* dw, int algorithm,
                                                               size_t* bytes) {
    return query(__func__, Direction::BackwardFilter, handle, x, dw, settings, dy, algorithm, bytes);
}

VGPU_EXPORT int cudnnConvolutionForward(void* handle, const void* alpha, void* x_descriptor, const void* x, void* w_descriptor, const void* w,
                                        void* settings, int algorithm, void* workspace, size_t bytes, const void* beta, void* y_descriptor, void* y) {
    return run(__func__, Direction::Forward, handle, alpha, x_descriptor, x, w_descriptor, w, settings, algorithm, workspace, bytes, beta,
               y_descriptor, y);
}

VGPU_EXPORT int cudnnConvolutionBackwardData(void* handle, const void* alpha, void* w_descriptor, const void* w, void* dy_descriptor, const void* dy,
                                             void* settings, int algorithm, void* workspace, size_t bytes, const void* beta, void* dx_descriptor,
                                             void* dx) {
    return run(__func__, Direction::BackwardData, handle, alpha, dx_descriptor, dx, w_descriptor, w, settings, algorithm, workspace, bytes, beta,
               dy_descriptor, dy);
}

VGPU_EXPORT int cudnnConvolutionBackwardFilter(void* handle, const void* alpha, void* x_descriptor, const void* x, void* dy_descriptor,
                                               const void* dy, void* settings, int algorithm, void* workspace, size_t bytes, const void* beta,
                                               void* dw_descriptor, void* dw) {
    return run(__func__, Direction::BackwardFilter, handle, alpha, x_descriptor, x, dw_descriptor, dw, settings, algorithm, workspace, bytes, beta,
               dy_descriptor, dy);
}

}  // extern "C"

}  // namespace vgpu::dnn
