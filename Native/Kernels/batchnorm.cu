// Batch norm (Ioffe and Szegedy, 2015) with its activation, over the M pixels of each channel. Forward is statistics, then apply; backward sums, then
// gradient. Sums have a fixed order. Bytes an element, in sizeof(real): 1 + 2, and 3 + 4.
//   statistics   mean, 1/√(var + ε) by the biased variance; running ← running + momentum (batch − running), by the unbiased one. Sums are of
//                x less the channel's first value, which a large mean can't cancel.
//   apply        y = act(scale · (x − mean) / √(var + ε) + bias)
//   sums         with dz = dy ∘ act′: dbias (+)= Σ dz, dscale (+)= Σ dz x̂
//   gradient     dx = scale / std · (dz − mean(dz) − x̂ · mean(dz x̂))
#include "sums.h"

template <int N>
DEVICE void statistics(const BatchNormStatisticsParams& p) {
    int M = p.columns.rows;
    column_sums<N, 2>(
        p.columns,
        [&](i64 i, int c, lanes<N>* sums) {
            lanes<N> x = load_lanes<N>(p.x, i), origin = load_lanes<N>(p.x, c);
            UNROLL
            for (int j = 0; j < N; j++) {
                float d = x.v[j] - origin.v[j];
                sums[0].v[j] += d;
                sums[1].v[j] += d * d;
            }
        },
        [&](int c, const float* totals) {
            float offset = totals[0] / M, variance = totals[1] / M - offset * offset, mean = load(p.x, c) + offset;
            variance = variance > 0 ? variance : 0.0f;
            float old_mean = load(p.running_mean, c), old_var = load(p.running_var, c);
            store(p.running_mean, c, old_mean + p.momentum * (mean - old_mean));
            store(p.running_var, c, old_var + p.momentum * (variance * ((float)M / (M - 1)) - old_var));
            store(p.mean, c, mean);
            store(p.inv_std, c, div_rn(1.0f, sqrt_rn(variance + p.epsilon)));
        });
}

KERNEL(batch_norm_statistics, BatchNormStatisticsParams) {
    if (p.columns.vector)
        statistics<PACK>(p);
    else
        statistics<1>(p);
}

KERNEL(batch_norm_apply, BatchNormApplyParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 c = i % p.channels;
        lanes<N> x = load_lanes<N>(p.x, i), mean = load_lanes<N>(p.mean, c), inv_std = load_lanes<N>(p.spread, c);
        lanes<N> scale = load_lanes<N>(p.scale, c), bias = load_lanes<N>(p.bias, c);
        UNROLL
        for (int j = 0; j < N; j++) {
            float s = p.inference ? div_rn(1.0f, sqrt_rn(inv_std.v[j] + p.epsilon)) : inv_std.v[j];
            x.v[j] = activate(p.act, (x.v[j] - mean.v[j]) * (s * scale.v[j]) + bias.v[j]);
        }

        store_lanes(p.y, i, x);
    });
}

// dz = dy ∘ act′
template <int N>
DEVICE lanes<N> before_activation(Activation act, global<real> y, global<real> dy, i64 i) {
    lanes<N> dz = load_lanes<N>(dy, i);
    if (act.kind != IDENTITY) {
        lanes<N> out = load_lanes<N>(y, i);
        UNROLL
        for (int j = 0; j < N; j++)
            dz.v[j] *= slope_at(act, out.v[j]);
    }

    return dz;
}

template <int N>
DEVICE void gradient_sums(const BatchNormSumsParams& p) {
    int M = p.columns.rows, C = p.columns.channels;
    column_sums<N, 2>(
        p.columns,
        [&](i64 i, int c, lanes<N>* sums) {
            lanes<N> dz = before_activation<N>(p.act, p.y, p.dy, i), x = load_lanes<N>(p.x, i), mean = load_lanes<N>(p.mean, c);
            UNROLL
            for (int j = 0; j < N; j++) {
                sums[0].v[j] += dz.v[j];
                sums[1].v[j] += dz.v[j] * (x.v[j] - mean.v[j]);
            }
        },
        [&](int c, const float* totals) {
            float inv_std = load(p.inv_std, c), dbias = totals[0], dscale = totals[1] * inv_std;
            store(p.coefficients, c, dbias / M);
            store(p.coefficients, C + c, dscale * inv_std / M);
            store(p.dbias, c, p.accumulate ? load(p.dbias, c) + dbias : dbias);
            store(p.dscale, c, p.accumulate ? load(p.dscale, c) + dscale : dscale);
        });
}

KERNEL(batch_norm_sums, BatchNormSumsParams) {
    if (p.columns.vector)
        gradient_sums<PACK>(p);
    else
        gradient_sums<1>(p);
}

KERNEL(batch_norm_gradient, BatchNormGradientParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 c = i % p.channels;
        lanes<N> dz = before_activation<N>(p.act, p.y, p.dy, i), x = load_lanes<N>(p.x, i);
        lanes<N> scale = load_lanes<N>(p.scale, c), mean = load_lanes<N>(p.mean, c), inv_std = load_lanes<N>(p.inv_std, c);
        lanes<N> shift = load_lanes<N>(p.coefficients, c), slope = load_lanes<N>(p.coefficients, p.channels + c);
        UNROLL
        for (int j = 0; j < N; j++)
            dz.v[j] = scale.v[j] * inv_std.v[j] * (dz.v[j] - shift.v[j] - (x.v[j] - mean.v[j]) * slope.v[j]);
        store_lanes(p.dx, i, dz);
    });
}
