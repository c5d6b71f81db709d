// What keeps a discriminator smooth. Sums are in single precision, in a fixed order. Bytes are of global memory: what is read again soon comes from
// the cache.
//   mix                 y = b + (t + 1) / 2 · (a − b), t one a sample. 3 sizeof(real) bytes and 3 flops an element.
//   gradient_penalty    weight · mean (‖gₙ‖ − center)²; mean ‖gₙ‖; dgₙ = 2 weight / N · (‖gₙ‖ − center) / ‖gₙ‖ · gₙ · loss scale (Gulrajani et al., 2017;
//                       Mescheder, Geiger and Nowozin, 2018). A block a sample, one launch. 2 sizeof(real) bytes and 3 flops an element.
//   Spectral norm (Miyato et al., 2018) of w, a (K, width) matrix. 12 + sizeof(real) bytes and 5 flops an element of w; from the second pass on the
//   matrix comes from the cache, where it fits.
//     spectral_columns  t = wᵀu
//     spectral_rows     v = t / ‖t‖, u = wv / σ, σ = ‖wv‖. A block a row, each with ‖t‖ from the t that it reads anyway; the last one ends u.
//     spectral_scale    y = w / σ
//   Its gradient, w, u and v being constants: dw = (dy − ⟨dy, y⟩ u vᵀ) / σ. 5 sizeof(real) bytes and 5 flops an element.
//     spectral_product  ⟨dy, y⟩
//     spectral_gradient dw
#include "sums.h"

KERNEL(mix, MixParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        float share = (load(p.t, i / p.sample) + 1.0f) / 2;
        lanes<N> a = load_lanes<N>(p.a, i), b = load_lanes<N>(p.b, i);
        for (int j = 0; j < N; j++)
            b.v[j] += share * (a.v[j] - b.v[j]);
        store_lanes(p.y, i, b);
    });
}

KERNEL(gradient_penalty, GradientPenaltyParams) {
    int samples = block_count();
    global<real> g = p.g + (i64)block_index() * p.sample, dg = p.dg + (i64)block_index() * p.sample;
    float squares = 0;
    each_run(thread_index(), BLOCK, p.sample, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> v = load_lanes<N>(g, i);
        for (int j = 0; j < N; j++)
            squares += v.v[j] * v.v[j];
    });

    float length = sqrt_rn(block_sum(squares)), excess = length - p.center;
    float factor = quotient(2.0f * p.weight / samples * scale_of(p.loss_scale) * excess, length);
    each_run(thread_index(), BLOCK, p.sample, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> v = load_lanes<N>(g, i);
        for (int j = 0; j < N; j++)
            v.v[j] *= factor;
        store_lanes(dg, i, v);
    });

    bool first = thread_index() == 0;
    float sums[2] = {first ? excess * excess : 0.0f, first ? length : 0.0f};
    grid_sums(sums, p.partials, p.counters, [&](const float* totals) {
        if (first) {
            store(p.loss, 0, p.weight * totals[0] / samples);
            store(p.norm, 0, totals[1] / samples);
        }
    });
}

template <int N>
DEVICE void columns_by_u(const SpectralColumnsParams& p) {
    column_sums<N, 1>(
        p.columns,
        [&](i64 i, int, lanes<N>* sums) {
            lanes<N> w = load_lanes<N>(p.w, i);
            float u = load(p.u, i / p.columns.channels);
            UNROLL
            for (int j = 0; j < N; j++)
                sums[0].v[j] += w.v[j] * u;
        },
        [&](int c, const float* totals) { store(p.t, c, totals[0]); });
}

KERNEL(spectral_columns, SpectralColumnsParams) {
    if (p.columns.vector)
        columns_by_u<PACK>(p);
    else
        columns_by_u<1>(p);
}

KERNEL(spectral_rows, SpectralRowsParams) {
    i64 row = (i64)block_index() * p.width;
    float product = 0, squares = 0;
    each_run(thread_index(), BLOCK, p.width, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> w = load_lanes<N>(p.w, row + i), t = load_lanes<N>(p.t, i);
        for (int j = 0; j < N; j++) {
            product += w.v[j] * t.v[j];
            squares += t.v[j] * t.v[j];
        }
    });

    float length = sqrt_rn(block_sum(squares));
    product = quotient(block_sum(product), length);
    for (u32 i = first_thread(); i < (u32)p.width; i += all_threads())
        store(p.v, i, quotient(load(p.t, i), length));

    bool first = thread_index() == 0;
    if (first)
        store(p.u, block_index(), product);
    float sums[1] = {first ? product * product : 0.0f};
    grid_sums(sums, p.partials, p.counters, [&](const float* totals) {
        float sigma = sqrt_rn(totals[0]);
        if (first)
            store(p.sigma, 0, sigma);
        for (u32 k = thread_index(); k < block_count(); k += BLOCK)
            store(p.u, k, quotient(load(p.u, k), sigma));
    });
}

KERNEL(spectral_scale, SpectralScaleParams) {
    float inverse = quotient(1.0f, load(p.sigma, 0));
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> w = load_lanes<N>(p.w, i);
        for (int j = 0; j < N; j++)
            w.v[j] *= inverse;
        store_lanes(p.y, i, w);
    });
}

KERNEL(spectral_product, SpectralProductParams) {
    float sums[1] = {0};
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> dy = load_lanes<N>(p.dy, i), y = load_lanes<N>(p.y, i);
        for (int j = 0; j < N; j++)
            sums[0] += dy.v[j] * y.v[j];
    });

    grid_sums(sums, p.partials, p.counters, [&](const float* totals) {
        if (thread_index() == 0)
            store(p.product, 0, totals[0]);
    });
}

KERNEL(spectral_gradient, SpectralGradientParams) {
    float inverse = quotient(1.0f, load(p.sigma, 0)), product = load(p.product, 0);
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> dy = load_lanes<N>(p.dy, i), v = load_lanes<N>(p.v, i % p.width);
        float along = product * load(p.u, i / p.width);
        for (int j = 0; j < N; j++)
            dy.v[j] = (dy.v[j] - along * v.v[j]) * inverse;
        store_lanes(p.dw, i, dy);
    });
}
