using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>
/// Records operations into a <see cref="Program"/>: checks every shape, hands out temporaries, and keeps for each call
/// what it reads and writes, so that the calls can be replayed, printed, planned and compared.
/// </summary>
public sealed class Recorder(string name) : IOps
{
    private readonly List<Instruction> _instructions = [];
    private readonly HashSet<Storage> _temporaries = [];

    /// <summary>A tensor that lives in the program's arena, from its first use to its last.</summary>
    public Tensor Temporary(string temporaryName, Shape shape, Element element = Element.Real)
    {
        Tensor tensor = new(temporaryName, shape, element);
        _temporaries.Add(tensor.Storage);
        return tensor;
    }

    public Program Finish() => new(name, [.. _instructions], _temporaries);

    public void GatherImages(Tensor dataset, Tensor indices, Tensor images)
    {
        Elements(Element.Byte, dataset);
        Elements(Element.Int32, indices);
        Same(images.Shape, dataset.Shape.WithN(indices.Count), nameof(images));
        Add("gather", $"{images.Shape}", [dataset.Samples(0, Math.Min(images.Shape.N, dataset.Shape.N)), indices], [images],
            2L * images.Count, ops => ops.GatherImages(dataset, indices, images));
    }

    public void GatherLabels(Tensor labels, Tensor indices, Tensor batch)
    {
        Elements(Element.Int32, labels, indices, batch);
        Same(batch.Count, indices.Count, nameof(batch));
        Add("gather-labels", $"n{batch.Count}", [labels.Slice(0, Shape.Vector(Math.Min(batch.Count, labels.Count))), indices], [batch],
            0, ops => ops.GatherLabels(labels, indices, batch));
    }

    public void Noise(Distribution distribution, uint stream, Tensor key, Tensor z)
    {
        Elements(Element.Int32, key);
        Same(key.Count, 4, nameof(key));
        Add("noise", $"{distribution} {z.Shape} stream {stream}", [key], [z], 0, ops => ops.Noise(distribution, stream, key, z));
    }

    public void RandomLabels(int classes, uint stream, Tensor key, Tensor labels)
    {
        Elements(Element.Int32, key, labels);
        Same(key.Count, 4, nameof(key));
        Add("random-labels", $"n{labels.Count} classes {classes} stream {stream}", [key], [labels],
            0, ops => ops.RandomLabels(classes, stream, key, labels));
    }

    public void Conv(ConvShape g, Tensor x, Tensor w, Tensor? bias, Activation act, Tensor y)
    {
        Same(x.Shape, g.X, nameof(x));
        Same(w.Shape, g.Filter, nameof(w));
        Same(y.Shape, g.Y, nameof(y));
        Channels(bias, g.K, nameof(bias));
        Add("conv", Epilogue(g, bias, act), Some(x, w, bias), [y], g.Flops, ops => ops.Conv(g, x, w, bias, act, y));
    }

    public void ConvBackwardData(ConvShape g, Tensor y, Tensor w, Tensor? bias, Activation act, Tensor x)
    {
        Same(y.Shape, g.Y, nameof(y));
        Same(w.Shape, g.Filter, nameof(w));
        Same(x.Shape, g.X, nameof(x));
        Channels(bias, g.C, nameof(bias));
        Add("conv-bwd-data", Epilogue(g, bias, act), Some(y, w, bias), [x], g.Flops, ops => ops.ConvBackwardData(g, y, w, bias, act, x));
    }

    public void ConvBackwardFilter(ConvShape g, Tensor x, Tensor dy, Write mode, Tensor dw)
    {
        Same(x.Shape, g.X, nameof(x));
        Same(dy.Shape, g.Y, nameof(dy));
        Same(dw.Shape, g.Filter, nameof(dw));
        Add("conv-bwd-filter", Mode($"{g}", mode), Accumulated(mode, [x, dy], dw), [dw], g.Flops,
            ops => ops.ConvBackwardFilter(g, x, dy, mode, dw), filterGradient: g);
    }

    public void ActivationBackward(Activation act, Tensor y, Tensor dy, Tensor dx, Write mode, Tensor? dbias)
    {
        Same(y.Shape, dy.Shape, nameof(y));
        Same(dx.Shape, dy.Shape, nameof(dx));
        Channels(dbias, dy.Shape.C, nameof(dbias));
        Tensor[] reads = act.Kind == ActivationKind.Identity ? [dy] : [y, dy];
        Add("act-bwd", Mode($"{dy.Shape} {act}{(dbias is null ? "" : " bias")}", mode), Accumulated(mode, reads, dbias), Some(dx, dbias),
            2L * dy.Count, ops => ops.ActivationBackward(act, y, dy, dx, mode, dbias));
    }

