// Batch norm's arithmetic: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167.
#include <algorithm>
#include <cmath>

#include "cudnn_batchnorm.h"

namespace vgpu::dnn {
namespace {

// sums[c] = Σ over pixels of term(i, c), i being the element's index. Runs of pixels are summed by themselves first, as blocks of a GPU do.
template <class Term>
Floats sum_over_pixels(const Image& image, Term term) {
    constexpr int64_t RUN = 64;
    Floats sums = zeros(image.C), part = floats(image.C);
    for (int64_t first = 0; first < image.pixels(); first += RUN) {
        std::fill_n(part.get(), image.C, 0.0f);
        for (int64_t pixel = first; pixel < std::min(first + RUN, image.pixels()); pixel++)
            for (int64_t c = 0; c < image.C; c++)
                part[c] += term(pixel * image.C + c, c);
        for (int64_t c = 0; c < image.C; c++)
            sums[c] += part[c];
    }
    return sums;
}

struct Statistics {
    Floats mean, variance;  // biased
};

Statistics statistics(const Image& image, const float* x) {
    const auto pixels = static_cast<float>(image.pixels());
    Statistics result;
    result.mean = sum_over_pixels(image, [x](int64_t i, int64_t) { return x[i]; });
    for (int64_t c = 0; c < image.C; c++)
        result.mean[c] /= pixels;
    const float* mean = result.mean.get();
    result.variance = sum_over_pixels(image, [x, mean](int64_t i, int64_t c) { return (x[i] - mean[c]) * (x[i] - mean[c]); });
    for (int64_t c = 0; c < image.C; c++)
        result.variance[c] /= pixels;
    return result;
}

Floats inverse_deviations(const float* variance, double epsilon, int64_t channels) {
    Floats result = floats(channels);
    for (int64_t c = 0; c < channels; c++)
        result[c] = 1.0f / std::sqrt(variance[c] + static_cast<float>(epsilon));
    return result;
}

// scale · (x − mean) · inverse deviation + bias
Floats normalise(const Image& image, const float* x, const float* mean, const float* inverse_deviation, const float* scale, const float* bias) {
    Floats y = floats(image.count());
    for (int64_t pixel = 0; pixel < image.pixels(); pixel++)
        for (int64_t c = 0; c < image.C; c++) {
            const int64_t i = pixel * image.C + c;
            y[i] = scale[c] * ((x[i] - mean[c]) * inverse_deviation[c]) + bias[c];
        }
    return y;
}

const float* channels(const Span& span) { return static_cast<const float*>(to_read(span.address, span.bytes, sizeof(float))); }

Floats image_values(const Span& span, const Image& image) {
    return widen(to_read(span.address, span.bytes, size_of(image.number)), image.number, Reading::AsIs, image.count());
}

void blend_image(float alpha, const float* values, float beta, const Image& image, const Span& out) {
    blend(alpha, values, beta, image.count(), image.number, to_blend(out.address, out.bytes, size_of(image.number), beta));
}

void store_channels(const Span& span, const float* values, int64_t count) {
    std::copy_n(values, count, static_cast<float*>(to_write(span.address, span.bytes, sizeof(float))));
}

void scribble_over(const Span& space) { scribble(to_write(space.address, space.bytes, 16), space.bytes); }

// running ← (1 − factor) · running + factor · batch
void follow(const Span& running, const float* batch, double factor, int64_t count) {
    auto* values = static_cast<float*>(device_bytes(device_address(running.address), running.bytes, Access::ReadWrite, sizeof(float)));
    const auto weight = static_cast<float>(factor);
    for (int64_t c = 0; c < count; c++)
        values[c] = (1.0f - weight) * values[c] + weight * batch[c];
}

// y ← ReLU(y)
void activate(int64_t count, bool propagates_nan, float* y) {
    for (int64_t i = 0; i < count; i++)
        if (!(y[i] > 0 || (std::isnan(y[i]) && propagates_nan)))
            y[i] = 0;
}

}  // namespace

void BatchNormForward::operator()() const {
    scribble_over(workspace);
    scribble_over(reserve);
    const Floats values = image_values(x, image);
    const Statistics batch = statistics(image, values.get());
    const Floats inverse = inverse_deviations(batch.variance.get(), epsilon, image.C);
    Floats result = normalise(image, values.get(), batch.mean.get(), inverse.get(), channels(scale), channels(bias));

    if (fused == NormAndActivation)
        activate(image.count(), propagates_nan, result.get());
    blend_image(alpha, result.get(), beta, image, y);

    if (running_mean.address != nullptr) {
        Floats unbiased = floats(image.C);
        const auto pixels = static_cast<float>(image.pixels());
        for (int64_t c = 0; c < image.C; c++)
            unbiased[c] = batch.variance[c] * (pixels / std::max(pixels - 1, 1.0f));
        follow(running_mean, batch.mean.get(), factor, image.C);
        follow(running_variance, unbiased.get(), factor, image.C);
    }
    if (mean.address != nullptr) {
        store_channels(mean, batch.mean.get(), image.C);
        store_channels(inverse_deviation, inverse.get(), image.C);
    }
}

}  // namespace vgpu::dnn
