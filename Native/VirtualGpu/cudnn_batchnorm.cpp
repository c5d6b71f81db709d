// The checks of batch norm's arguments; the calls.
#include "cudnn_batchnorm.h"

namespace vgpu::dnn {
namespace {

enum Mode : int { PerActivation = 0, Spatial = 1, SpatialPersistent = 2 };

// Modes, operations and types that go together.
Image image_of(int mode, int ops, const void* x_descriptor) {
    require(mode >= PerActivation && mode <= SpatialPersistent, BadParam, "no such mode of batch norm");
    require(ops >= 0 && ops <= 2, BadParam, "no such operation of batch norm");
    require(mode != PerActivation, NotSupported, "the virtual GPU has no batch norm PER_ACTIVATION");
    require(ops != 2, NotSupported, "the virtual GPU has no batch norm with an addition");
    const Image x = packed_nhwc(set_tensor(x_descriptor, "x"), "x");
    require(x.number != Number::Bfloat, NotSupportedDataType, "batch norm isn't documented for bfloat16");
    if (ops == NormAndActivation) {
        require(mode == SpatialPersistent, NotSupported, "a fused activation needs the mode SPATIAL_PERSISTENT");
        require(x.number == Number::Half, NotSupportedDataType, "a fused activation needs half");
        require(x.C % 4 == 0, NotSupportedShape, "a fused activation needs a multiple of 4 channels, not " + std::to_string(x.C));
    }
    return x;
}

void check_like(const Image& x, const void* descriptor, const char* name) {
    const Tensor& tensor = set_tensor(descriptor, name);
    const Image other = packed_nhwc(tensor, name);
    require(other.number == x.number, BadParam, std::string(name) + " and x are of several types");
    require(other == x, BadParamShapeMismatch, std::string(name) + " and x are of several shapes");
}

// Scale, bias and statistics.
void check_channels(const Image& x, const void* descriptor) {
    const Tensor& tensor = set_tensor(descriptor, "the descriptor of scale and bias");
    require(tensor.type == Float, BadParam, "scale, bias and statistics must be float");
    const Sizes dims{1, static_cast<int>(x.C), 1, 1};
    require(tensor.rank == 4 && tensor.dims == dims, BadParamShapeMismatch,
            "scale, bias and statistics are " + describe(tensor.rank, tensor.dims) + " instead of (1, C, 1, 1)");
}

const Activation* activation(int ops, const void* descriptor) {
    if (ops == NormAlone)
        return nullptr;
    const Activation& found = set_activation(descriptor);
    require(found.mode == Relu, NotSupported, "an activation other than RELU");
    return &found;
}

void check_epsilon(double epsilon) { require(epsilon >= 0, BadParam, "a negative epsilon"); }

Span image_span(const char* name, const void* address, const Image& x) {
    const Span span{name, address, x.bytes()};
    // The fused kernels read 16 bytes at a time.
    check_memory(span, x.number == Number::Half ? 16 : sizeof(float));
    return span;
}

Span channel_span(const char* name, const void* address, const Image& x) {
    const Span span{name, address, static_cast<size_t>(x.C) * sizeof(float)};
    check_memory(span, sizeof(float));
    return span;
}

// Two that are given together or not at all.
void optional_pair(const char* first_name, const void* first, const char* second_name, const void* second, const Image& x, Span& a, Span& b) {
    require((first == nullptr) == (second == nullptr), BadParam, std::string(first_name) + " and " + second_name + ": one of them is null");
    a = b = {};
    if (first == nullptr)
        return;
    a = channel_span(first_name, first, x);
    b = channel_span(second_name, second, x);
}

// Every output apart from every other argument.
void check_all_apart(std::initializer_list<Span> written, std::initializer_list<Span> read) {
    for (auto out = written.begin(); out != written.end(); out++) {
        for (auto other = out + 1; other != written.end(); other++)
            check_apart(*out, *other);
        for (const Span& other : read)
            check_apart(*out, other);
    }
}

// The fused kernels write y once, unscaled.
void check_unscaled(int ops, float alpha, float beta) {
    require(ops == NormAlone || (alpha == 1 && beta == 0), NotSupported, "a fused activation needs alpha = 1 and beta = 0");
}

size_t workspace_bytes(int mode, int ops, const Image& x) {
    const int64_t partial_sums = 8 * x.C * (1 + x.pixels() / 256);
    return static_cast<size_t>(512 + partial_sums + 128 * mode + 64 * ops);
}

// What ReLU let through, a bit an element, and what a backward pass would want to know besides.
size_t reserve_bytes(int ops, const Image& image) {
    const size_t mask = ops == NormAlone ? 0 : static_cast<size_t>(image.count() + 7) / 8;
    return 64 + 16 * ((mask + 15) / 16);
}

size_t* checked(size_t* bytes) {
    require(bytes != nullptr, BadParamNullPointer, "the size's address is null");
    return bytes;
}

}  // namespace

extern "C" {

VGPU_EXPORT int cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize(void* handle, int mode, int ops, void* x, void*, void* y, void* parameters,
                                                                         void* activation_descriptor, size_t* bytes) {
    return answer_in_context(__func__, [&] {
        handle_of(handle);
        const Image image = image_of(mode, ops, x);
        check_like(image, y, "y");
        check_channels(image, parameters);
        activation(ops, activation_descriptor);
        *checked(bytes) = workspace_bytes(mode, ops, image);
    });
}

VGPU_EXPORT int cudnnGetBatchNormalizationTrainingExReserveSpaceSize(void* handle, int mode, int ops, void* activation_descriptor, void* x,
                                                                     size_t* bytes) {
    return answer_in_context(__func__, [&] {
        handle_of(handle);
        const Image image = image_of(mode, ops, x);
        activation(ops, activation_descriptor);
        *checked(bytes) = reserve_bytes(ops, image);
    });
}

VGPU_EXPORT int cudnnBatchNormalizationForwardTrainingEx(void* handle, int mode, int ops, const void* alpha, const void* beta, void* x_descriptor,
                                                         const void* x, void*, const void*, void* y_descriptor, void* y, void* parameters,
                                                         const void* scale, const void* bias, double factor, void* running_mean,
                                                         void* running_variance, double epsilon, void* mean, void* inverse_deviation,
                                                         void* activation_descriptor, void* workspace, size_t workspace_size, void* reserve,
                                                         size_t reserve_size) {
    return answer_in_context(__func__, [&, function = __func__] {
        const Handle& h = handle_of(handle);
        BatchNormForward work;
        work.alpha = host_number(alpha, "alpha");
        work.beta = host_number(beta, "beta");
        const Image image = work.image = image_of(mode, ops, x_descriptor);
        check_like(image, y_descriptor, "y");
        check_channels(image, parameters);
        const Activation* act = activation(ops, activation_descriptor);
        work.fused = ops;
        work.propagates_nan = act != nullptr && act->propagates_nan;
        check_unscaled(ops, work.alpha, work.beta);
        check_epsilon(epsilon);
        work.epsilon = epsilon;
        work.factor = factor;
        work.x = image_span("x", x, image);
        work.y = image_span("y", y, image);
        work.scale = channel_span("scale", scale, image);
        work.bias = channel_span("bias", bias, image);
        optional_pair("runningMean", running_mean, "runningVariance", running_variance, image, work.running_mean, work.running_variance);
        optional_pair("saveMean", mean, "saveInvVariance", inverse_deviation, image, work.mean, work.inverse_deviation);
        work.workspace = scratch("the workspace", workspace, workspace_size, workspace_bytes(mode, ops, image));
        work.reserve = scratch("the reserve space", reserve, reserve_size, reserve_bytes(ops, image));
        check_all_apart({work.y, work.running_mean, work.running_variance, work.mean, work.inverse_deviation, work.workspace, work.reserve},
                        {work.x, work.scale, work.bias});
        submit(h, function, work);
    });
}

}  // extern "C"

}  // namespace vgpu::dnn
