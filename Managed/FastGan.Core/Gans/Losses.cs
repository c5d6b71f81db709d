using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Gans;

/// <summary>
/// Losses on the discriminator's outputs (N, outputs), and their gradients. An output is taken apart into its heads: the source
/// (real or generated), the classes, and InfoGAN's codes, side by side in this order: see <see cref="DiscriminatorHead"/>.
/// </summary>
internal sealed class Losses(Recorder r, Gan gan)
{
    /// <summary>A unit Gaussian's share of the bound on mutual information weighs less than the classes' (Chen et al., 2016, appendix C).</summary>
    private const double CodeWeight = 0.1;
    private readonly TrainingSpec _spec = gan.Config.Training;
    private readonly DiscriminatorHead _head = gan.Config.Model.Head;

    /// <summary>The discriminator's loss on real and as many generated samples, real first; of a semi-supervised one, as many labelled behind them.</summary>
    /// <param name="labels">Of all samples whose class is known: all, InfoGAN's generated ones, a semi-supervised model's labelled ones; null without classes.</param>
    /// <param name="codes">Of the generated samples; null without codes.</param>
    /// <returns>dL/doutput</returns>
    public Tensor Discriminator(Tensor output, Tensor? labels, Tensor? codes)
    {
        int n = output.Shape.N / (_head == DiscriminatorHead.SemiSupervised ? 3 : 2);
        Tensor? scale = gan.DiscriminatorOptimizer.LossScale;
        Tensor source = Source(output.Samples(0, 2 * n)), dsource = r.Temporary("dlogits", source.Shape);
        (Tensor real, Tensor fake, Tensor dreal, Tensor dfake) = (source.Samples(0, n), source.Samples(n, n), dsource.Samples(0, n), dsource.Samples(n, n));
        (Tensor lossReal, Tensor lossFake, Tensor scoreReal, Tensor scoreFake) =
            (gan[Metric.DLossReal], gan[Metric.DLossFake], gan[Metric.DReal], gan[Metric.DFake]);
        switch (_spec.Loss)
        {
            case AdversarialLoss.Wasserstein:
                r.Wasserstein(real, 1, scale, lossReal, scoreReal, dreal);
                r.Wasserstein(fake, -1, scale, lossFake, scoreFake, dfake);
                break;
            case AdversarialLoss.Hinge:
                r.Hinge(real, 1, scale, lossReal, scoreReal, dreal);
                r.Hinge(fake, -1, scale, lossFake, scoreFake, dfake);
                break;
            case AdversarialLoss.LeastSquares:
                r.LeastSquares(real, null, _spec.RealTarget, 1, scale, lossReal, scoreReal, dreal);
                r.LeastSquares(fake, null, 0, 1, scale, lossFake, scoreFake, dfake);
                break;
            default:
                r.BceWithLogits(real, _spec.RealTarget, 1, scale, lossReal, scoreReal, dreal);
                r.BceWithLogits(fake, 0, 1, scale, lossFake, scoreFake, dfake);
                break;
        }

        if (_head != DiscriminatorHead.SemiSupervised)
            return WithHeads(output, dsource, labels, codes, scale, _head == DiscriminatorHead.Class ? 2 : 1, report: true);
        Tensor doutput = r.Temporary("doutput", output.Shape);
        r.LogSumExpBackward(output.Samples(0, 2 * n), source, dsource, doutput.Samples(0, 2 * n));
        r.SoftmaxCrossEntropy(output.Samples(2 * n, n), labels!, 1, scale, gan[Metric.ClassLoss], gan[Metric.ClassAccuracy], doutput.Samples(2 * n, n));
        return doutput;
    }

    /// <summary>The generator's loss on the discriminator's output for its images.</summary>
    /// <returns>dL/doutput</returns>
    public Tensor Generator(Tensor output, Tensor? labels, Tensor? codes)
    {
        (Tensor? scale, Tensor loss, Tensor score) = (gan.GeneratorOptimizer.LossScale, gan[Metric.GLoss], gan[Metric.DFakeAfter]);
        Tensor source = Source(output), dsource = r.Temporary("dscores", source.Shape);
        if (_spec.Loss is AdversarialLoss.Wasserstein or AdversarialLoss.Hinge)
            r.Wasserstein(source, 1, scale, loss, score, dsource);
        else if (_spec.Loss == AdversarialLoss.LeastSquares)
            r.LeastSquares(source, null, 1, 1, scale, loss, score, dsource);
        else if (_spec.GeneratorLoss == GeneratorLoss.Minimax)
            r.BceWithLogits(source, 0, -1, scale, loss, score, dsource);
        else
            r.BceWithLogits(source, 1, 1, scale, loss, score, dsource);
        if (_head != DiscriminatorHead.SemiSupervised)
            return WithHeads(output, dsource, labels, codes, scale, 1, report: false);
        return ThroughLogSumExp(output, source, dsource);
    }