    public void BatchNorm(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y)
    {
        Same(y.Shape, x.Shape, nameof(y));
        Channels(bn, x.Shape.C);
        if (x.Shape.Pixels < 2)
            throw new FastGanException($"batch norm over one value a channel ({x.Shape}) has no variance: use a batch of at least 2");
        Add("bn", $"{x.Shape} {act}", [x, bn.Scale, bn.Bias, bn.RunningMean, bn.RunningVar], [bn.RunningMean, bn.RunningVar, bn.Mean, bn.InvStd, y],
            8L * x.Count, ops => ops.BatchNorm(x, bn, epsilon, momentum, act, y));
    }

    public void BatchNormBackward(Tensor x, Tensor y, Tensor dy, BatchNormTensors bn, Activation act, Tensor dx, Write mode, Tensor dscale, Tensor dbias)
    {
        Same(y.Shape, x.Shape, nameof(y));
        Same(dy.Shape, x.Shape, nameof(dy));
        Same(dx.Shape, x.Shape, nameof(dx));
        Channels(bn, x.Shape.C);
        Channels(dscale, x.Shape.C, nameof(dscale));
        Channels(dbias, x.Shape.C, nameof(dbias));
        Add("bn-bwd", Mode($"{x.Shape} {act}", mode), Accumulated(mode, [x, y, dy, bn.Scale, bn.Mean, bn.InvStd], dscale, dbias), [dx, dscale, dbias],
            12L * x.Count, ops => ops.BatchNormBackward(x, y, dy, bn, act, dx, mode, dscale, dbias));
    }

    public void BatchNormInference(Tensor x, BatchNormTensors bn, double epsilon, Activation act, Tensor y)
    {
        Same(y.Shape, x.Shape, nameof(y));
        Channels(bn, x.Shape.C);
        Add("bn-inference", $"{x.Shape} {act}", [x, bn.Scale, bn.Bias, bn.RunningMean, bn.RunningVar], [y],
            2L * x.Count, ops => ops.BatchNormInference(x, bn, epsilon, act, y));
    }

    public void Fill(double value, Tensor y) => Add("fill", $"{y.Shape} value {value}", [], [y], 0, ops => ops.Fill(value, y));

    public void Multiply(Tensor a, Tensor b, Tensor y)
    {
        Same(b.Shape, a.Shape, nameof(b));
        Same(y.Shape, a.Shape, nameof(y));
        Add("multiply", $"{y.Shape}", [a, b], [y], y.Count, ops => ops.Multiply(a, b, y));
    }

    public void ScaleSamples(Tensor x, Tensor numerator, Tensor denominator, Tensor y)
    {
        Same(y.Shape, x.Shape, nameof(y));
        Same(numerator.Count, x.Shape.N, nameof(numerator));
        Same(denominator.Count, x.Shape.N, nameof(denominator));
        Add("scale-samples", $"{y.Shape}", [x, numerator, denominator], [y], y.Count, ops => ops.ScaleSamples(x, numerator, denominator, y));
    }

    public void ConcatChannels(Tensor a, Tensor b, Tensor y)
    {
        Same(b.Shape, a.Shape with { C = b.Shape.C }, nameof(b));
        Same(y.Shape, a.Shape with { C = a.Shape.C + b.Shape.C }, nameof(y));
        Add("concat", $"{a.Shape} + {b.Shape.C}", [a, b], [y], 0, ops => ops.ConcatChannels(a, b, y));
    }

    public void SliceChannels(Tensor x, int first, Tensor y)
    {
        Same(y.Shape, x.Shape with { C = y.Shape.C }, nameof(y));
        if (first < 0 || first + y.Shape.C > x.Shape.C)
            throw new ArgumentOutOfRangeException(nameof(first), $"channels {first}..{first + y.Shape.C} of {x}");
        Add("slice", $"{x.Shape} from {first} take {y.Shape.C}", [x], [y], 0, ops => ops.SliceChannels(x, first, y));
    }

    public void Maxout(Tensor x, Tensor y)
    {
        int pieces = Pieces(x, y, nameof(y));
        Add("maxout", $"{y.Shape} pieces {pieces}", [x], [y], 0, ops => ops.Maxout(x, y));
    }

