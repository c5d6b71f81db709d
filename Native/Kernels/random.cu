// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, 2011): a number is a function of (seed, stream, step, index). Element i takes lane i mod 4 of
// block i / 4. Every operation here rounds once and none may be contracted, so that all backends agree to the bit of a float
// (FastGan.RandomNumbers is the definition).
//   noise           N(0, 1) by Box–Muller, or U(−1, 1). About 90 operations and sizeof(real) bytes an element.
//   random_labels   high word of lane · classes
#include "functions.h"

DEVICE u32 high_product(u32 a, u32 b) { return (u32)(((u64)a * b) >> 32); }

struct Philox {
    u32 x[4];
};

DEVICE Philox philox(global<u32> key, u32 stream, u32 block) {
    u32 x0 = block, x1 = stream, x2 = load(key, 2), x3 = load(key, 3), k0 = load(key, 0), k1 = load(key, 1);
    for (int round = 0; round < 10; round++) {
        u32 high0 = high_product(0xD2511F53u, x0), low0 = 0xD2511F53u * x0;
        u32 high1 = high_product(0xCD9E8D57u, x2), low1 = 0xCD9E8D57u * x2;
        x0 = high1 ^ x1 ^ k0;
        x1 = low1;
        x2 = high0 ^ x3 ^ k1;
        x3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }

    return {{x0, x1, x2, x3}};
}

DEVICE float uniform(u32 u) { return sub_rn(mul_rn(add_rn((float)(u >> 9), 0.5f), 1.0f / (1 << 22)), 1.0f); }

// c + x · y
DEVICE float step_rn(float c, float x, float y) { return add_rn(c, mul_rn(x, y)); }

DEVICE float ln_rn(float v) {
    u32 bits = float_bits(v);
    int exponent = (int)(bits - 0x3F3504F3u) >> 23;
    float m = bits_float(bits - ((u32)exponent << 23));
    float s = div_rn(sub_rn(m, 1.0f), add_rn(m, 1.0f)), s2 = mul_rn(s, s);
    float series = step_rn(2.0f, s2, step_rn(0.666666667f, s2, step_rn(0.4f, s2, step_rn(0.285714286f, s2, 0.222222222f))));
    return add_rn(mul_rn((float)exponent, 0.693147182f), mul_rn(s, series));
}

// Box–Muller: see RandomNumbers.NormalPair.
DEVICE void normal_pair(u32 a, u32 b, float& first, float& second) {
    float r = sqrt_rn(mul_rn(-2.0f, ln_rn(mul_rn((float)((a >> 8) + 1), 1.0f / (1 << 24)))));
    u32 angle = b >> 8, quadrant = angle >> 22;
    float t = sub_rn(mul_rn((float)(angle & 0x3FFFFFu), 1.0f / (1 << 22)), 0.5f), t2 = mul_rn(t, t);
    float sin = step_rn(0.0796926262f, t2, step_rn(-0.00468175413f, t2, 0.000160441185f));
    sin = mul_rn(t, step_rn(1.57079633f, t2, step_rn(-0.645964098f, t2, sin)));
    float cos = step_rn(0.253669508f, t2, step_rn(-0.0208634808f, t2, step_rn(0.000919260274f, t2, -0.0000252020424f)));
    cos = step_rn(1.0f, t2, step_rn(-1.23370055f, t2, cos));
    float x = quadrant & 1 ? -sin : cos, y = quadrant & 1 ? cos : sin;
    first = mul_rn(r, quadrant & 2 ? -x : x);
    second = mul_rn(r, quadrant & 2 ? -y : y);
}

KERNEL(noise, NoiseParams) {
    for (u32 block = first_thread(); block * 4 < (u32)p.count; block += all_threads()) {
        Philox u = philox(p.key, p.stream, (u32)block);
        float v[4];
        if (p.normal) {
            normal_pair(u.x[0], u.x[1], v[0], v[1]);
            normal_pair(u.x[2], u.x[3], v[2], v[3]);
        } else {
            for (int j = 0; j < 4; j++)
                v[j] = uniform(u.x[j]);
        }

        for (int j = 0; j < 4 && block * 4 + j < (u32)p.count; j++)
            store(p.z, block * 4 + j, v[j]);
    }
}

KERNEL(random_labels, RandomLabelsParams) {
    for (u32 block = first_thread(); block * 4 < (u32)p.count; block += all_threads()) {
        Philox u = philox(p.key, p.stream, (u32)block);
        for (int j = 0; j < 4 && block * 4 + j < (u32)p.count; j++)
            store(p.labels, block * 4 + j, (int)high_product(u.x[j], p.classes));
    }
}
