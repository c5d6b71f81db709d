// Convolutions as matrix multiplications: a row of the matrix of patches holds what one output pixel sees of the image, R · S · C values.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <vector>

#include "cudnn_convolution.h"
#include "gemm.h"

namespace vgpu::dnn {
namespace {

// Output pixels that are worked on together. Pixels are counted through all images: (n · OH + oh) · OW + ow.
constexpr int64_t PIXELS = 512;

// Calls visit(offset in the patch, offset in the image) for each run of C values that output pixel `pixel` sees.
template <class Visit>
void for_each_tap(const Convolution& g, int64_t pixel, Visit visit) {
    const int64_t n = pixel / (g.y.H * g.y.W), oh = pixel / g.y.W % g.y.H, ow = pixel % g.y.W;
    for (int64_t r = 0; r < g.R; r++) {
        const int64_t h = oh * g.stride_h - g.pad_h + r;
        for (int64_t s = 0; s < g.S; s++) {
            const int64_t w = ow * g.stride_w - g.pad_w + s;
            if (h >= 0 && h < g.x.H && w >= 0 && w < g.x.W)
                visit((r * g.S + s) * g.x.C, ((n * g.x.H + h) * g.x.W + w) * g.x.C);
        }
    }
}

// (count, R · S · C), zero outside the image.
Floats patches(const Convolution& g, const float* x, int64_t first, int64_t count) {
    Floats result = zeros(count * g.patch());
    for (int64_t i = 0; i < count; i++) {
        float* patch = result.get() + i * g.patch();
        for_each_tap(g, first + i, [&](int64_t to, int64_t from) { std::copy_n(x + from, g.x.C, patch + to); });
    }
    return result;
}

// The columns of w (K, R · S · C) as the rows of a right-hand matrix.
Floats filter_panels(const Convolution& g, const void* w) {
    const MatrixView transposed{w, g.x.number, g.reading(), g.patch(), g.y.C, 1, g.patch()};
    return panels(dense(transposed).get(), g.patch(), g.y.C);
}

void forward(const ConvolutionWork& work, const void* x_data, const void* w, void* y) {
    const Convolution& g = work.g;
    const int64_t K = g.y.C, width = padded(K);
    const Floats x = widen(x_data, g.x.number, g.reading(), g.x.count());
    const Floats filters = filter_panels(g, w);
    for (int64_t first = 0; first < g.y.pixels(); first += PIXELS) {
        const int64_t count = std::min(PIXELS, g.y.pixels() - first);
        Floats sums = zeros(count * width);
        multiply_add(count, K, g.patch(), patches(g, x.get(), first, count).get(), filters.get(), sums.get());
        for (int64_t i = 0; i < count; i++)
            blend(work.alpha, sums.get() + i * width, work.beta, K, g.y.number, element(y, g.y.number, (first + i) * K));
    }
}

void backward_data(const ConvolutionWork& work, const void* dy, const void* w, void* dx) {
    const Convolution& g = work.g;
    const int64_t K = g.y.C, width = padded(g.patch());
    const Floats dy_values = widen(dy, g.y.number, g.reading(), g.y.count());
    const Floats filters = panels(widen(w, g.x.number, g.reading(), g.w_count()).get(), K, g.patch());
    Floats sums = zeros(g.x.count());
    for (int64_t first = 0; first < g.y.pixels(); first += PIXELS) {
        const int64_t count = std::min(PIXELS, g.y.pixels() - first);
        Floats dpatches = zeros(count * width);
        multiply_add(count, g.patch(), K, dy_values.get() + first * K, filters.get(), dpatches.get());
        for (int64_t i = 0; i < count; i++) {
            const float* dpatch = dpatches.get() + i * width;
            for_each_tap(g, first + i, [&](int64_t from, int64_t to) {
                for (int64_t c = 0; c < g.x.C; c++)
                    sums[to + c] += dpatch[from + c];
            });
        }
    }
    blend(work.alpha, sums.get(), work.beta, g.x.count(), g.x.number, dx);
}

// Algorithm 1 sums over the pixels in their order; algorithm 0 in another order each time, as if blocks added what they have when they are done.
std::vector<int64_t> order_of_summation(int algorithm, int64_t parts) {
    static std::atomic<uint32_t> runs{0};
    std::vector<int64_t> order(static_cast<size_t>(parts));
    std::iota(order.begin(), order.end(), int64_t{0});
    if (algorithm == 0)
        std::shuffle(order.begin(), order.end(), std::minstd_rand(++runs));
    return order;
}

void backward_filter(const ConvolutionWork& work, const void* x_data, const void* dy, void* dw) {
    const Convolution& g = work.g;
    const int64_t K = g.y.C, pixels = g.y.pixels(), width = padded(g.patch());
    // Algorithm 0 has some parts to shuffle however small the images are.
    const int64_t size = work.algorithm == 0 ? std::min(PIXELS, (pixels + 7) / 8) : PIXELS;
    const Floats x = widen(x_data, g.x.number, g.reading(), g.x.count());
    Floats sums = zeros(K * width);
    for (const int64_t part : order_of_summation(work.algorithm, (pixels + size - 1) / size)) {
        const int64_t first = part * size, count = std::min(size, pixels - first);
        const MatrixView transposed{element(dy, g.y.number, first * K), g.y.number, g.reading(), K, count, 1, K};
        const Floats right = panels(patches(g, x.get(), first, count).get(), count, g.patch());
        multiply_add(K, g.patch(), count, dense(transposed).get(), right.get(), sums.get());
    }
    for (int64_t k = 0; k < K; k++)
        blend(work.alpha, sums.get() + k * width, work.beta, g.patch(), g.x.number, element(dw, g.x.number, k * g.patch()));
}

}  // namespace

void ConvolutionWork::operator()() const {
    const size_t alignment = size_of(g.x.number);
    const void* first = to_read(operands.first.address, operands.first.bytes, alignment);
    const void* second = to_read(operands.second.address, operands.second.bytes, alignment);
    void* out = to_blend(operands.out.address, operands.out.bytes, alignment, beta);
    scribble(to_write(workspace.address, workspace.bytes, 16), workspace.bytes);
    switch (direction) {
        case Direction::Forward:
            return forward(*this, first, second, out);
        case Direction::BackwardData:
            return backward_data(*this, first, second, out);
        case Direction::BackwardFilter:
            return backward_filter(*this, first, second, out);
    }
}

}  // namespace vgpu::dnn
