#include "gemm.h"

#include <algorithm>

// Compiled for AVX2 too, and chosen when the library is loaded. AVX2 doesn't bring fused multiply-adds along, so both give the same bits.
#if defined(__x86_64__) && defined(__GLIBC__)
#define VGPU_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define VGPU_WIDE
#endif

namespace vgpu {
namespace {

typedef float Lanes __attribute__((vector_size(32)));
// The same in memory, anywhere.
typedef float StoredLanes __attribute__((vector_size(32), aligned(4), may_alias));
constexpr int LANES = 8;

inline __attribute__((always_inline)) const StoredLanes& at(const float* p) { return *reinterpret_cast<const StoredLanes*>(p); }
inline __attribute__((always_inline)) StoredLanes& at(float* p) { return *reinterpret_cast<StoredLanes*>(p); }

// Rows of a that are worked on together: with two vectors a row, eight sums are under way, as many as it takes to hide an addition's latency.
constexpr int ROWS = 4;
// Panels are read in parts of this depth, 16 KiB, which stay in the first-level cache.
constexpr int64_t DEPTH = 256;

template <int Rows>
inline __attribute__((always_inline)) void tile(const float* a, int64_t a_stride, const float* panel, int64_t depth, float* c, int64_t c_stride) {
    Lanes sums[Rows][2];
    for (int r = 0; r < Rows; r++) {
        sums[r][0] = at(c + r * c_stride);
        sums[r][1] = at(c + r * c_stride + LANES);
    }
    for (int64_t k = 0; k < depth; k++) {
        const Lanes first = at(panel + k * PANEL), second = at(panel + k * PANEL + LANES);
        for (int r = 0; r < Rows; r++) {
            sums[r][0] += a[r * a_stride + k] * first;
            sums[r][1] += a[r * a_stride + k] * second;
        }
    }
    for (int r = 0; r < Rows; r++) {
        at(c + r * c_stride) = sums[r][0];
        at(c + r * c_stride + LANES) = sums[r][1];
    }
}

VGPU_WIDE void add_product(int64_t m, int64_t n, int64_t k, const float* a, const float* b_panels, float* c) {
    const int64_t c_stride = padded(n);
    for (int64_t start = 0; start < k; start += DEPTH) {
        const int64_t depth = std::min(DEPTH, k - start);
        for (int64_t column = 0; column < n; column += PANEL) {
            const float* panel = b_panels + column * k + start * PANEL;
            int64_t i = 0;
            for (; i + ROWS <= m; i += ROWS)
                tile<ROWS>(a + i * k + start, k, panel, depth, c + i * c_stride + column, c_stride);
            for (; i < m; i++)
                tile<1>(a + i * k + start, k, panel, depth, c + i * c_stride + column, c_stride);
        }
    }
}

}  // namespace

Floats dense(const MatrixView& matrix) {
    Floats result = floats(matrix.rows * matrix.columns);
    if (matrix.column_stride == 1) {
        for (int64_t i = 0; i < matrix.rows; i++)
            widen(element(matrix.data, matrix.number, i * matrix.row_stride), matrix.number, matrix.reading, matrix.columns,
                  result.get() + i * matrix.columns);
        return result;
    }
    Floats column = floats(matrix.rows);
    for (int64_t j = 0; j < matrix.columns; j++) {
        widen(element(matrix.data, matrix.number, j * matrix.column_stride), matrix.number, matrix.reading, matrix.rows, column.get());
        for (int64_t i = 0; i < matrix.rows; i++)
            result[i * matrix.columns + j] = column[i];
    }
    return result;
}

Floats panels(const float* b, int64_t rows, int64_t columns) {
    Floats result = floats(rows * padded(columns));
    for (int64_t first = 0; first < columns; first += PANEL) {
        float* panel = result.get() + first * rows;
        const int64_t some = std::min(PANEL, columns - first);
        for (int64_t k = 0; k < rows; k++) {
            std::copy_n(b + k * columns + first, some, panel + k * PANEL);
            std::fill(panel + k * PANEL + some, panel + (k + 1) * PANEL, 0.0f);
        }
    }
    return result;
}

void multiply_add(int64_t m, int64_t n, int64_t k, const float* a, const float* b_panels, float* c) { add_product(m, n, k, a, b_panels, c); }

}  // namespace vgpu
