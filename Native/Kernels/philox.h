// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, 2011): random bits as a function of (seed, stream, step, block).
#ifndef FASTGAN_PHILOX_H
#define FASTGAN_PHILOX_H
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

#endif
