using FastGan.Tensors;

namespace FastGan.Ops;

/// <summary>
/// The operations that training steps are written in. A backend computes them; <see cref="Programs.Recorder"/> is an
/// <see cref="IOps"/> that checks the shapes and keeps the calls, to be replayed. Shapes are (N, H, W, C); outputs come last.
/// An output is overwritten unless a <see cref="Write"/> says otherwise, and may share memory with an input only where that is said.
/// Every operation gives the same bytes each time, whatever the number of threads.
/// </summary>
public interface IOps
{
    // ---- data and random numbers

    /// <summary>images[n,h,w,c] = dataset[indices[n],h,w,c] / 127.5 − 1. The data set is of bytes (count, H, W, C), the indices of Int32.</summary>
    void GatherImages(Tensor dataset, Tensor indices, Tensor images);

    /// <summary>batch[n] = labels[indices[n]]; all Int32.</summary>
    void GatherLabels(Tensor labels, Tensor indices, Tensor batch);

    /// <summary>
    /// Fills <paramref name="z"/> with random numbers of a stream: element i takes lane i mod 4 of Philox block
    /// (i / 4, stream, step). The same on every backend to the bit of a float: see <see cref="RandomNumbers"/>.
    /// </summary>
    /// <param name="key">(4) Int32: seed low and high, step low and high.</param>
    void Noise(Distribution distribution, uint stream, Tensor key, Tensor z);

    /// <summary>labels[n] = a class drawn evenly from 0..classes−1, by the same blocks and lanes as <see cref="Noise"/>.</summary>
    void RandomLabels(int classes, uint stream, Tensor key, Tensor labels);

    // ---- convolution; dense layers are the case H = W = R = 1

    /// <summary>y = act(conv(x, w) + bias). x (N, H, W, C), w (K, R, R, C), bias (K), y (N, OutH, OutW, K).</summary>
    void Conv(ConvShape g, Tensor x, Tensor w, Tensor? bias, Activation act, Tensor y);

    /// <summary>
    /// x = act(convᵀ(y, w) + bias): the gradient of a convolution with respect to its input, and the forward pass of a
    /// transposed convolution. y (N, OutH, OutW, K), w (K, R, R, C), bias (C), x (N, H, W, C).
    /// </summary>
    void ConvBackwardData(ConvShape g, Tensor y, Tensor w, Tensor? bias, Activation act, Tensor x);

    /// <summary>dw[k,r,s,c] (+)= Σ_{n,oh,ow} dy[n,oh,ow,k] · x[n, oh·stride − pad + r, ow·stride − pad + s, c].</summary>
    void ConvBackwardFilter(ConvShape g, Tensor x, Tensor dy, Write mode, Tensor dw);

    // ---- elementwise and batch norm

    /// <summary>
    /// dx = dy ∘ act′ with act′ from the activation's output y; dbias (C) (+)= Σ over pixels of dx, where wanted.
    /// dx may be dy.
    /// </summary>
    void ActivationBackward(Activation act, Tensor y, Tensor dy, Tensor dx, Write mode, Tensor? dbias);

    /// <summary>
    /// y = act(scale · (x − mean) / √(var + ε) + bias) over the batch's own biased statistics of each channel, which are saved;
    /// running ← (1 − momentum) · running + momentum · batch, with the unbiased variance (Ioffe and Szegedy, 2015).
    /// </summary>
    void BatchNorm(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y);

    /// <summary>The gradient of <see cref="BatchNorm"/> by its x, y and saved statistics. dx may be dy; dscale and dbias (C) follow <paramref name="mode"/>.</summary>
    void BatchNormBackward(Tensor x, Tensor y, Tensor dy, BatchNormTensors bn, Activation act, Tensor dx, Write mode, Tensor dscale, Tensor dbias);

    /// <summary>y = act(scale · (x − runningMean) / √(runningVar + ε) + bias). y may be x.</summary>
    void BatchNormInference(Tensor x, BatchNormTensors bn, double epsilon, Activation act, Tensor y);

    /// <summary>y = a ∘ b.</summary>
    void Multiply(Tensor a, Tensor b, Tensor y);

    /// <summary>y[n, …] = x[n, …] · numerator[n] / denominator[n]. y may be x.</summary>
    void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y);

    /// <summary>y = a and b side by side in the channels: (N, H, W, Ca) and (N, H, W, Cb) to (N, H, W, Ca + Cb).</summary>
    void ConcatChannels(Tensor a, Tensor b, Tensor y);

    /// <summary>y = channels [first, first + y.C) of x.</summary>
    void SliceChannels(Tensor x, int first, Tensor y);

    /// <summary>y[n] = table[labels[n]]. table (classes, 1, 1, width), labels (N) Int32, y (N, …) of width elements a sample.</summary>
    void Embed(Tensor table, Tensor labels, Tensor y);

    /// <summary>dtable[c] (+)= Σ over n with labels[n] = c of dy[n].</summary>
    void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable);

    // ---- losses

    /// <summary>
    /// Binary cross-entropy on logits l against one target t for all: loss = weight · mean(softplus(l) − t·l), stable for large |l|;
    /// score = mean σ(l); dlogits = weight · (σ(l) − t) / N, whose magnitude is at least 1e-20 · |weight| / N, so that two
    /// gradients of the same logit have a ratio (see <see cref="ScaleSamples"/>). logits and dlogits (N, 1), loss and score scalars.
    /// </summary>
    /// <param name="lossScale">dlogits is multiplied by its first element; null for 1. See <see cref="LossScale"/>.</param>
    void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits);

    /// <summary>
    /// Wasserstein loss −1/n Σ y·pᵢ of critic scores p, with y = 1 for real and −1 for generated (Arjovsky et al., 2017);
    /// score = mean p; dscores = −y / N, times the loss scale.
    /// </summary>
    void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores);

    // ---- updates, each over a whole slab

    /// <summary>One optimizer step. rates (2) holds what <see cref="OptimizerRule.Rates"/> gives; state is StateSlots slabs, one after another.</summary>
    /// <param name="lossScale">The gradients are this many times too large; where it says that they weren't finite, nothing changes. Null for neither.</param>
    void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters);

    /// <summary>values ← clamp(values, −limit, limit), with the limit times the loss scale where values are scaled gradients.</summary>
    void Clip(double limit, Tensor? lossScale, Tensor values);

    /// <summary>average ← decay · average + (1 − decay) · values.</summary>
    void MovingAverage(double decay, Tensor values, Tensor average);

    /// <summary>norm = √Σ values² / loss scale. With a loss scale, which notes whether that is finite, a norm that isn't is left as it was.</summary>
    void Norm(Tensor values, Tensor? lossScale, Tensor norm);

    /// <summary>
    /// After an update: where the gradients weren't finite, halves the scale and counts a skipped update; after
    /// <see cref="LossScale.Growth"/> finite ones in a row doubles it.
    /// </summary>
    void AdjustLossScale(Tensor lossScale);
}
