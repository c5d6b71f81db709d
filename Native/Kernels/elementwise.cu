// One pass each, no sums; bytes an element: multiply 3, scale_samples 2, concat and slice 2 times sizeof(real).
//   fill            y = value; a store alone
//   multiply        y = a ∘ b
//   scale_samples   y[n] = x[n] · numerator[n] / denominator[n]; 0 where the denominator is: there a gradient underflowed, and x with it
//   concat          y = a and b side by side in the channels
//   slice           y = channels [first, first + C) of x
#include "functions.h"

KERNEL(fill, FillParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> y;
        for (int j = 0; j < N; j++)
            y.v[j] = p.value;
        store_lanes(p.y, i, y);
    });
}

KERNEL(multiply, MultiplyParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        lanes<N> a = load_lanes<N>(p.a, i), b = load_lanes<N>(p.b, i);
        for (int j = 0; j < N; j++)
            a.v[j] *= b.v[j];
        store_lanes(p.y, i, a);
    });
}

KERNEL(scale_samples, ScaleSamplesParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 n = i / p.sample;
        float ratio = quotient(load(p.numerator, n), load(p.denominator, n));
        lanes<N> x = load_lanes<N>(p.x, i);
        for (int j = 0; j < N; j++)
            x.v[j] *= ratio;
        store_lanes(p.y, i, x);
    });
}

KERNEL(concat, ConcatParams) {
    int A = p.channels_a, B = p.channels_b;
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        int pixel = i / (A + B), c = i % (A + B);
        global<real> from = c < A ? p.a : p.b;
        store_lanes(p.y, i, load_lanes<N>(from, c < A ? pixel * A + c : pixel * B + c - A));
    });
}

KERNEL(slice, SliceParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 from = i / p.channels_y * p.channels_x + p.first + i % p.channels_y;
        store_lanes(p.y, i, load_lanes<N>(p.x, from));
    });
}
