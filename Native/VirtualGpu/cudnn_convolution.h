// One convolution whose descriptors fit together, and its three directions.
#pragma once
#include "cudnn_calls.h"

namespace vgpu::dnn {

// Of the tensors x (N, H, W, C), w (K, R, S, C) and y (N, OH, OW, K); for backward passes the gradient takes its tensor's place.
struct Convolution {
    Image x, y;
    int64_t R, S;
    int pad_h, pad_w, stride_h, stride_w;
    int math;

    int64_t patch() const { return R * S * x.C; }
    int64_t w_count() const { return y.C * patch(); }
    size_t w_bytes() const { return static_cast<size_t>(w_count()) * size_of(x.number); }
    // Tensor cores read floats as tf32, unless the descriptor demands fused multiply-adds in full precision.
    Reading reading() const { return x.number == Number::Float && math != FmaMath ? Reading::RoundedToTf32 : Reading::AsIs; }
};

enum class Direction { Forward, BackwardData, BackwardFilter };

// The names of the three tensors' parameters, for messages.
struct TensorNames {
    const char *x, *w, *y;
};
TensorNames names_of(Direction direction);

// Refuses what isn't a convolution with a status of BAD_PARAM, and what none of the NHWC algorithms computes with one of NOT_SUPPORTED.
Convolution convolution(Direction direction, const void* x, const void* w, const void* settings, const void* y);

int algorithm_count(Direction direction);
bool runs(Direction direction, int algorithm);

// Backward filter's algorithm 0 adds in the order in which blocks happen to end.
inline bool is_deterministic(Direction direction, int algorithm) { return direction != Direction::BackwardFilter || algorithm != 0; }

// Never zero, and another for each shape, algorithm and math type, so that a workspace queried for something else is noticed.
size_t workspace_bytes(Direction direction, int algorithm, const Convolution& g);

// The input that is no tensor of weights, the other input, the output.
struct Operands {
    Span first, second, out;
};
Operands operands(Direction direction, const Convolution& g, const void* x, const void* w, const void* y);

// Checks addresses, alignment and overlaps.
void check_operands(const Operands& operands, const Convolution& g);

// The work itself. Each blends alpha times its sums, in float, with what the output holds.
struct ConvolutionWork {
    Convolution g;
    Direction direction;
    int algorithm;
    Operands operands;
    Span workspace;
    float alpha, beta;

    void operator()() const;
};

}  // namespace vgpu::dnn