    /// <summary>
    /// The gradient of the sum of all source logits by the output: 1 in their column, 0 in the others; of a semi-supervised discriminator the softmax,
    /// which is the gradient of a log-sum-exp.
    /// </summary>
    public Tensor SourceSum(Tensor output)
    {
        Tensor ones = r.Temporary("ones", Shape.Matrix(output.Shape.N, 1));
        r.Fill(1, ones);
        if (output.Shape.C == 1)
            return ones;
        if (_head == DiscriminatorHead.SemiSupervised)
            return ThroughLogSumExp(output, Source(output), ones);
        Tensor zeros = r.Temporary("zeros", Shape.Matrix(output.Shape.N, output.Shape.C - 1));
        r.Fill(0, zeros);
        return Beside(ones, zeros);
    }

    /// <summary>
    /// The gradient by the output of Σ change · <see cref="SourceSum"/>: what a penalty's gradient has of second order at the top of the network. Null where there
    /// is none, as the source logit is linear in the output.
    /// </summary>
    /// <param name="change">A change of the output; overwritten.</param>
    public Tensor? BackwardOfSourceSum(Tensor output, Tensor change)
    {
        if (_head != DiscriminatorHead.SemiSupervised)
            return null;
        r.SoftmaxBackward(SourceSum(output), change, change);
        return change;
    }

    private Tensor Source(Tensor output)
    {
        if (_head == DiscriminatorHead.None)
            return output;
        Tensor source = r.Temporary("source", Shape.Matrix(output.Shape.N, 1));
        if (_head == DiscriminatorHead.SemiSupervised)
            r.LogSumExp(output, source);
        else
            r.SliceChannels(output, 0, source);
        return source;
    }

    /// <summary>The source logits' gradient taken to the output whose log-sum-exps they are.</summary>
    private Tensor ThroughLogSumExp(Tensor output, Tensor source, Tensor dsource)
    {
        Tensor doutput = r.Temporary("doutput", output.Shape);
        r.LogSumExpBackward(output, source, dsource, doutput);
        return doutput;
    }

    /// <summary>dsource, and beside it the gradients of class and code losses: on the last samples, as many as there are labels, and 0 on those before.</summary>
    private Tensor WithHeads(Tensor output, Tensor dsource, Tensor? labels, Tensor? codes, Tensor? scale, double weight, bool report)
    {
        if (_head == DiscriminatorHead.None)
            return dsource;
        Tensor Reported(Metric metric) => gan[report ? metric : Metric.Unused];
        int K = gan.Config.Model.Classes;
        (Tensor classes, Tensor dclasses) = Head(output, 1, K, labels!.Count);
        r.SoftmaxCrossEntropy(Last(classes, labels.Count), labels, weight, scale, Reported(Metric.ClassLoss), Reported(Metric.ClassAccuracy), Last(dclasses, labels.Count));
        Tensor doutput = Beside(dsource, dclasses);
        if (codes is null)
            return doutput;
        int n = codes.Shape.N;
        (Tensor guesses, Tensor dguesses) = Head(output, 1 + K, codes.Shape.C, n);
        r.LeastSquares(Last(guesses, n), codes, 0, CodeWeight, scale, Reported(Metric.CodeLoss), gan[Metric.Unused], Last(dguesses, n));
        return Beside(doutput, dguesses);
    }

    /// <summary>Columns of the output, and a gradient of them that is 0 but for the last <paramref name="known"/> samples.</summary>
    private (Tensor Part, Tensor DPart) Head(Tensor output, int first, int count, int known)
    {
        Shape shape = Shape.Matrix(output.Shape.N, count);
        (Tensor part, Tensor dpart) = (r.Temporary("head", shape), r.Temporary("dhead", shape));
        r.SliceChannels(output, first, part);
        if (known < shape.N)
            r.Fill(0, dpart.Samples(0, shape.N - known));
        return (part, dpart);
    }

    private Tensor Beside(Tensor a, Tensor b)
    {
        Tensor both = r.Temporary("doutput", a.Shape with { C = a.Shape.C + b.Shape.C });
        r.ConcatChannels(a, b, both);
        return both;
    }

    private static Tensor Last(Tensor t, int n) => t.Samples(t.Shape.N - n, n);
}
