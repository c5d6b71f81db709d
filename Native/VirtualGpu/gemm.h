// One matrix multiplication in float, which everything else in the stand-ins of cuBLAS and cuDNN is built on.
#pragma once
#include "arrays.h"

namespace vgpu {

// Element (i, j) is at data[i · row_stride + j · column_stride]; one of the strides is 1.
struct MatrixView {
    const void* data;
    Number number;
    Reading reading;
    int64_t rows, columns;
    int64_t row_stride, column_stride;
};

// Row-major and packed.
Floats dense(const MatrixView& matrix);

// The right-hand matrix of a multiplication is cut into panels of this many columns, the last one filled up with zeros.
constexpr int64_t PANEL = 16;
inline int64_t padded(int64_t columns) { return (columns + PANEL - 1) / PANEL * PANEL; }

// The panels of b (rows, columns), row-major: one after another, each of `rows` times PANEL floats.
Floats panels(const float* b, int64_t rows, int64_t columns);

// c (m, padded(n)) += a (m, k) · b (k, n). a is row-major, b in panels. Every element's sum runs from 0 to k in float, without fused multiply-adds:
// the result has the same bits on every machine.
void multiply_add(int64_t m, int64_t n, int64_t k, const float* a, const float* b_panels, float* c);

}  // namespace vgpu
