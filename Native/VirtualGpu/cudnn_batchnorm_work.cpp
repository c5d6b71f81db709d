// Batch norm's arithmetic: Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cudnn_batchnorm.h"

namespace vgpu::dnn {
namespace {

constexpr int LAUNCH_FAILED = 719;
constexpr uint64_t MAGIC = 0x6e6d726f4e686342;

struct ReserveHeader {
    uint64_t magic;
    double epsilon;
    int64_t pixels, channels;
    int64_t fused;
    uint64_t x_digest;
    uint64_t padding[2];
};
static_assert(sizeof(ReserveHeader) == 64);

// Tells one image's bytes from another's.
uint64_t digest(const void* data, size_t bytes) {
    uint64_t hash = 0xcbf29ce484222325;
    const auto* from = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, from + i, std::min(sizeof word, bytes - i));
        hash = (hash ^ word) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 29;
    }
    return hash;
}

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

const void* image_bytes(const Span& span, const Image& image) { return to_read(span.address, span.bytes, size_of(image.number)); }

Floats image_values(const Span& span, const Image& image) { return widen(image_bytes(span, image), image.number, Reading::AsIs, image.count()); }

void blend_image(float alpha, const float* values, float beta, const Image& image, const Span& out) {
    blend(alpha, values, beta, image.count(), image.number, to_blend(out.address, out.bytes, size_of(image.number), beta));
}

void store_channels(const Span& span, const float* values, int64_t count) {
    std::copy_n(values, count, static_cast<float*>(to_write(span.address, span.bytes, sizeof(float))));
}

void scribble_over(const Span& workspace) { scribble(to_write(workspace.address, workspace.bytes, 16), workspace.bytes); }

// running ← (1 − factor) · running + factor · batch
void follow(const Span& running, const float* batch, double factor, int64_t count) {
    auto* values = static_cast<float*>(device_bytes(device_address(running.address), running.bytes, Access::ReadWrite, sizeof(float)));
    const auto weight = static_cast<float>(factor);
    for (int64_t c = 0; c < count; c++)
        values[c] = (1.0f - weight) * values[c] + weight * batch[c];
}

// y ← ReLU(y); a bit of the mask for each element that is let through.
void activate(int64_t count, bool propagates_nan, float* y, unsigned char* mask) {
    std::fill_n(mask, (count + 7) / 8, static_cast<unsigned char>(0));
    for (int64_t i = 0; i < count; i++) {
        if (y[i] > 0)
            mask[i / 8] = static_cast<unsigned char>(mask[i / 8] | 1 << i % 8);
        else if (!(std::isnan(y[i]) && propagates_nan))
            y[i] = 0;
    }
}

void check_reserve(const ReserveHeader& header, const BatchNormBackward& work, uint64_t x_digest) {
    const auto check = [](bool same, const char* what) {
        if (!same)
            throw Fault(LAUNCH_FAILED, std::string("the batch norm's reserve space ") + what);
    };
    check(header.magic == MAGIC, "doesn't hold what a forward pass left");
    check(header.pixels == work.image.pixels() && header.channels == work.image.C && header.fused == work.fused, "is another forward pass's");
    check(header.epsilon == work.epsilon, "is of a forward pass with another epsilon");
    check(header.x_digest == x_digest, "is of a forward pass with another x");
}

}  // namespace

size_t reserve_bytes(int fused, const Image& image) {
    const size_t mask = fused == NormAlone ? 0 : static_cast<size_t>(image.count() + 7) / 8;
    return sizeof(ReserveHeader) + 16 * ((mask + 15) / 16);
}

void BatchNormForward::operator()() const {
    scribble_over(workspace);
    const void* x_data = image_bytes(x, image);
    const Floats values = widen(x_data, image.number, Reading::AsIs, image.count());
    const Statistics batch = statistics(image, values.get());
    const Floats inverse = inverse_deviations(batch.variance.get(), epsilon, image.C);
    Floats result = normalise(image, values.get(), batch.mean.get(), inverse.get(), channels(scale), channels(bias));

    auto* header = static_cast<ReserveHeader*>(to_write(reserve.address, reserve.bytes, 16));
    *header = {MAGIC, epsilon, image.pixels(), image.C, fused, digest(x_data, x.bytes), {}};
    if (fused == NormAndActivation)
        activate(image.count(), propagates_nan, result.get(), reinterpret_cast<unsigned char*>(header + 1));
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

void BatchNormBackward::operator()() const {
    scribble_over(workspace);
    const void* x_data = image_bytes(x, image);
    const auto* header = static_cast<const ReserveHeader*>(to_read(reserve.address, reserve.bytes, 16));
    check_reserve(*header, *this, digest(x_data, x.bytes));

    const Floats values = widen(x_data, image.number, Reading::AsIs, image.count());
    Floats gradient = image_values(dy, image);
    if (fused == NormAndActivation) {
        const auto* mask = reinterpret_cast<const unsigned char*>(header + 1);
        for (int64_t i = 0; i < image.count(); i++)
            gradient[i] = (mask[i / 8] >> i % 8 & 1) != 0 ? gradient[i] : 0.0f;
    }

    Statistics again;
    Floats inverse;
    const float *m, *s;
    if (mean.address != nullptr) {
        m = channels(mean);
        s = channels(inverse_deviation);
    } else {
        again = statistics(image, values.get());
        inverse = inverse_deviations(again.variance.get(), epsilon, image.C);
        m = again.mean.get();
        s = inverse.get();
    }

    const float* g = gradient.get();
    const float* v = values.get();
    const Floats bias_sums = sum_over_pixels(image, [g](int64_t i, int64_t) { return g[i]; });
    const Floats scale_sums = sum_over_pixels(image, [g, v, m, s](int64_t i, int64_t c) { return g[i] * ((v[i] - m[c]) * s[c]); });
    const float* weights = channels(scale);
    const auto pixels = static_cast<float>(image.pixels());
    Floats result = floats(image.count());
    for (int64_t pixel = 0; pixel < image.pixels(); pixel++)
        for (int64_t c = 0; c < image.C; c++) {
            const int64_t i = pixel * image.C + c;
            const float normalised = (v[i] - m[c]) * s[c];
            result[i] = weights[c] * s[c] * (g[i] - bias_sums[c] / pixels - normalised * (scale_sums[c] / pixels));
        }
    blend_image(alpha, result.get(), beta, image, dx);
    blend(parameter_alpha, scale_sums.get(), parameter_beta, image.C, Number::Float,
          to_blend(dscale.address, dscale.bytes, sizeof(float), parameter_beta));
    blend(parameter_alpha, bias_sums.get(), parameter_beta, image.C, Number::Float,
          to_blend(dbias.address, dbias.bytes, sizeof(float), parameter_beta));
}

void BatchNormInference::operator()() const {
    const Floats values = image_values(x, image);
    const Floats inverse = inverse_deviations(channels(variance), epsilon, image.C);
    const Floats result = normalise(image, values.get(), channels(mean), inverse.get(), channels(scale), channels(bias));
    blend_image(alpha, result.get(), beta, image, y);
}

}  // namespace vgpu::dnn
