// Descriptors: created, filled in, destroyed.
#include <algorithm>

#include "cudnn_calls.h"

namespace vgpu::dnn {
namespace {

Objects<Tensor> tensors("tensor descriptor");
Objects<Filter> filters("filter descriptor");
Objects<ConvolutionSettings> convolutions("convolution descriptor");
Objects<Activation> activations("activation descriptor");

template <class T>
T& find(Objects<T>& objects, const void* descriptor, const std::string& name) {
    require(descriptor != nullptr, BadParamNullPointer, name + " is null");
    T* found = objects.find(descriptor);
    require(found != nullptr, BadParam, name + " isn't a descriptor of its kind, or was destroyed");
    return *found;
}

template <class T>
int create(const char* function, Objects<T>& objects, void** descriptor) {
    return answer(function, [&] {
        require(descriptor != nullptr, BadParamNullPointer, "the descriptor's address is null");
        *descriptor = objects.add();
    });
}

// Gives the descriptor back even where a test asked it to report a failure. Null is destroyed without complaint, as by the real one.
template <class T>
int destroy(const char* function, Objects<T>& objects, void* descriptor) {
    const bool removed = descriptor == nullptr || objects.remove(descriptor);
    return answer(function, [&] { require(removed, BadParam, "not a descriptor of this kind, or one that was destroyed"); });
}

void check_type(int type) {
    require(type == Float || type == Double || type == Half || type == Int32 || type == Bfloat16, BadParam, "no such data type");
}

void check_format(int format) { require(format == Nchw || format == Nhwc, BadParam, "a format other than NCHW and NHWC"); }

Sizes positive(const char* name, int rank, const int* values) {
    require(values != nullptr, BadParamNullPointer, std::string(name) + " is null");
    Sizes result{};
    std::copy_n(values, rank, result.begin());
    require(std::all_of(values, values + rank, [](int v) { return v > 0; }), BadParam, std::string(name) + ": " + describe(rank, result));
    return result;
}

Sizes dimensions(int rank, const int* dims) {
    require(rank >= 4 && rank <= MAX_RANK, NotSupported, "of " + std::to_string(rank) + " dimensions; 4 to 8 can be described");
    const Sizes result = positive("a dimension isn't positive", rank, dims);
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        count *= result[i];
        require(count < int64_t{1} << 31, NotSupported, "2^31 elements or more");
    }
    return result;
}

}  // namespace

Tensor& tensor_of(const void* descriptor, const char* name) { return find(tensors, descriptor, name); }
Filter& filter_of(const void* descriptor, const char* name) { return find(filters, descriptor, name); }
ConvolutionSettings& convolution_of(const void* descriptor) { return find(convolutions, descriptor, "the convolution's descriptor"); }
Activation& activation_of(const void* descriptor) { return find(activations, descriptor, "the activation's descriptor"); }

const Tensor& set_tensor(const void* descriptor, const char* name) {
    const Tensor& tensor = tensor_of(descriptor, name);
    require(tensor.rank != 0, BadParam, std::string(name) + " was never set");
    return tensor;
}

const Filter& set_filter(const void* descriptor, const char* name) {
    const Filter& filter = filter_of(descriptor, name);
    require(filter.rank != 0, BadParam, std::string(name) + " was never set");
    return filter;
}

const ConvolutionSettings& set_convolution(const void* descriptor) {
    const ConvolutionSettings& settings = convolution_of(descriptor);
    require(settings.rank != 0, BadParam, "the convolution's descriptor was never set");
    return settings;
}

const Activation& set_activation(const void* descriptor) {
    const Activation& activation = activation_of(descriptor);
    require(activation.set, BadParam, "the activation's descriptor was never set");
    return activation;
}

std::string describe(int rank, const Sizes& dims) {
    std::string text = "(";
    for (int i = 0; i < rank; i++)
        text += (i == 0 ? "" : ", ") + std::to_string(dims[i]);
    return text + ")";
}

Number number_of(int type, const char* name) {
    require(type == Float || type == Half || type == Bfloat16, NotSupportedDataType,
            std::string(name) + " is of type " + std::to_string(type) + "; float, half and bfloat16 are computed with");
    return type == Float ? Number::Float : type == Half ? Number::Half : Number::Bfloat;
}

Image packed_nhwc(const Tensor& tensor, const char* name) {
    require(tensor.rank == 4, NotSupportedShape, std::string(name) + " isn't of rank 4");
    require(tensor.format == Nhwc, NotSupportedLayout, std::string(name) + " isn't NHWC, which is all that the virtual GPU computes");
    return {tensor.dims[0], tensor.dims[2], tensor.dims[3], tensor.dims[1], number_of(tensor.type, name)};
}

