// The forward pass of batch norm over the pixels of NHWC images, with ReLU fused on request.
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

}  // namespace vgpu::dnn
