// Loss, mean score and gradient of a few hundred logits, in one launch, with sums in a fixed order: one block, or a warp for each row of K logits.
// 2 sizeof(real) bytes a logit, 3 where there are targets; the rows are read again from the cache.
//   bce             weight · mean(softplus(l) − t·l); score = mean σ(l); dl = weight · (σ(l) − t) / N · loss scale, of magnitude ≥ 1e-20 · |weight| / N
//                   before the scale, so that two gradients of a logit have a ratio (in half precision it can still underflow to 0)
//   wasserstein     −y · mean p (Arjovsky, Chintala and Bottou, 2017); score = mean p; dp = −y / N · loss scale
//   hinge           mean max(0, 1 − y·s) (Lim and Ye, 2017); score = mean s; ds = −y / N · loss scale where y·s < 1, else 0
//   least_squares   weight / 2N · Σ (p − t)² (Mao et al., 2017); score = mean p; dp = weight · (p − t) / N · loss scale
//   cross_entropy   weight · mean(ln Σ exp l − l[label]); accuracy; dl = weight · (softmax l − onehot) / N · loss scale
//   log_sum_exp, log_sum_exp_backward   y = ln Σ exp l of each row; dl = dy · exp(l − y)
//   softmax_backward                    dl = y · (dy − Σ y · dy) of each row
#include "sums.h"

KERNEL(bce, BceParams) {
    float factor = p.weight / p.count * scale_of(p.loss_scale), t = p.target, losses = 0, scores = 0;
    for (int n = thread_index(); n < p.count; n += BLOCK) {
        float l = load(p.logits, n), e = exp_negative(-absolute(l)), large = 1.0f / (1.0f + e), small = e / (1.0f + e);
        float sigma = l > 0 ? large : small, complement = l > 0 ? small : large;
        losses += (1.0f - t) * (l > 0 ? l : 0.0f) + t * (l < 0 ? -l : 0.0f) + log1p_unit(e);
        scores += sigma;

        // σ(l) − t without cancellation where σ is near 0 or 1.
        float d = (1.0f - t) * sigma - t * complement;
        if (absolute(d) < 1e-20f)
            d = d < 0 || (d == 0 && t > 0.5f) ? -1e-20f : 1e-20f;
        store(p.dlogits, n, d * factor);
    }

    losses = block_sum(losses);
    scores = block_sum(scores);
    if (thread_index() == 0) {
        store(p.loss, 0, p.weight * losses / p.count);
        store(p.score, 0, scores / p.count);
    }
}

KERNEL(wasserstein, CriticParams) {
    float gradient = -p.y / p.count * scale_of(p.loss_scale), scores = 0;
    for (int n = thread_index(); n < p.count; n += BLOCK) {
        scores += load(p.scores, n);
        store(p.dscores, n, gradient);
    }

    scores = block_sum(scores);
    if (thread_index() == 0) {
        store(p.loss, 0, -p.y * scores / p.count);
        store(p.score, 0, scores / p.count);
    }
}

KERNEL(hinge, CriticParams) {
    float gradient = -p.y / p.count * scale_of(p.loss_scale), losses = 0, scores = 0;
    for (int n = thread_index(); n < p.count; n += BLOCK) {
        float s = load(p.scores, n), margin = 1.0f - p.y * s;
        losses += margin < 0 ? 0.0f : margin;
        scores += s;
        store(p.dscores, n, margin > 0 ? gradient : 0.0f);
    }

    losses = block_sum(losses);
    scores = block_sum(scores);
    if (thread_index() == 0) {
        store(p.loss, 0, losses / p.count);
        store(p.score, 0, scores / p.count);
    }
}

KERNEL(least_squares, LeastSquaresParams) {
    float factor = p.weight / p.samples * scale_of(p.loss_scale), target = p.target, squares = 0, scores = 0;
    for (int i = thread_index(); i < p.count; i += BLOCK) {
        float prediction = load(p.predictions, i), error = prediction - target;
        if (given(p.targets))
            error = prediction - load(p.targets, i);
        squares += error * error;
        scores += prediction;
        store(p.dpredictions, i, factor * error);
    }

    squares = block_sum(squares);
    scores = block_sum(scores);
    if (thread_index() == 0) {
        store(p.loss, 0, p.weight * squares / p.samples / 2);
        store(p.score, 0, scores / p.count);
    }
}

