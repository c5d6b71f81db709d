// Sums over a block and over a grid. The order of additions is fixed by sizes alone, so that they give the same bytes every time.
#ifndef FASTGAN_SUMS_H
#define FASTGAN_SUMS_H
#include "functions.h"

// Σ v over the threads of the warp, on all of them.
DEVICE float warp_sum(float v) {
    for (int mask = WARP / 2; mask > 0; mask /= 2)
        v += shuffle_xor(v, mask);
    return v;
}

// Σ v over the threads of the block, on all of them.
DEVICE float block_sum(float v) {
    SHARED(float, warps, BLOCK / WARP);
    v = warp_sum(v);
    sync_block();
    if (thread_index() % WARP == 0)
        warps[thread_index() / WARP] = v;
    sync_block();
    float sum = 0;
    for (int i = 0; i < BLOCK / WARP; i++)
        sum += warps[i];
    return sum;
}

// True on every thread of the block that comes here last of `total`; what the others wrote before is visible to it. Leaves the counter at zero.
DEVICE bool is_last_block(global<u32> counters, int index, u32 total) {
    SHARED(u32, last, 1);
    fence();
    sync_block();
    if (thread_index() == 0) {
        last[0] = increment(counters, index) == total - 1;
        fence();
        if (last[0])
            store(counters, index, 0u);
    }

    sync_block();
    fence();
    return last[0] != 0;
}

// S sums over all threads of the grid, in one launch: finish(totals) runs on the last block, on every thread. partials holds S a block.
template <int S, class Finish>
DEVICE void grid_sums(float (&v)[S], global<float> partials, global<u32> counters, Finish finish) {
    UNROLL
    for (int s = 0; s < S; s++) {
        v[s] = block_sum(v[s]);
        if (thread_index() == 0)
            store(partials, (i64)block_index() * S + s, v[s]);
    }

    if (!is_last_block(counters, 0, block_count()))
        return;
    UNROLL
    for (int s = 0; s < S; s++) {
        v[s] = 0;
        for (u32 i = thread_index(); i < block_count(); i += BLOCK)
            v[s] += load(partials, (i64)i * S + s);
        v[s] = block_sum(v[s]);
    }

    finish(v);
}

// S sums down each column of a (rows, channels) matrix. A block takes `across` columns (times N) of chunk_rows rows, grid (columns, chunks); the last
// block of a column adds the chunks up in their order.
//   add(i, c, sums)    adds N elements from flat index i, channels c to c + N, to sums[S]
//   finish(c, totals)  gets the S totals of a channel, on one thread
template <int N, int S, class Add, class Finish>
DEVICE void column_sums(const Columns& p, Add add, Finish finish) {
    SHARED(float, part, BLOCK);
    int across = p.across, down = BLOCK / across, t = thread_index(), lane = t % across;
    int c = ((int)block_index() * across + lane) * N, rows = p.rows, C = p.channels;
    int from = (int)block_row() * p.chunk_rows, to = from + p.chunk_rows < rows ? from + p.chunk_rows : rows;

    lanes<N> sums[S] = {};
    if (c < C)
        for (int row = from + t / across; row < to; row += down)
            add((i64)row * C + c, c, sums);

    // Unrolled, so that the sums stay in registers.
    UNROLL
    for (int s = 0; s < S; s++) {
        UNROLL
        for (int j = 0; j < N; j++) {
            sync_block();
            part[t] = sums[s].v[j];
            for (int half_of = BLOCK / 2; half_of >= across; half_of /= 2) {
                sync_block();
                if (t < half_of)
                    part[t] = part[t] + part[t + half_of];
            }

            if (t < across && c < C)
                store(p.partials, ((i64)block_row() * S + s) * C + c + j, (float)part[t]);
        }
    }

    if (!is_last_block(p.counters, block_index(), block_rows()))
        return;
    int first = (int)block_index() * across * N, last = first + across * N < C ? first + across * N : C;
    for (int channel = first + t; channel < last; channel += BLOCK) {
        float totals[S];
        UNROLL
        for (int s = 0; s < S; s++) {
            totals[s] = 0;
            for (int chunk = 0; chunk < (int)block_rows(); chunk++)
                totals[s] += load(p.partials, ((i64)chunk * S + s) * C + channel);
        }

        finish(channel, totals);
    }
}

#endif
