// Images flipped and shifted at random (Zhao et al., 2020), and the gradient of that. Copies alone, so exact; 2 sizeof(real) bytes an element. Some
// blocks a sample, so that its three numbers are drawn once for many elements.
//   augment   to[n, h, w] = from[n, h + down, w′ + right] with w′ = W − 1 − w where flipped, and −1 outside; backward the other way, and 0 outside:
//             from[n, h − down, w′] with w′ = w − right, or where flipped W − 1 − (w − right), which is the way forward again
#include "philox.h"

// lane · (2 shift + 1) / 2³² − shift: evenly from −shift..shift.
DEVICE int drawn_shift(u32 lane, int shift) { return (int)high_product(lane, 2 * shift + 1) - shift; }

KERNEL(augment, AugmentParams) {
    u32 n = block_index() / p.parts, part = block_index() % p.parts;
    int H = p.height, W = p.width, C = p.channels, sample = H * W * C;
    global<real> from = p.from + (i64)n * sample, to = p.to + (i64)n * sample;
    Philox u = philox(p.key, p.stream, n);
    bool flip = p.flip && u.x[0] >> 31;
    int down = drawn_shift(u.x[1], p.shift), right = drawn_shift(u.x[2], p.shift);
    int first_h = p.backward ? -down : down, first_w = flip ? W - 1 + right : p.backward ? -right : right, step = flip ? -1 : 1;
    float outside = p.backward ? 0.0f : -1.0f;
    each_run(part * BLOCK + thread_index(), p.parts * BLOCK, sample, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        int pixel = (int)i / C, c = (int)i - pixel * C, h = pixel / W, w = pixel - h * W;
        lanes<N> values;
        UNROLL
        for (int j = 0; j < N; j++) {
            int from_h = first_h + h, from_w = first_w + step * w;
            bool inside = from_h >= 0 && from_h < H && from_w >= 0 && from_w < W;
            values.v[j] = inside ? load(from, ((i64)from_h * W + from_w) * C + c) : outside;
            if (++c == C) {
                c = 0;
                if (++w == W) {
                    w = 0;
                    h++;
                }
            }
        }

        store_lanes(to, i, values);
    });
}
