// Kernels for the virtual GPU's own tests: one mistake each, and some without. In the module "planted", and in no other.
#include "portable.h"

struct PlantedParams {
    global<float> values;
    global<u32> counter;
    i64 count;
    float scale;
};

// ---- without a mistake

KERNEL(planted_scale, PlantedParams) {
    const i64 i = (i64)block_index() * BLOCK + thread_index();
    if (i < p.count)
        store(p.values, i, mul_rn(load(p.values, i), p.scale));
}

// values[0] = Σ of the first `count`, in a fixed order: shuffles, shared memory, and a last block that adds up what the others left.
KERNEL(planted_sum, PlantedParams) {
    SHARED(float, warps, BLOCK / WARP);
    SHARED(u32, last, 1);
    const u32 t = thread_index();
    const i64 i = (i64)block_index() * BLOCK + t;
    float v = i < p.count ? load(p.values, i) : 0.0f;
    for (int mask = WARP / 2; mask > 0; mask /= 2)
        v += shuffle_xor(v, mask);
    if (t % WARP == 0)
        warps[t / WARP] = v;
    sync_block();
    if (t == 0) {
        float sum = 0;
        for (int w = 0; w < BLOCK / WARP; w++)
            sum += warps[w];
        store(p.values, p.count + block_index(), sum);
        last[0] = increment(p.counter, 0) == block_count() - 1;
    }
    sync_block();
    if (last[0] && t == 0) {
        float sum = 0;
        for (u32 b = 0; b < block_count(); b++)
            sum += load(p.values, p.count + b);
        store(p.values, 0, sum);
    }
}

struct ConversionParams {
    global<float> wide;
    global<half> halves;
    global<bfloat> bfloats;
    i64 count;
    int widening;
};

KERNEL(planted_conversions, ConversionParams) {
    const i64 i = (i64)block_index() * BLOCK + thread_index();
    if (i >= p.count)
        return;
    if (p.widening) {
        store(p.wide, i, load(p.halves, i));
        store(p.wide, p.count + i, load(p.bfloats, i));
    } else {
        store(p.halves, i, load(p.wide, i));
        store(p.bfloats, i, load(p.wide, i));
    }
}

// ---- device memory

KERNEL(planted_past_the_end, PlantedParams) {
    if (thread_index() == 7)
        store(p.values, p.count, 1.0f);
}

KERNEL(planted_before_the_start, PlantedParams) {
    if (thread_index() == 7)
        store(p.values, 0, load(p.values, -1));
}

KERNEL(planted_misaligned, PlantedParams) {
    if (thread_index() == 7)
        store_lanes(p.values, 4, load_lanes<4>(p.values, 1));
}

// The last element of what 16 bytes hold lies outside.
KERNEL(planted_vector_past_the_end, PlantedParams) {
    if (thread_index() == 7)
        store_lanes(p.values, p.count / 4 * 4, lanes<4>());
}

KERNEL(planted_same_element, PlantedParams) {
    if (thread_index() == 0)
        store(p.values, 0, (float)block_index());
}

KERNEL(planted_reads_other_block, PlantedParams) {
    if (thread_index() == 0) {
        store(p.values, block_index(), 1.0f);
        store(p.values, block_count() + block_index(), load(p.values, (block_index() + 1) % block_count()));
    }
}

// Only thread 0's writes come before its increment: the others need a barrier.
KERNEL(planted_increments_too_early, PlantedParams) {
    SHARED(u32, last, 1);
    const u32 t = thread_index();
    store(p.values, (i64)block_index() * BLOCK + t, 1.0f);
    if (t == 0)
        last[0] = increment(p.counter, 0) == block_count() - 1;
    sync_block();
    if (last[0] && t == 0)
        for (u32 b = 0; b < block_count(); b++)
            store(p.values, p.count + b, load(p.values, (i64)b * BLOCK + BLOCK - 1));
}

KERNEL(planted_no_barrier_global, PlantedParams) {
    store(p.values, thread_index(), 1.0f);
    store(p.values, BLOCK + thread_index(), load(p.values, BLOCK - 1 - thread_index()));
}

// ---- barriers and shared memory

KERNEL(planted_no_barrier, PlantedParams) {
    SHARED(float, reversed, BLOCK);
    reversed[thread_index()] = (float)thread_index();
    store(p.values, thread_index(), (float)reversed[BLOCK - 1 - thread_index()]);
}

// The first round is fine; the second overwrites what others may not have read yet.
KERNEL(planted_no_second_barrier, PlantedParams) {
    SHARED(float, shifted, BLOCK);
    float v = (float)thread_index();
    for (int round = 0; round < 2; round++) {
        shifted[thread_index()] = v;
        sync_block();
        v = shifted[(thread_index() + 1) % BLOCK];
    }
    store(p.values, thread_index(), v);
}

KERNEL(planted_half_at_barrier, PlantedParams) {
    if (thread_index() < BLOCK / 2)
        sync_block();
    store(p.values, thread_index(), 0.0f);
}

KERNEL(planted_two_barriers, PlantedParams) {
    if (thread_index() < BLOCK / 2)
        sync_block();
    else
        sync_block();
    store(p.values, thread_index(), 0.0f);
}

KERNEL(planted_half_shuffles, PlantedParams) {
    float v = 1.0f;
    if (thread_index() % 2 == 0)
        v = shuffle_xor(v, 2);
    store(p.values, thread_index(), v);
}

KERNEL(planted_shared_garbage, PlantedParams) {
    SHARED(float, never_written, BLOCK);
    store(p.values, thread_index(), (float)never_written[thread_index()]);
}

KERNEL(planted_shared_bounds, PlantedParams) {
    SHARED(float, small, 8);
    small[thread_index()] = 0.0f;
    sync_block();
}

KERNEL(planted_shared_too_large, PlantedParams) {
    SHARED(float, large, 16384);
    large[thread_index()] = 0.0f;
    sync_block();
}
