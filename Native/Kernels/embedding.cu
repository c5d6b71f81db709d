//   embed            y[n] = table[labels[n]]. 4 + sizeof(real) bytes an element.
//   embed_backward   dtable[c] (+)= Σ over n with labels[n] = c of dy[n], in the order of n: a thread for each element of the table reads all labels
//                    and those rows of dy that are its class's.
#include "functions.h"

KERNEL(embed, EmbedParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 n = i / p.width, from = load(p.labels, n) * p.width + i % p.width;
        store_lanes(p.y, i, load_lanes<N>(p.table, from));
    });
}

KERNEL(embed_backward, EmbedBackwardParams) {
    for (u32 i = first_thread(); i < (u32)p.count; i += all_threads()) {
        int label = i / p.width, column = i % p.width;
        float sum = p.accumulate ? load(p.dtable, i) : 0.0f;
        for (int n = 0; n < p.samples; n++)
            if (load(p.labels, n) == label)
                sum += load(p.dy, n * (i64)p.width + column);
        store(p.dtable, i, sum);
    }
}
