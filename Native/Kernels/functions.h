// Loops, elementary functions and activations that the kernel families share.
#ifndef FASTGAN_FUNCTIONS_H
#define FASTGAN_FUNCTIONS_H
#include "params.h"

// Tensors have less than 2³¹ elements, and the host launches few enough blocks that an index can't pass 2³² by a stride; 32-bit division is several
// times as fast as 64-bit.
DEVICE u32 first_thread() { return block_index() * BLOCK + thread_index(); }
DEVICE u32 all_threads() { return block_count() * BLOCK; }

template <int N>
struct width_of {
    static constexpr int value = N;
};

// f(width, i) for runs that cover [0, count): PACK elements at a time where vector says so, the rest one by one. Shared out among `threads` threads,
// of which this is number `thread`.
template <class F>
DEVICE void each_run(u32 thread, u32 threads, u32 count, int vector, F f) {
    u32 wide = vector ? count / PACK * PACK : 0;
    for (u32 i = thread * PACK; i < wide; i += threads * PACK)
        f(width_of<PACK>(), i);
    for (u32 i = wide + thread; i < count; i += threads)
        f(width_of<1>(), i);
}

// Among all threads of the grid.
template <class F>
DEVICE void each_run(u32 count, int vector, F f) {
    each_run(first_thread(), all_threads(), count, vector, f);
}

DEVICE float absolute(float x) { return x < 0 ? -x : x; }

// eˣ for x ≤ 0, to 2 units in the last place; 0 below -87. With x = n ln 2 + r: 2ⁿ times the Taylor series of eʳ.
// Written out, so that every compiler gives the same.
DEVICE float exp_negative(float x) {
    if (x < -87.0f)
        return 0;
    int n = (int)(x * 1.44269504f - 0.5f);
    float r = x - n * 0.693359375f;
    r += n * 2.12194440e-4f;
    float e = 1.0f + r * (1.0f + r * (0.5f + r * (0.166666667f + r * (0.0416666667f + r * (0.00833333333f + r * (0.00138888889f + r * 0.000198412698f))))));
    return e * bits_float((u32)(n + 127) << 23);
}

// eˣ; infinite above 87.
DEVICE float exp_of(float x) { return x > 0 ? div_rn(1.0f, exp_negative(-x)) : exp_negative(x); }

// ln(1 + e) for e in [0, 1]: 2 artanh(e / (2 + e)).
DEVICE float log1p_unit(float e) {
    float s = e / (2.0f + e), s2 = s * s;
    float series = 1.0f / 11 + s2 * (1.0f / 13 + s2 * (1.0f / 15));
    series = 1.0f / 5 + s2 * (1.0f / 7 + s2 * (1.0f / 9 + s2 * series));
    return 2.0f * s * (1.0f + s2 * (1.0f / 3 + s2 * series));
}

// c + x · y
DEVICE float step_rn(float c, float x, float y) { return add_rn(c, mul_rn(x, y)); }

// ln v for normal v > 0. Each operation rounds once, so that every compiler gives the same.
DEVICE float ln_rn(float v) {
    u32 bits = float_bits(v);
    int exponent = (int)(bits - 0x3F3504F3u) >> 23;
    float m = bits_float(bits - ((u32)exponent << 23));
    float s = div_rn(sub_rn(m, 1.0f), add_rn(m, 1.0f)), s2 = mul_rn(s, s);
    float series = step_rn(2.0f, s2, step_rn(0.666666667f, s2, step_rn(0.4f, s2, step_rn(0.285714286f, s2, 0.222222222f))));
    return add_rn(mul_rn((float)exponent, 0.693147182f), mul_rn(s, series));
}

// ln(1 + x) for x ≥ 0.
DEVICE float log1p_of(float x) { return x <= 1.0f ? log1p_unit(x) : ln_rn(1.0f + x); }

DEVICE float sigmoid(float x) {
    float e = exp_negative(-absolute(x));
    return x < 0 ? e / (1.0f + e) : 1.0f / (1.0f + e);
}

DEVICE float tanh_of(float x) {
    float a = absolute(x);
    if (a < 0.25f) {
        float x2 = x * x;
        return x * (1.0f + x2 * (-0.333333333f + x2 * (0.133333333f + x2 * (-0.0539682540f + x2 * (0.0218694885f + x2 * -0.00886323553f)))));
    }

    float e = exp_negative(-2.0f * a), t = (1.0f - e) / (1.0f + e);
    return x < 0 ? -t : t;
}

DEVICE float activate(Activation act, float x) {
    switch (act.kind) {
        case LEAKY_RELU:
            return x > 0 ? x : act.slope * x;
        case TANH:
            return tanh_of(x);
        case SIGMOID:
            return sigmoid(x);
        default:
            return x;
    }
}

// The derivative, from the activation's output y.
DEVICE float slope_at(Activation act, float y) {
    switch (act.kind) {
        case LEAKY_RELU:
            return y > 0 ? 1.0f : act.slope;
        case TANH:
            return 1.0f - y * y;
        case SIGMOID:
            return y * (1.0f - y);
        default:
            return 1.0f;
    }
}

// a / b; 0 where b is.
DEVICE float quotient(float a, float b) { return b == 0 ? 0.0f : a / b; }

DEVICE float clamp(float v, float limit) { return v > limit ? limit : v < -limit ? -limit : v; }

// The factor on the loss; 1 where there is none.
DEVICE float scale_of(global<float> loss_scale) { return given(loss_scale) ? load(loss_scale, 0) : 1.0f; }

DEVICE bool is_finite(float v) { return (float_bits(v) & 0x7F800000u) != 0x7F800000u; }

#endif
