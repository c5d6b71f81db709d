// Kernels with mistakes in them, and some without, for the virtual GPU's own tests. In the module "planted", and in no other.
#include "portable.h"

struct PlantedParams {
    global<float> values;
    i64 count;
    float scale;
};

// Without a mistake: values[i] *= scale.
KERNEL(planted_scale, PlantedParams) {
    const i64 i = (i64)block_index() * BLOCK + thread_index();
    if (i < p.count)
        store(p.values, i, mul_rn(load(p.values, i), p.scale));
}