    public void MaxoutBackward(Tensor x, Tensor dy, Tensor dx)
    {
        int pieces = Pieces(x, dy, nameof(dy));
        Same(dx.Shape, x.Shape, nameof(dx));
        Add("maxout-bwd", $"{dy.Shape} pieces {pieces}", [x, dy], [dx], 0, ops => ops.MaxoutBackward(x, dy, dx));
    }

    public void Embed(Tensor table, Tensor labels, Tensor y)
    {
        Elements(Element.Int32, labels);
        Same(y.Shape.N, labels.Count, nameof(y));
        Same(y.Shape.SampleCount, table.Shape.SampleCount, nameof(table));
        Add("embed", $"{table.Shape} n{labels.Count}", [table.Samples(0, Math.Min(labels.Count, table.Shape.N)), labels], [y], 0, ops => ops.Embed(table, labels, y));
    }

    public void EmbedBackward(Tensor labels, Tensor dy, Write mode, Tensor dtable)
    {
        Elements(Element.Int32, labels);
        Same(dy.Shape.N, labels.Count, nameof(dy));
        Same(dy.Shape.SampleCount, dtable.Shape.SampleCount, nameof(dtable));
        Add("embed-bwd", Mode($"{dtable.Shape} n{labels.Count}", mode), Accumulated(mode, [labels, dy], dtable), [dtable],
            dy.Count, ops => ops.EmbedBackward(labels, dy, mode, dtable));
    }

    public void BceWithLogits(Tensor logits, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dlogits)
    {
        Loss(logits, loss, score, dlogits);
        Add("bce", $"n{logits.Count} target {target} weight {weight}{Scaled(lossScale)}", Some(logits, lossScale), [loss, score, dlogits],
            8L * logits.Count, ops => ops.BceWithLogits(logits, target, weight, lossScale, loss, score, dlogits));
    }

    public void Wasserstein(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        Loss(scores, loss, score, dscores);
        Add("wasserstein", $"n{scores.Count} y {y}{Scaled(lossScale)}", Some(scores, lossScale), [loss, score, dscores],
            2L * scores.Count, ops => ops.Wasserstein(scores, y, lossScale, loss, score, dscores));
    }

    public void Hinge(Tensor scores, double y, Tensor? lossScale, Tensor loss, Tensor score, Tensor dscores)
    {
        Loss(scores, loss, score, dscores);
        Add("hinge", $"n{scores.Count} y {y}{Scaled(lossScale)}", Some(scores, lossScale), [loss, score, dscores],
            4L * scores.Count, ops => ops.Hinge(scores, y, lossScale, loss, score, dscores));
    }

    public void LeastSquares(
        Tensor predictions, Tensor? targets, double target, double weight, Tensor? lossScale, Tensor loss, Tensor score, Tensor dpredictions)
    {
        Same(predictions.Shape, Shape.Matrix(predictions.Shape.N, predictions.Shape.C), nameof(predictions));
        Same(targets?.Shape ?? predictions.Shape, predictions.Shape, nameof(targets));
        Loss(loss, score, dpredictions, predictions.Shape);
        Add("least-squares", $"{predictions.Shape}{(targets is null ? $" target {target}" : "")} weight {weight}{Scaled(lossScale)}",
            Some(predictions, targets, lossScale), [loss, score, dpredictions],
            5L * predictions.Count, ops => ops.LeastSquares(predictions, targets, target, weight, lossScale, loss, score, dpredictions));
    }

    public void SoftmaxCrossEntropy(Tensor logits, Tensor labels, double weight, Tensor? lossScale, Tensor loss, Tensor accuracy, Tensor dlogits)
    {
        Elements(Element.Int32, labels);
        Same(logits.Shape, Shape.Matrix(labels.Count, logits.Shape.C), nameof(logits));
        Loss(loss, accuracy, dlogits, logits.Shape);
        Add("cross-entropy", $"{logits.Shape} weight {weight}{Scaled(lossScale)}", Some(logits, labels, lossScale), [loss, accuracy, dlogits],
            6L * logits.Count, ops => ops.SoftmaxCrossEntropy(logits, labels, weight, lossScale, loss, accuracy, dlogits));
    }

    public void LogSumExp(Tensor logits, Tensor y)
    {
        Same(logits.Shape, Shape.Matrix(logits.Shape.N, logits.Shape.C), nameof(logits));
        Same(y.Shape, Shape.Matrix(logits.Shape.N, 1), nameof(y));
        Add("log-sum-exp", $"{logits.Shape}", [logits], [y], 3L * logits.Count, ops => ops.LogSumExp(logits, y));
    }