extern "C" {

VGPU_EXPORT int cudnnCreateTensorDescriptor(void** descriptor) { return create(__func__, tensors, descriptor); }
VGPU_EXPORT int cudnnCreateFilterDescriptor(void** descriptor) { return create(__func__, filters, descriptor); }
VGPU_EXPORT int cudnnCreateConvolutionDescriptor(void** descriptor) { return create(__func__, convolutions, descriptor); }
VGPU_EXPORT int cudnnCreateActivationDescriptor(void** descriptor) { return create(__func__, activations, descriptor); }

VGPU_EXPORT int cudnnDestroyTensorDescriptor(void* descriptor) { return destroy(__func__, tensors, descriptor); }
VGPU_EXPORT int cudnnDestroyFilterDescriptor(void* descriptor) { return destroy(__func__, filters, descriptor); }
VGPU_EXPORT int cudnnDestroyConvolutionDescriptor(void* descriptor) { return destroy(__func__, convolutions, descriptor); }
VGPU_EXPORT int cudnnDestroyActivationDescriptor(void* descriptor) { return destroy(__func__, activations, descriptor); }

VGPU_EXPORT int cudnnSetTensorNdDescriptorEx(void* descriptor, int format, int type, int rank, const int* dims) {
    return answer(__func__, [&] {
        Tensor& tensor = tensor_of(descriptor, "the tensor's descriptor");
        check_format(format);
        check_type(type);
        tensor = {rank, type, format, dimensions(rank, dims)};
    });
}

VGPU_EXPORT int cudnnSetFilterNdDescriptor(void* descriptor, int type, int format, int rank, const int* dims) {
    return answer(__func__, [&] {
        Filter& filter = filter_of(descriptor, "the filter's descriptor");
        check_format(format);
        check_type(type);
        filter = {rank, type, format, dimensions(rank, dims)};
    });
}

VGPU_EXPORT int cudnnSetConvolutionNdDescriptor(void* descriptor, int rank, const int* pad, const int* stride, const int* dilation, int mode,
                                                int compute_type) {
    return answer(__func__, [&] {
        ConvolutionSettings& settings = convolution_of(descriptor);
        require(rank >= 1, BadParam, "of no dimensions");
        require(rank <= MAX_RANK - 2, NotSupported, "of more than 6 spatial dimensions");
        require(pad != nullptr, BadParamNullPointer, "the padding is null");
        require(std::all_of(pad, pad + rank, [](int v) { return v >= 0; }), BadParam, "a negative padding");
        require(mode == 0 || mode == 1, BadParam, "no such mode");
        check_type(compute_type);
        ConvolutionSettings set;
        set.rank = rank;
        std::copy_n(pad, rank, set.pad.begin());
        set.stride = positive("a stride isn't positive", rank, stride);
        set.dilation = positive("a dilation isn't positive", rank, dilation);
        set.mode = mode;
        set.compute_type = compute_type;
        // It is set by a call of its own.
        set.math = settings.math;
        settings = set;
    });
}

VGPU_EXPORT int cudnnSetConvolutionMathType(void* descriptor, int math) {
    return answer(__func__, [&] {
        ConvolutionSettings& settings = convolution_of(descriptor);
        require(math >= DefaultMath && math <= FmaMath, BadParam, "no such math type");
        settings.math = math;
    });
}

// The coefficient belongs to activations that nothing here computes.
VGPU_EXPORT int cudnnSetActivationDescriptor(void* descriptor, int mode, int nan_propagation, double) {
    return answer(__func__, [&] {
        Activation& activation = activation_of(descriptor);
        require(mode >= 0 && mode <= LastActivation, BadParam, "no such activation");
        require(nan_propagation == 0 || nan_propagation == 1, BadParam, "no such propagation of NaN");
        activation = {true, mode, nan_propagation == 1};
    });
}

// Scale, bias and statistics: one float a channel.
VGPU_EXPORT int cudnnDeriveBNTensorDescriptor(void* derived, const void* x_descriptor, int mode) {
    return answer(__func__, [&] {
        Tensor& result = tensor_of(derived, "the derived descriptor");
        const Tensor& x = set_tensor(x_descriptor, "xDesc");
        require(mode >= 0 && mode <= 2, BadParam, "no such mode of batch norm");
        require(mode != 0, NotSupported, "the virtual GPU has no batch norm PER_ACTIVATION");
        Sizes dims{};
        std::fill_n(dims.begin(), x.rank, 1);
        dims[1] = x.dims[1];
        result = {x.rank, x.type == Double ? Double : Float, Nchw, dims};
    });
}

}  // extern "C"

}  // namespace vgpu::dnn