DEVICE int warp_lane() { return thread_index() % WARP; }
DEVICE int warp_number() { return first_thread() / WARP; }

// Of K logits: the largest, where the first such is, and Σ exp(l − largest) over all others. ln Σ exp l is largest + ln(1 + rest): no rounding is
// lost where one logit is far above the others.
struct LogitRow {
    float largest;
    int at;
    float rest;
};

// By a warp, on all its threads.
DEVICE LogitRow logit_row(global<real> logits, i64 first, int K) {
    // Its place is shuffled too, as a float: there are less than 2²⁴ classes.
    float largest = bits_float(0xFF800000u), at = (float)K;
    for (int k = warp_lane(); k < K; k += WARP) {
        float l = load(logits, first + k);
        if (l > largest) {
            largest = l;
            at = (float)k;
        }
    }

    for (int mask = WARP / 2; mask > 0; mask /= 2) {
        float other = shuffle_xor(largest, mask), other_at = shuffle_xor(at, mask);
        if (other > largest || (other == largest && other_at < at)) {
            largest = other;
            at = other_at;
        }
    }

    float rest = 0;
    for (int k = warp_lane(); k < K; k += WARP)
        rest += k == (int)at ? 0.0f : exp_negative(load(logits, first + k) - largest);
    return {largest, (int)at, warp_sum(rest)};
}

KERNEL(cross_entropy, CrossEntropyParams) {
    int n = warp_number(), K = p.classes;
    float sums[2] = {0, 0};
    if (n < p.samples) {
        float factor = p.weight / p.samples * scale_of(p.loss_scale);
        int label = load(p.labels, n);
        i64 first = (i64)n * K;
        LogitRow row = logit_row(p.logits, first, K);
        if (warp_lane() == 0) {
            sums[0] = row.largest - load(p.logits, first + label) + log1p_of(row.rest);
            sums[1] = row.at == label;
        }

        float all = 1.0f + row.rest;
        for (int k = warp_lane(); k < K; k += WARP) {
            float softmax = exp_negative(load(p.logits, first + k) - row.largest) / all;

            // softmax − 1 without cancellation where that is near 0.
            float d = k != label ? softmax : k == row.at ? -row.rest / all : softmax - 1.0f;
            store(p.dlogits, first + k, factor * d);
        }
    }

    grid_sums(sums, p.partials, p.counters, [&](const float* totals) {
        if (thread_index() == 0) {
            store(p.loss, 0, p.weight * totals[0] / p.samples);
            store(p.accuracy, 0, totals[1] / p.samples);
        }
    });
}

KERNEL(log_sum_exp, LogSumExpParams) {
    int n = warp_number();
    if (n >= p.samples)
        return;
    LogitRow row = logit_row(p.logits, (i64)n * p.classes, p.classes);
    if (warp_lane() == 0)
        store(p.y, n, row.largest + log1p_of(row.rest));
}

KERNEL(log_sum_exp_backward, LogSumExpBackwardParams) {
    for (u32 i = first_thread(); i < (u32)p.count; i += all_threads()) {
        u32 n = i / p.classes;
        store(p.dlogits, i, load(p.dy, n) * exp_of(load(p.logits, i) - load(p.y, n)));
    }
}

KERNEL(softmax_backward, SoftmaxBackwardParams) {
    int n = warp_number();
    if (n >= p.samples)
        return;
    i64 first = (i64)n * p.classes;
    float mean = 0;
    for (int k = warp_lane(); k < p.classes; k += WARP)
        mean += load(p.y, first + k) * load(p.dy, first + k);
    mean = warp_sum(mean);
    for (int k = warp_lane(); k < p.classes; k += WARP)
        store(p.dlogits, first + k, load(p.y, first + k) * (load(p.dy, first + k) - mean));
}
