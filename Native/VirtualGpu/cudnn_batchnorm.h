// Batch norm over the pixels of NHWC images, with ReLU fused on request.
#pragma once
#include "cudnn_calls.h"

namespace vgpu::dnn {

enum Fused : int { NormAlone = 0, NormAndActivation = 1 };

// What a forward pass of training computes and where; all one float a channel but the images.
struct BatchNormForward {
    Image image;
    int fused;
    bool propagates_nan;
    float alpha, beta;
    double epsilon, factor;
    Span x, y, scale, bias;
    Span running_mean, running_variance;  // null: not wanted
    Span mean, inverse_deviation;         // null: not wanted
    Span workspace, reserve;

    void operator()() const;
};

struct BatchNormBackward {
    Image image;
    int fused;
    float alpha, beta, parameter_alpha, parameter_beta;
    double epsilon;
    Span x, dy, dx, scale, dscale, dbias;
    Span mean, inverse_deviation;  // null: computed again from x
    Span workspace, reserve;

    void operator()() const;
};

struct BatchNormInference {
    Image image;
    float alpha, beta;
    double epsilon;
    Span x, y, scale, bias, mean, variance;

    void operator()() const;
};

// The forward pass leaves in the reserve space which elements ReLU let through, and what it was about, for the backward pass to check.
size_t reserve_bytes(int fused, const Image& image);

}  // namespace vgpu::dnn