    public void LogSumExpBackward(Tensor logits, Tensor y, Tensor dy, Tensor dlogits)
    {
        Same(y.Shape, Shape.Matrix(logits.Shape.N, 1), nameof(y));
        Same(dy.Shape, y.Shape, nameof(dy));
        Same(dlogits.Shape, logits.Shape, nameof(dlogits));
        Add("log-sum-exp-bwd", $"{logits.Shape}", [logits, y, dy], [dlogits], 3L * logits.Count, ops => ops.LogSumExpBackward(logits, y, dy, dlogits));
    }

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dlogits)
    {
        Same(y.Shape, Shape.Matrix(y.Shape.N, y.Shape.C), nameof(y));
        Same(dy.Shape, y.Shape, nameof(dy));
        Same(dlogits.Shape, y.Shape, nameof(dlogits));
        Add("softmax-bwd", $"{y.Shape}", [y, dy], [dlogits], 4L * y.Count, ops => ops.SoftmaxBackward(y, dy, dlogits));
    }

    public void Mix(Tensor a, Tensor b, Tensor t, Tensor y)
    {
        Same(b.Shape, a.Shape, nameof(b));
        Same(y.Shape, a.Shape, nameof(y));
        Same(t.Count, a.Shape.N, nameof(t));
        Add("mix", $"{y.Shape}", [a, b, t], [y], 3L * y.Count, ops => ops.Mix(a, b, t, y));
    }

    public void GradientPenalty(Tensor g, double center, double weight, Tensor? lossScale, Tensor loss, Tensor norm, Tensor dg)
    {
        Loss(loss, norm, dg, g.Shape);
        Add("gradient-penalty", $"{g.Shape} center {center} weight {weight}{Scaled(lossScale)}", Some(g, lossScale), [loss, norm, dg],
            3L * g.Count, ops => ops.GradientPenalty(g, center, weight, lossScale, loss, norm, dg));
    }

    public void SpectralNorm(Tensor w, Tensor u, Tensor v, Tensor sigma, Tensor y)
    {
        Spectral(w, u, v, sigma);
        Same(y.Shape, w.Shape, nameof(y));
        Add("spectral-norm", $"{w.Shape}", [w, u], [u, v, sigma, y], 5L * w.Count, ops => ops.SpectralNorm(w, u, v, sigma, y));
    }

    public void SpectralNormBackward(Tensor dy, Tensor y, Tensor u, Tensor v, Tensor sigma, Tensor dw)
    {
        Spectral(y, u, v, sigma);
        Same(dy.Shape, y.Shape, nameof(dy));
        Same(dw.Shape, y.Shape, nameof(dw));
        Add("spectral-norm-bwd", $"{y.Shape}", [dy, y, u, v, sigma], [dw], 5L * y.Count, ops => ops.SpectralNormBackward(dy, y, u, v, sigma, dw));
    }

    public void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor x, Tensor y)
    {
        Elements(Element.Int32, key);
        Same(key.Count, 4, nameof(key));
        Same(y.Shape, x.Shape, nameof(y));
        Add("augment", $"{y.Shape} {augmentation} stream {stream}", [key, x], [y], 0, ops => ops.Augment(augmentation, stream, key, x, y));
    }

    public void AugmentBackward(Augmentation augmentation, uint stream, Tensor key, Tensor dy, Tensor dx)
    {
        Elements(Element.Int32, key);
        Same(key.Count, 4, nameof(key));
        Same(dx.Shape, dy.Shape, nameof(dx));
        Add("augment-bwd", $"{dy.Shape} {augmentation} stream {stream}", [key, dy], [dx], 0, ops => ops.AugmentBackward(augmentation, stream, key, dy, dx));
    }

    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters, Tensor? norm = null)
    {
        Same(rates.Count, 2, nameof(rates));
        Same(gradients.Count, parameters.Count, nameof(gradients));
        Same(state.Count, rule.StateSlots * parameters.Count, nameof(state));
        if (norm is not null)
            Same(norm.Count, 1, nameof(norm));
        UpdateCall update = new(rule, rates, gradients, lossScale, state, parameters, norm);
        Add($"{rule}", $"{parameters.Count}{(norm is null ? "" : " norm")}{Scaled(lossScale)}", Some(rates, gradients, lossScale, state, parameters),
            Some(state, parameters, norm, norm is null ? null : lossScale), (4L + 6 * rule.StateSlots + (norm is null ? 0 : 2)) * parameters.Count,
            update.Run, update: update);
    }

    public void Clip(double limit, Tensor? lossScale, Tensor values) =>
        Add("clip", $"{values.Count} limit {limit}{Scaled(lossScale)}", Some(values, lossScale), [values], 2L * values.Count,
            ops => ops.Clip(limit, lossScale, values));

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        Same(average.Count, values.Count, nameof(average));
        Add("ema", $"{values.Count} decay {decay}", [values, average], [average], 3L * values.Count, ops => ops.MovingAverage(decay, values, average));
    }

    public void Norm(Tensor values, Tensor? lossScale, Tensor norm)
    {
        Same(norm.Count, 1, nameof(norm));
        Add("norm", $"{values.Count}{Scaled(lossScale)}", Some(values, lossScale), Some(norm, lossScale), 2L * values.Count,
            ops => ops.Norm(values, lossScale, norm));
    }

    public void AdjustLossScale(Tensor lossScale)
    {
        Same(lossScale.Count, LossScale.Count, nameof(lossScale));
        Add("adjust-scale", "", [lossScale], [lossScale], 0, ops => ops.AdjustLossScale(lossScale));
    }

    private void Add(string op, string sizes, Tensor[] reads, Tensor[] writes, long flops, Action<IOps> run, UpdateCall? update = null, ConvShape? filterGradient = null) =>
        _instructions.Add(new Instruction(op, $"{op} {sizes}".TrimEnd(), reads, writes, flops, run) { Update = update, FilterGradient = filterGradient });

    private static string Epilogue(ConvShape g, Tensor? bias, Activation act) =>
        $"{g}{(bias is null ? "" : " bias")}{(act.Kind == ActivationKind.Identity ? "" : $" {act}")}";

    private static string Scaled(Tensor? lossScale) => lossScale is null ? "" : " scaled";

    private static string Mode(string text, Write mode) => mode == Write.Accumulate ? text + " acc" : text;

    private static Tensor[] Some(params ReadOnlySpan<Tensor?> tensors)
    {
        List<Tensor> some = [];
        foreach (Tensor? t in tensors)
        {
            if (t is not null)
                some.Add(t);
        }

        return [.. some];
    }

    private static Tensor[] Accumulated(Write mode, Tensor[] reads, params ReadOnlySpan<Tensor?> sums) =>
        mode == Write.Accumulate ? [.. reads, .. Some(sums)] : reads;

    private static void Loss(Tensor logits, Tensor loss, Tensor score, Tensor dlogits)
    {
        Same(logits.Shape, Shape.Matrix(logits.Shape.N, 1), nameof(logits));
        Loss(loss, score, dlogits, logits.Shape);
    }

    private static void Loss(Tensor loss, Tensor score, Tensor gradient, Shape shape)
    {
        Same(gradient.Shape, shape, nameof(gradient));
        Same(loss.Count, 1, nameof(loss));
        Same(score.Count, 1, nameof(score));
    }

    /// <summary>Channels of wide for each of narrow's.</summary>
    private static int Pieces(Tensor wide, Tensor narrow, string what)
    {
        int pieces = wide.Shape.C / narrow.Shape.C;
        Same(narrow.Shape, wide.Shape with { C = narrow.Shape.C }, what);
        if (pieces == 0 || pieces * narrow.Shape.C != wide.Shape.C)
            throw new ArgumentException($"{what} has {narrow.Shape.C} channels, of which {wide.Shape.C} is no multiple");
        return pieces;
    }

    private static void Spectral(Tensor w, Tensor u, Tensor v, Tensor sigma)
    {
        Same(u.Count, w.Shape.N, nameof(u));
        Same(v.Count, w.Shape.SampleCount, nameof(v));
        Same(sigma.Count, 1, nameof(sigma));
    }

    private static void Channels(BatchNormTensors bn, int channels)
    {
        Channels(bn.Scale, channels, nameof(bn.Scale));
        Channels(bn.Bias, channels, nameof(bn.Bias));
        Channels(bn.RunningMean, channels, nameof(bn.RunningMean));
        Channels(bn.RunningVar, channels, nameof(bn.RunningVar));
        Channels(bn.Mean, channels, nameof(bn.Mean));
        Channels(bn.InvStd, channels, nameof(bn.InvStd));
    }

    private static void Channels(Tensor? vector, int channels, string what)
    {
        if (vector is not null)
            Same(vector.Count, channels, what);
    }

    private static void Elements(Element element, params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor t in tensors)
        {
            if (t.Element != element)
                throw new ArgumentException($"{t} holds {t.Element}, not {element}");
        }
    }

    private static void Same<T>(T actual, T expected, string what) where T : IEquatable<T>
    {
        if (!actual.Equals(expected))
            throw new ArgumentException($"{what} is {actual}, should be {expected}");
    }
}
