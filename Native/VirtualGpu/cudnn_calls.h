// cuDNN's statuses, handle and descriptors, and how its functions answer.
#pragma once
#include <array>

#include "arrays.h"
#include "calls.h"

namespace vgpu::dnn {

// Of version 9: the thousands are the category.
enum Status : int {
    Success = 0,
    NotInitialized = 1001,
    BadParam = 2000,
    BadParamNullPointer = 2002,
    BadParamMisalignedPointer = 2003,
    BadParamSizeInsufficient = 2006,
    BadParamShapeMismatch = 2008,
    NotSupported = 3000,
    NotSupportedShape = 3002,
    NotSupportedDataType = 3003,
    NotSupportedLayout = 3004,
    InternalErrorDeviceAllocationFailed = 4004,
    ExecutionFailed = 5000,
    ExecutionFailedCudart = 5003,
};

enum DataType : int { Float = 0, Double = 1, Half = 2, Int32 = 4, Bfloat16 = 9 };
enum Format : int { Nchw = 0, Nhwc = 1 };
enum MathType : int { DefaultMath = 0, TensorOpMath = 1, AllowConversionMath = 2, FmaMath = 3 };
enum ActivationMode : int { Relu = 1, LastActivation = 6 };

constexpr int MAX_RANK = 8;

// Dimensions in the order N, C, H, W, whatever the layout.
using Sizes = std::array<int, MAX_RANK>;

struct Handle {
    CUstream stream = nullptr;
};

struct Tensor {
    int rank = 0;  // 0: not set
    int type = Float;
    int format = Nchw;
    Sizes dims{};
};

// K, C and the window's sizes.
using Filter = Tensor;

struct ConvolutionSettings {
    int rank = 0;  // of the spatial dimensions
    Sizes pad{}, stride{}, dilation{};
    int mode = 0;
    int compute_type = Float;
    int math = DefaultMath;
};

struct Activation {
    bool set = false;
    int mode = 0;
    bool propagates_nan = false;
};

// What an address stands for, or a refusal that names it.
Handle& handle_of(const void* handle);
Tensor& tensor_of(const void* descriptor, const char* name);
Filter& filter_of(const void* descriptor, const char* name);
ConvolutionSettings& convolution_of(const void* descriptor);
Activation& activation_of(const void* descriptor);

// As those above, but refuses one that nothing was set in yet.
const Tensor& set_tensor(const void* descriptor, const char* name);
const Filter& set_filter(const void* descriptor, const char* name);
const ConvolutionSettings& set_convolution(const void* descriptor);
const Activation& set_activation(const void* descriptor);

std::string describe(int rank, const Sizes& dims);

// N, H, W, C of a tensor that is packed in that order; anything else is refused, with the status that says why.
struct Image {
    int64_t N, H, W, C;
    Number number;

    int64_t pixels() const { return N * H * W; }
    int64_t count() const { return pixels() * C; }
    size_t bytes() const { return static_cast<size_t>(count()) * size_of(number); }
    bool operator==(const Image& other) const { return N == other.N && H == other.H && W == other.W && C == other.C && number == other.number; }
};
Image packed_nhwc(const Tensor& tensor, const char* name);

Number number_of(int type, const char* name);

// Device memory that a call was given; null for what is left out.
struct Span {
    const char* name = "";
    const void* address = nullptr;
    size_t bytes = 0;
};

// Null, misaligned, or not in one live allocation: refused.
void check_memory(const Span& span, size_t alignment);

void check_apart(const Span& written, const Span& other);

// A workspace or reserve space of at least that many bytes. What is written and checked later on is just those.
Span scratch(const char* name, const void* address, size_t bytes, size_t needed);

// A scaling factor: a float in host memory, for all the types there are here.
float host_number(const void* pointer, const char* name);

void submit(const Handle& handle, const std::string& name, std::function<void()> work);

// For cudnnGetLastErrorString, of the calling thread.
void remember(const char* function, const std::string& why);

// The frame of every exported function: counts it, and turns refusals into statuses.
template <class Body>
int answer(const char* function, Body body) {
    try {
        require(!injected(function), ExecutionFailed, "as a test asked");
        require(!refused(function), NotSupported, "as a test asked");
        body();
        return Success;
    } catch (const Refusal& refusal) {
        explain(function, refusal.why);
        remember(function, refusal.why);
        return refusal.status;
    }
}

// The same, of functions that need a context.
template <class Body>
int answer_in_context(const char* function, Body body) {
    return answer(function, [&] {
        require(has_context(), NotInitialized, "the thread has no current context");
        body();
    });
}

}  // namespace vgpu::dnn
