// Convolutions of one to four channels as matrix products: their patches make rows of R·R·C numbers, long enough and well enough aligned for tensor cores,
// where the channels alone are neither. A row is filled up with zeros to a multiple of 16 bytes. Filters that need it are their own patches.
//   patches   columns[(n, oh, ow), (r, s, c)] = x[n, oh·stride − pad + r, ow·stride − pad + s, c], 0 outside. 2 sizeof(real) bytes an element.
//   unpatch   x[n, h, w, c] (+)= act(bias[c] + Σ of the columns that are taken from it), in the order of (r, s): the adjoint, with bias and activation.
#include "functions.h"

KERNEL(patches, PatchesParams) {
    int C = p.channels, R = p.filter;
    each_run(p.count, 1, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        int row = i / p.row, at = i % p.row;
        int ow = row % p.out_width, oh = row / p.out_width % p.out_height, n = row / p.out_width / p.out_height;
        int top = oh * p.stride - p.pad, left = ow * p.stride - p.pad;
        lanes<N> run;
        UNROLL
        for (int j = 0; j < N; j++) {
            int c = (at + j) % C, s = (at + j) / C % R, r = (at + j) / C / R, h = top + r, w = left + s;
            bool inside = r < R && h >= 0 && h < p.height && w >= 0 && w < p.width;
            run.v[j] = inside ? load(p.x, (((i64)n * p.height + h) * p.width + w) * C + c) : 0.0f;
        }

        store_lanes(p.columns, i, run);
    });
}

KERNEL(unpatch, UnpatchParams) {
    int C = p.channels, R = p.filter;
    for (u32 i = first_thread(); i < (u32)p.count; i += all_threads()) {
        int c = i % C, pixel = i / C;
        int w = pixel % p.width, h = pixel / p.width % p.height, n = pixel / p.width / p.height;
        float sum = 0;
        for (int r = (h + p.pad) % p.stride; r < R; r += p.stride) {
            int oh = (h + p.pad - r) / p.stride;
            if (h + p.pad < r || oh >= p.out_height)
                continue;
            for (int s = (w + p.pad) % p.stride; s < R; s += p.stride) {
                int ow = (w + p.pad - s) / p.stride;
                if (w + p.pad < s || ow >= p.out_width)
                    continue;
                i64 row = ((i64)n * p.out_height + oh) * p.out_width + ow;
                sum += load(p.columns, row * p.row + (r * R + s) * C + c);
            }
        }

        float value = activate(p.act, given(p.bias) ? sum + load(p.bias, c) : sum);
        store(p.x, i, p.accumulate ? load(p.x, i) + value : value);
    }
}
