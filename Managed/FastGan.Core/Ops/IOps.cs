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

    /// <summary>Every element of y = value.</summary>
    void Fill(double value, Tensor y);

    /// <summary>y = a ∘ b.</summary>
    void Multiply(Tensor a, Tensor b, Tensor y);

    /// <summary>y[n, …] = x[n, …] · numerator[n] / denominator[n]. y may be x.</summary>
    void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y);

    /// <summary>y = a and b side by side in the channels: (N, H, W, Ca) and (N, H, W, Cb) to (N, H, W, Ca + Cb).</summary>
    void ConcatChannels(Tensor a, Tensor b, Tensor y);

    /// <summary>y = channels [first, first + y.C) of x.</summary>
    void SliceChannels(Tensor x, int first, Tensor y);

    /// <summary>
    /// y[n,h,w,u] = the largest of channels [u · pieces, (u + 1) · pieces) of x, with pieces = x.C / y.C (Goodfellow et al., 2013):
    /// (N, H, W, C · pieces) to (N, H, W, C).
    /// </summary>
    void Maxout(Tensor x, Tensor y);

    /// <summary>The gradient of <see cref="Maxout"/> by its x: of each group of channels the largest, the first of equals, has dy, and the others 0. dx as x.</summary>
    void MaxoutBackward(Tensor x, Tensor dy, Tensor dx);

    /// <summary>y[n] = table[labels[n]]. table (classes, 1, 1, width), labels (N) Int32, y (N, …) of width elements a sample.</summary>
    void Embed(Tensor table, Tensor labels, Tensor y);

    /// <summary>dtable[c] (+)= Σ over n with labels[n] = c of dy[n].</summary>
    void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable);

    // ---- losses

    /// <summary>
    /// Binary cross-entropy on logits l against one target t for all: loss = weight · mean(softplus(l) − t·l), stable for large |l|;
    /// score = mean σ(l); dlogits = weight · (σ(l) − t) / N, whose magnitude is at least 1e-20 · |weight| / N, so that two
    /// gradients of the same logit have a ratio (see <see cref="ScaleSamples"/>); of a zero it is negative where t > 1/2. logits and dlogits
    /// (N, 1), loss and score scalars.
    /// </summary>
    /// <param name="lossScale">dlogits is multiplied by its first element; null for 1. See <see cref="LossScale"/>.</param>
    void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits);

    /// <summary>
    /// Wasserstein loss −1/n Σ y·pᵢ of critic scores p, with y = 1 for real and −1 for generated (Arjovsky et al., 2017);
    /// score = mean p; dscores = −y / N, times the loss scale.
    /// </summary>
    void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores);

    /// <summary>
    /// The discriminator's hinge loss mean max(0, 1 − y·sᵢ) of scores s, with y = 1 for real and −1 for generated (Lim and Ye, 2017);
    /// score = mean s; dscores = −y / N where y·sᵢ &lt; 1, else 0, times the loss scale.
    /// </summary>
    void Hinge(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores);

    /// <summary>
    /// loss = weight / 2N · Σ (p − t)²; score = mean p; dpredictions = weight · (p − t) / N, times the loss scale. predictions, targets and
    /// dpredictions (N, C). The least-squares GAN's loss (Mao et al., 2017), and up to a constant the log-likelihood of a unit Gaussian.
    /// </summary>
    /// <param name="targets">Null where all are <paramref name="target"/>.</param>
    void LeastSquares(Tensor predictions, Tensor? targets, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dpredictions);

    /// <summary>
    /// loss = weight · mean(ln Σₖ exp lₖ − l[label]); accuracy = share of samples whose largest logit, the first of equals, is the label's;
    /// dlogits = weight · (softmax l − onehot label) / N, times the loss scale. logits and dlogits (N, K), labels (N) Int32.
    /// </summary>
    void SoftmaxCrossEntropy(Tensor logits, Tensor labels, double weight, Tensor? lossScale, Tensor loss, Tensor accuracy, Tensor dlogits);

    /// <summary>y[n] = ln Σₖ exp logits[n,k], stable for large logits. logits (N, K), y (N, 1).</summary>
    void LogSumExp(Tensor logits, Tensor y);

    /// <summary>dlogits[n,k] = dy[n] · exp(logits[n,k] − y[n]), the gradient of <see cref="LogSumExp"/> by its output y.</summary>
    void LogSumExpBackward(Tensor logits, Tensor y, Tensor dy, Tensor dlogits);

    /// <summary>dlogits[n,k] = y[n,k] · (dy[n,k] − Σⱼ y[n,j] · dy[n,j]), the gradient of a softmax by its output y. All (N, K). dlogits may be dy.</summary>
    void SoftmaxBackward(Tensor y, Tensor dy, Tensor dlogits);

    // ---- what keeps a discriminator smooth

    /// <summary>y[n] = b[n] + (t[n] + 1) / 2 · (a[n] − b[n]): a where t = 1, b where t = −1. a, b, y (N, H, W, C), t (N, 1).</summary>
    void Mix(Tensor a, Tensor b, Tensor t, Tensor y);

    /// <summary>
    /// A penalty on the norm of each sample's gradient g by its input: loss = weight · mean (‖gₙ‖ − center)²; norm = mean ‖gₙ‖;
    /// dg[n] = 2 · weight / N · (‖gₙ‖ − center) / ‖gₙ‖ · g[n], times the loss scale; 0 where gₙ is. Center 1 is WGAN-GP's (Gulrajani et al., 2017),
    /// center 0 with half the weight R1 (Mescheder, Geiger and Nowozin, 2018). dg may be g.
    /// </summary>
    void GradientPenalty(Tensor g, double center, double weight, Tensor? lossScale, Tensor loss, Tensor norm, Tensor dg);

    /// <summary>
    /// Spectral norm by one step of power iteration (Miyato et al., 2018), w read as a matrix of K rows: v = wᵀu / ‖wᵀu‖, then
    /// u = wv / σ with σ = ‖wv‖, and y = w / σ. w (K, R, R, C), u (K) read and overwritten, v (R·R·C), sigma (1), y as w. A zero matrix stays zero, with σ = 0.
    /// </summary>
    void SpectralNorm(Tensor w, Tensor u, Tensor v, Tensor sigma, Tensor y);

    /// <summary>The gradient of <see cref="SpectralNorm"/> by w, u and v taken as constants: dw = (dy − ⟨dy, y⟩ u vᵀ) / σ; 0 where σ is. dw may be dy.</summary>
    void SpectralNormBackward(Tensor dy, Tensor y, Tensor u, Tensor v, Tensor sigma, Tensor dw);

    /// <summary>
    /// Each image flipped and shifted at random: y[n,h,w] = x[n, h + i, w′ + j] with w′ = W − 1 − w where flipped, and −1 (black) outside. i and j are drawn
    /// evenly from −shift..shift. Sample n takes lanes 0 (flipped where its top bit is set), 1 and 2 of Philox block n.
    /// </summary>
    void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor x, Tensor y);

    /// <summary>The gradient of <see cref="Augment"/>, which draws the same again: dx[n, h + i, w′ + j] = dy[n,h,w], and 0 where no pixel went.</summary>
    void AugmentBackward(Augmentation augmentation, uint stream, Tensor key, Tensor dy, Tensor dx);

    // ---- updates, each over a whole slab

    /// <summary>One optimizer step. rates (2) holds what <see cref="OptimizerRule.Rates"/> gives; state is StateSlots slabs, one after another.</summary>
    /// <param name="lossScale">The gradients are this many times too large; where it says that they weren't finite, nothing changes. Null for neither.</param>
    /// <param name="norm">Takes the gradients' norm, as <see cref="Norm"/> before the step would give it. Null for none.</param>
    void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters, Tensor? norm = null);

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
