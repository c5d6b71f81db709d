// The optimizer's step over a whole slab in one pass: unscaling, the rule, clipping of the weights, the moving average, and the copies in working
// precision. Each element on its own; nothing changes where the loss scale says that the gradients weren't finite, but for clipping and average.
// Bytes an element: the gradient's, 8 for the parameter, 8 for each number of state, 8 for an average, and the copies'.
//   adam      m ← m + (1−β₁)(g − m), v ← v + (1−β₂)(g² − v), p ← p − rate · m / (√v · correction + ε) (Kingma and Ba, 2015)
//   rmsprop   s ← s + (1−α)(g² − s), p ← p − rate · g / (√s + ε) (Hinton, 2012)
//   sgd       b ← μb + g, p ← p − rate · b
//   clip_weights, clip_gradients, moving_average   what an update does in its pass, alone
//   l2_norm   √Σ v² / loss scale, in a fixed order: two stages in one launch. Notes whether it is finite.
//   adjust_loss_scale   after an update, one thread (Micikevicius et al., 2018)
#include "sums.h"

struct Adam {
    float rate, correction, follow_m, follow_v, epsilon;

    template <int N>
    DEVICE void step(const UpdateParams& p, i64 i, lanes<N> g, lanes<N>& w) const {
        lanes<N> m = load_lanes<N>(p.state, i), v = load_lanes<N>(p.state, p.count + i);
        for (int j = 0; j < N; j++) {
            m.v[j] += follow_m * (g.v[j] - m.v[j]);
            v.v[j] += follow_v * (g.v[j] * g.v[j] - v.v[j]);
            w.v[j] -= rate * div_rn(m.v[j], sqrt_rn(v.v[j]) * correction + epsilon);
        }

        store_lanes(p.state, i, m);
        store_lanes(p.state, p.count + i, v);
    }
};

struct RmsProp {
    float rate, follow, epsilon;

    template <int N>
    DEVICE void step(const UpdateParams& p, i64 i, lanes<N> g, lanes<N>& w) const {
        lanes<N> s = load_lanes<N>(p.state, i);
        for (int j = 0; j < N; j++) {
            s.v[j] += follow * (g.v[j] * g.v[j] - s.v[j]);
            w.v[j] -= rate * div_rn(g.v[j], sqrt_rn(s.v[j]) + epsilon);
        }

        store_lanes(p.state, i, s);
    }
};

struct Sgd {
    float rate, momentum;

    template <int N>
    DEVICE void step(const UpdateParams& p, i64 i, lanes<N> g, lanes<N>& w) const {
        lanes<N> b = load_lanes<N>(p.state, i);
        for (int j = 0; j < N; j++) {
            b.v[j] = momentum * b.v[j] + g.v[j];
            w.v[j] -= rate * b.v[j];
        }

        store_lanes(p.state, i, b);
    }
};

template <int N>
DEVICE void store_average(global<float> average, global<real> copy, float follow, i64 i, lanes<N> values) {
    lanes<N> a = load_lanes<N>(average, i);
    for (int j = 0; j < N; j++)
        a.v[j] += follow * (values.v[j] - a.v[j]);
    store_lanes(average, i, a);
    if (given(copy))
        store_lanes(copy, i, a);
}

template <class Rule>
DEVICE void update(const UpdateParams& p, Rule rule) {
    bool finite = !given(p.loss_scale) || load(p.loss_scale, 3) != 0;
    float unscale = 1.0f / scale_of(p.loss_scale);
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> w = load_lanes<N>(p.parameters, i);
        if (finite) {
            lanes<N> g = load_lanes<N>(p.gradients, i);
            for (int j = 0; j < N; j++)
                g.v[j] *= unscale;
            rule.step(p, i, g, w);
        }

        for (int j = 0; j < N; j++)
            w.v[j] = clamp(w.v[j], p.limit);
        store_lanes(p.parameters, i, w);
        if (given(p.copy))
            store_lanes(p.copy, i, w);
        if (given(p.average))
            store_average(p.average, p.average_copy, p.follow, i, w);
    });

    // What lies behind the trained parameters: running statistics.
    for (u32 i = p.count + first_thread(); i < (u32)p.averaged; i += all_threads())
        store_average(p.average, p.average_copy, p.follow, i, load_lanes<1>(p.parameters, i));
}

KERNEL(adam, UpdateParams) {
    update(p, Adam{load(p.rates, 0), load(p.rates, 1), p.constants[0], p.constants[1], p.constants[2]});
}

KERNEL(rmsprop, UpdateParams) { update(p, RmsProp{load(p.rates, 0), p.constants[0], p.constants[1]}); }

KERNEL(sgd, UpdateParams) { update(p, Sgd{load(p.rates, 0), p.constants[0]}); }

KERNEL(clip_weights, ClipWeightsParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> v = load_lanes<N>(p.values, i);
        for (int j = 0; j < N; j++)
            v.v[j] = clamp(v.v[j], p.limit);
        store_lanes(p.values, i, v);
        if (given(p.copy))
            store_lanes(p.copy, i, v);
    });
}

KERNEL(clip_gradients, ClipGradientsParams) {
    float limit = p.limit * scale_of(p.loss_scale);
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> v = load_lanes<N>(p.values, i);
        for (int j = 0; j < N; j++)
            v.v[j] = clamp(v.v[j], limit);
        store_lanes(p.values, i, v);
    });
}

KERNEL(moving_average, MovingAverageParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        store_average(p.average, p.copy, p.follow, i, load_lanes<N>(p.values, i));
    });
}

KERNEL(l2_norm, L2NormParams) {
    float sums[1] = {0};
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> v = load_lanes<N>(p.values, i);
        for (int j = 0; j < N; j++)
            sums[0] += v.v[j] * v.v[j];
    });

    grid_sums(sums, p.partials, p.counters, [&](const float* totals) {
        if (thread_index() != 0)
            return;
        bool finite = is_finite(totals[0]);
        if (given(p.loss_scale))
            store(p.loss_scale, 3, finite ? 1.0f : 0.0f);
        if (finite || !given(p.loss_scale))
            store(p.norm, 0, sqrt_rn(totals[0]) / scale_of(p.loss_scale));
    });
}

KERNEL(adjust_loss_scale, AdjustLossScaleParams) {
    if (first_thread() != 0)
        return;
    float scale = load(p.loss_scale, 0), good = load(p.loss_scale, 1);
    if (load(p.loss_scale, 3) == 0) {
        scale = scale / 2 < p.least ? p.least : scale / 2;
        good = 0;
        store(p.loss_scale, 2, load(p.loss_scale, 2) + 1);
    } else if (++good == p.growth) {
        scale = scale * 2 > p.most ? p.most : scale * 2;
        good = 0;
    }

    store(p.loss_scale, 0, scale);
    store(p.loss_scale, 1, good);
}
