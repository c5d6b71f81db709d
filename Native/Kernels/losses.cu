// Loss, mean score and gradient of a few hundred logits: one block, one pass, sums in a fixed order. 2 sizeof(real) bytes a logit.
//   bce           weight · mean(softplus(l) − t·l); score = mean σ(l); dl = weight · (σ(l) − t) / N · loss scale, of magnitude ≥ 1e-20 · |weight| / N
//                 before the scale, so that two gradients of a logit have a ratio (in half precision it can still underflow to 0)
//   wasserstein   −y · mean p (Arjovsky, Chintala and Bottou, 2017); score = mean p; dp = −y / N · loss scale
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

KERNEL(wasserstein, WassersteinParams) {
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
