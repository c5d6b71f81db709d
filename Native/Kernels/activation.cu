//   bias_activation            y ← act(y + bias), in place. 2 sizeof(real) bytes an element.
//   activation_backward        dx = dy ∘ act′(y). 3 sizeof(real).
//   activation_bias_backward   the same, and dbias (+)= Σ over pixels of dx, in a fixed order.
// Leaky ReLU (Maas, Hannun and Ng, 2013), tanh, sigmoid; derivatives from the output.
#include "sums.h"

KERNEL(bias_activation, BiasActivationParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> y = load_lanes<N>(p.y, i), bias = {};
        if (given(p.bias))
            bias = load_lanes<N>(p.bias, i % p.channels);
        UNROLL
        for (int j = 0; j < N; j++)
            y.v[j] = activate(p.act, y.v[j] + bias.v[j]);
        store_lanes(p.y, i, y);
    });
}

// The gradient before the activation, stored too.
template <int N>
DEVICE lanes<N> gradient(Activation act, global<real> y, global<real> dy, global<real> dx, i64 i) {
    lanes<N> g = load_lanes<N>(dy, i);
    if (act.kind != IDENTITY) {
        lanes<N> out = load_lanes<N>(y, i);
        UNROLL
        for (int j = 0; j < N; j++)
            g.v[j] *= slope_at(act, out.v[j]);
    }

    store_lanes(dx, i, g);
    return g;
}

KERNEL(activation_backward, ActivationBackwardParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) { gradient<decltype(width)::value>(p.act, p.y, p.dy, p.dx, i); });
}

template <int N>
DEVICE void activation_bias(const ActivationBiasBackwardParams& p) {
    column_sums<N, 1>(
        p.columns,
        [&](i64 i, int, lanes<N>* sums) {
            lanes<N> g = gradient<N>(p.act, p.y, p.dy, p.dx, i);
            UNROLL
            for (int j = 0; j < N; j++)
                sums[0].v[j] += g.v[j];
        },
        [&](int c, const float* totals) { store(p.dbias, c, p.accumulate ? load(p.dbias, c) + totals[0] : totals[0]); });
}

KERNEL(activation_bias_backward, ActivationBiasBackwardParams) {
    if (p.columns.vector)
        activation_bias<PACK>(p);
    else
        activation_bias<1>(p);
}
