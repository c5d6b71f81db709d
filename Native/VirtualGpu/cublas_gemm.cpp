// C = alpha · op(A) · op(B) + beta · C, column-major.
#include <algorithm>

#include "cublas_handle.h"
#include "gemm.h"

namespace vgpu::blas {
namespace {

enum Operation : int { None = 0, Transpose = 1 };
enum DataType : int { RealFloat = 0, RealHalf = 2, RealBfloat = 14 };
enum Compute : int { Float = 68, FloatPedantic = 69, FloatFastTf32 = 77 };

struct Matrix {
    const char* name;
    const void* data;
    Number number;
    int64_t rows, columns;  // as stored
    int64_t leading;

    size_t element_bytes() const { return size_of(number); }
    // From the first element to the last one.
    size_t bytes() const { return static_cast<size_t>((columns - 1) * leading + rows) * element_bytes(); }
    bool empty() const { return rows == 0 || columns == 0; }
};

struct Product {
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    Matrix a, b, c;
    float alpha, beta;
    Reading reading;
    bool split;  // the sum over k is cut in two, each part rounded to C's type before they are added
    const void* workspace;
    size_t workspace_bytes;  // those it writes to
};

Number number_of(int type, const char* name) {
    require(type == RealFloat || type == RealHalf || type == RealBfloat, NotSupported,
            std::string(name) + " is of type " + std::to_string(type) + ": none that goes with this compute type");
    return type == RealFloat ? Number::Float : type == RealHalf ? Number::Half : Number::Bfloat;
}

// The documented combinations of types.
void check_types(const Product& p, int compute) {
    require(compute == Float || compute == FloatPedantic || compute == FloatFastTf32, NotSupported,
            "compute type " + std::to_string(compute) + ": the virtual GPU has 32F, 32F_PEDANTIC and 32F_FAST_TF32");
    require(p.a.number == p.b.number, NotSupported, std::string("A is ") + name_of(p.a.number) + ", B is " + name_of(p.b.number));
    require(p.c.number == p.a.number || p.c.number == Number::Float, NotSupported,
            std::string("A is ") + name_of(p.a.number) + ", C is " + name_of(p.c.number));
    require(compute != FloatFastTf32 || p.a.number == Number::Float, NotSupported, "32F_FAST_TF32 takes float matrices alone");
}

void check_leading(const Matrix& matrix) {
    require(matrix.leading >= std::max<int64_t>(1, matrix.rows), InvalidValue,
            std::string(matrix.name) + "'s leading dimension is " + std::to_string(matrix.leading) + ", less than its " +
                std::to_string(matrix.rows) + " rows");
}

void check_memory(const Matrix& matrix) {
    const std::string name = matrix.name;
    require(matrix.data != nullptr, InvalidValue, name + " is null");
    require(device_address(matrix.data) % matrix.element_bytes() == 0, InvalidValue, name + " isn't aligned to its elements");
    require(is_device_memory(device_address(matrix.data), matrix.bytes()), InvalidValue, name + " isn't in one live allocation of device memory");
}

float host_number(const void* pointer, const char* name) {
    require(pointer != nullptr, InvalidValue, std::string(name) + " is null");
    require(!is_device_memory(device_address(pointer), sizeof(float)), InvalidValue, std::string(name) + " lies in device memory");
    return *static_cast<const float*>(pointer);
}

// A row-major matrix is the transpose of the column-major one with the same bytes, and Cᵀ = op(B)ᵀ · op(A)ᵀ: (n, m) = (n, k) · (k, m).
void multiply(const Product& p, const void* a, const void* b, void* c) {
    const int64_t lda = p.a.leading, ldb = p.b.leading;
    const MatrixView left{b, p.b.number, p.reading, p.n, p.k, p.transpose_b ? 1 : ldb, p.transpose_b ? ldb : 1};
    const MatrixView right{a, p.a.number, p.reading, p.k, p.m, p.transpose_a ? 1 : lda, p.transpose_a ? lda : 1};
    const int64_t width = padded(p.m);
    Floats sums = zeros(p.n * width);
    const int64_t half = p.split ? p.k / 2 : p.k;
    for (int64_t first = 0; first < p.k; first = first == 0 ? half : p.k) {
        const int64_t depth = first == 0 ? half : p.k - half;
        MatrixView left_part = left, right_part = right;
        left_part.columns = right_part.rows = depth;
        left_part.data = element(left.data, left.number, first * left.column_stride);
        right_part.data = element(right.data, right.number, first * right.row_stride);
        Floats part = zeros(p.n * width);
        multiply_add(p.n, p.m, depth, dense(left_part).get(), panels(dense(right_part).get(), depth, p.m).get(), part.get());
        if (p.split)
            round_to(p.c.number, p.n * width, part.get());
        for (int64_t i = 0; i < p.n * width; i++)
            sums[i] += part[i];
    }
    for (int64_t j = 0; j < p.n; j++)
        blend(p.alpha, sums.get() + j * width, p.beta, p.m, p.c.number, element(c, p.c.number, j * p.c.leading));
}

void run(const Product& p) {
    const bool reads = !p.a.empty() && !p.b.empty();
    const void* a = reads ? to_read(p.a.data, p.a.bytes(), p.a.element_bytes()) : nullptr;
    const void* b = reads ? to_read(p.b.data, p.b.bytes(), p.b.element_bytes()) : nullptr;
    void* c = to_blend(p.c.data, p.c.bytes(), p.c.element_bytes(), p.beta);
    if (p.workspace != nullptr)
        scribble(to_write(p.workspace, p.workspace_bytes, 256), p.workspace_bytes);
    multiply(p, a, b, c);
}

}  // namespace

extern "C" {

VGPU_EXPORT int cublasGemmEx(void* handle, int op_a, int op_b, int m, int n, int k, const void* alpha, const void* a, int a_type, int lda,
                             const void* b, int b_type, int ldb, const void* beta, void* c, int c_type, int ldc, int compute, int algorithm) {
    return answer(__func__, [&, function = __func__] {
        const Handle& h = handle_of(handle);
        require(
            h.workspace != nullptr || !is_capturing(h.stream), NotSupported,
            "captured without a workspace of the caller's: a card would add allocations to the graph; call cublasSetWorkspace after cublasSetStream");
        require((op_a == None || op_a == Transpose) && (op_b == None || op_b == Transpose), InvalidValue, "an operation other than N and T");
        require(m >= 0 && n >= 0 && k >= 0, InvalidValue, "a negative size");
        require(algorithm == -1, NotSupported, "an algorithm other than CUBLAS_GEMM_DEFAULT");

        Product p{};
        p.transpose_a = op_a == Transpose;
        p.transpose_b = op_b == Transpose;
        p.m = m, p.n = n, p.k = k;
        p.a = {"A", a, number_of(a_type, "A"), p.transpose_a ? k : m, p.transpose_a ? m : k, lda};
        p.b = {"B", b, number_of(b_type, "B"), p.transpose_b ? n : k, p.transpose_b ? k : n, ldb};
        p.c = {"C", c, number_of(c_type, "C"), m, n, ldc};
        check_types(p, compute);
        check_leading(p.a);
        check_leading(p.b);
        check_leading(p.c);
        p.alpha = host_number(alpha, "alpha");
        p.beta = host_number(beta, "beta");
        if (m == 0 || n == 0)
            return;

        check_memory(p.c);
        for (const Matrix* input : {&p.a, &p.b}) {
            if (k == 0)
                continue;
            check_memory(*input);
            require(!overlap(input->data, input->bytes(), c, p.c.bytes()), InvalidValue, std::string(input->name) + " and C overlap");
        }

        p.reading = p.a.number == Number::Float && (compute == FloatFastTf32 || (compute == Float && (h.math & 15) == Tf32Math))
                        ? Reading::RoundedToTf32
                        : Reading::AsIs;
        // Permitted to the library unless it is told otherwise, so it is what happens here.
        p.split = k > 1 && p.c.number != Number::Float && compute == Float && (h.math & DisallowReducedPrecisionReduction) == 0;
        p.workspace = h.workspace;
        p.workspace_bytes = std::min<size_t>(h.workspace_bytes, sizeof(float) * static_cast<size_t>(m) * static_cast<size_t>(n));
        require(!overlap(h.workspace, h.workspace_bytes, c, p.c.bytes()), InvalidValue, "C lies in the workspace");
        const std::string name = std::string(function) + " m" + std::to_string(m) + " n" + std::to_string(n) + " k" + std::to_string(k);
        require(enqueue(h.stream, name, [p] { run(p); }) == 0, ExecutionFailed, "the handle's stream takes no work");
    });
}

}  // extern "C"

}  // namespace vgpu::blas
