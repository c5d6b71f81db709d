using FastGan.Tensors;

namespace FastGan.Cuda;

// losses.cu
internal sealed unsafe partial class CudaOps
{
    private const int Warp = 32;

    public void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits) =>
        Launch(Kernel.Bce, 1, 1, new BceParams
        {
            logits = Working(logits), loss_scale = FullOrNull(lossScale), loss = Full(loss), score = Full(score), dlogits = Working(dlogits),
            target = (float)target, weight = (float)weight, count = logits.Count,
        });

    public void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores) =>
        Critic(Kernel.Wasserstein, scores, y, lossScale, loss, score, dscores);

    public void Hinge(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores) =>
        Critic(Kernel.Hinge, scores, y, lossScale, loss, score, dscores);

    public void LeastSquares(
        Tensor predictions, Tensor? targets, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dpredictions) =>
        Launch(Kernel.LeastSquares, 1, 1, new LeastSquaresParams
        {
            predictions = Working(predictions), targets = targets is null ? 0 : Working(targets), loss_scale = FullOrNull(lossScale), loss = Full(loss),
            score = Full(score), dpredictions = Working(dpredictions), target = (float)target, weight = (float)weight, samples = predictions.Shape.N,
            count = predictions.Count,
        });

    public void SoftmaxCrossEntropy(Tensor logits, Tensor labels, double weight, Tensor? lossScale, Tensor loss, Tensor accuracy, Tensor dlogits)
    {
        int blocks = BlocksOfWarps(logits.Shape.N);
        Launch(Kernel.CrossEntropy, blocks, 1, new CrossEntropyParams
        {
            logits = Working(logits), labels = Address(labels), loss_scale = FullOrNull(lossScale), partials = session.Scratch((nuint)blocks * 2 * sizeof(float)),
            counters = session.ZeroedCounters, loss = Full(loss), accuracy = Full(accuracy), dlogits = Working(dlogits), weight = (float)weight,
            samples = logits.Shape.N, classes = logits.Shape.C,
        });
    }

    public void LogSumExp(Tensor logits, Tensor y) => Launch(Kernel.LogSumExp, BlocksOfWarps(logits.Shape.N), 1, new LogSumExpParams
    {
        logits = Working(logits), y = Working(y), samples = logits.Shape.N, classes = logits.Shape.C,
    });

    public void LogSumExpBackward(Tensor logits, Tensor y, Tensor dy, Tensor dlogits) =>
        Each(Kernel.LogSumExpBackward, dlogits.Count, 0, new LogSumExpBackwardParams
        {
            logits = Working(logits), y = Working(y), dy = Working(dy), dlogits = Working(dlogits), classes = logits.Shape.C, count = dlogits.Count,
        });

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dlogits) =>
        Launch(Kernel.SoftmaxBackward, BlocksOfWarps(y.Shape.N), 1, new SoftmaxBackwardParams
        {
            y = Working(y), dy = Working(dy), dlogits = Working(dlogits), samples = y.Shape.N, classes = y.Shape.C,
        });

    private void Critic(Kernel kernel, Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores) =>
        Launch(kernel, 1, 1, new CriticParams
        {
            scores = Working(scores), loss_scale = FullOrNull(lossScale), loss = Full(loss), score = Full(score), dscores = Working(dscores),
            y = (float)y, count = scores.Count,
        });

    /// <summary>Blocks that have a warp for each of <paramref name="rows"/> rows.</summary>
    private static int BlocksOfWarps(int rows) => (rows + Block / Warp - 1) / (Block / Warp);
}
