//   bias_activation            y ← act(y + bias), in place. 2 sizeof(real) bytes an element.
//   activation_backward        dx = dy ∘ act′(y). 3 sizeof(real).
//   activation_bias_backward   the same, and dbias (+)= Σ over pixels of dx, in a fixed order.
//   maxout                     y = the largest of each group of p.pieces elements of x. (pieces + 1) sizeof(real) bytes an element of y.
//   maxout_backward            dx = dy there, 0 at the others of the group. (2 pieces + 1) sizeof(real).
// Leaky ReLU (Maas, Hannun and Ng, 2013), tanh, sigmoid; derivatives from the output. Maxout (Goodfellow et al., 2013).
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

// Where the largest of `pieces` elements from `first` on is, the first of equals; a NaN counts as the largest.
DEVICE u32 largest(global<real> x, u32 first, int pieces) {
    u32 place = first;
    float value = load(x, first);
    for (u32 i = first + 1; i < first + pieces; i++) {
        float other = load(x, i);
        if (other > value || other != other) {
            place = i;
            value = other;
        }
    }

    return place;
}

// A thread for each group.
KERNEL(maxout, MaxoutParams) {
    for (u32 i = first_thread(); i < (u32)p.count; i += all_threads())
        store(p.y, i, load(p.x, largest(p.x, i * p.pieces, p.pieces)));
}

KERNEL(maxout_backward, MaxoutBackwardParams) {
    for (u32 i = first_thread(); i < (u32)p.count; i += all_threads()) {
        u32 first = i * p.pieces, place = largest(p.x, first, p.pieces);
        float dy = load(p.dy, i);
        for (u32 j = first; j < first + p.pieces; j++)
            store(p.dx, j, j == place ? dy : 0.0f);
    }
}
