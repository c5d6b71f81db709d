// Random numbers: element i takes lane i mod 4 of Philox block i / 4. Every operation here rounds once and none may be contracted, so that all backends
// agree to the bit of a float (FastGan.RandomNumbers is the definition).
//   noise           N(0, 1) by Box–Muller, or U(−1, 1). About 90 operations and sizeof(real) bytes an element.
//   random_labels   high word of lane · classes
#include "philox.h"

DEVICE float uniform(u32 u) { return sub_rn(mul_rn(add_rn((float)(u >> 9), 0.5f), 1.0f / (1 << 22)), 1.0f); }

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
