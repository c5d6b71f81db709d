// The minibatch: images as bytes in device memory, gathered and normalised.
//   gather_images   images[n] = dataset[indices[n]] / 127.5 − 1, rounded once. 1 byte read, sizeof(real) written an element; no sums.
//   gather_labels   batch[n] = labels[indices[n]]
#include "functions.h"

KERNEL(gather_images, GatherImagesParams) {
    each_run(p.count, p.vector, [&](auto width, u32 i) {
        constexpr int N = decltype(width)::value;
        u32 n = i / p.sample;
        i64 from = (i64)load(p.indices, n) * p.sample + i % p.sample;
        lanes<N> pixels = load_lanes<N>(p.dataset, from);
        for (int j = 0; j < N; j++)
            pixels.v[j] = div_rn(2.0f * pixels.v[j] - 255.0f, 255.0f);
        store_lanes(p.images, i, pixels);
    });
}

KERNEL(gather_labels, GatherLabelsParams) {
    for (u32 n = first_thread(); n < (u32)p.count; n += all_threads())
        store(p.batch, n, load(p.labels, load(p.indices, n)));
}
