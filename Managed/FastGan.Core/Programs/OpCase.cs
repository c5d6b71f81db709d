using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>
/// One operation with operands of its own, made from the text that <see cref="Instruction.Text"/> prints: "conv n2 h7 w5 c33 k40 r4 s2 p1
/// bias lrelu". A test case, a benchmark, and the reproducer of a line of a trace. What the text leaves out has its usual
/// value (slope 0.2, ε 1e-5, momentum 0.1); "inplace" shares the output with the input where <see cref="IOps"/> allows it.
/// </summary>
public sealed class OpCase
{
    private const ulong Seed = 1;
    private readonly List<Operand> _operands = [];
    private readonly int _guard;

    private OpCase(string text, int guard)
    {
        Text = text;
        _guard = guard;
        Recorder recorder = new(text);
        OpText words = new(text);
        Record(words, recorder);
        words.End();
        Program = recorder.Finish();
    }

    /// <summary>A tensor and its numbers.</summary>
    public sealed class Operand(Tensor tensor, Func<double[]> fill)
    {
        public Tensor Tensor { get; } = tensor;

        /// <summary>The tensor's storage, guards included.</summary>
        public Tensor Whole => new(Tensor.Storage, 0, Shape.Vector(Tensor.Storage.Count));

        /// <summary>What the whole storage holds before the operation: floats, so that it is the same on every backend.</summary>
        public double[] Values => field ??= fill();
    }

    public string Text { get; }

    /// <summary>Of one instruction.</summary>
    public Program Program { get; }

    public Instruction Instruction => Program.Instructions[0];

    public IReadOnlyList<Operand> Operands => _operands;

    /// <param name="guard">
    /// Elements before and after each operand that the operation may neither use nor change: NaN around inputs, numbers around outputs.
    /// Where it isn't a multiple of the alignment, operands aren't aligned either, like views of a slab.
    /// </param>
    /// <exception cref="FastGanException">The text is not that of an operation.</exception>
    public static OpCase Parse(string text, int guard = 0)
    {
        try
        {
            return new OpCase(text, guard);
        }
        catch (Exception e) when (e is ArgumentException or FastGanException)
        {
            throw new FastGanException($"operation '{text}': {e.Message}", e);
        }
    }

    /// <summary>Gives the operands memory on a device, and their values.</summary>
    public void Place(Device device)
    {
        foreach (Operand operand in _operands)
        {
            device.Allocate(operand.Tensor.Storage);
            device.Write(operand.Whole, operand.Values);
        }
    }

    public void Remove(Device device)
    {
        foreach (Operand operand in _operands)
            device.Free(operand.Tensor.Storage);
    }

    private void Record(OpText t, Recorder r)
    {
        switch (t.Name)
        {
            case "gather":
                Shape batch = t.Shape();
                Tensor dataset = Add("dataset", batch.WithN(batch.N + 3), Element.Byte, u => Below(256, u));
                r.GatherImages(dataset, Ints("indices", batch.N, batch.N + 3), Real("images", batch));
                break;
            case "gather-labels":
                int count = t.Int("n");
                r.GatherLabels(Ints("labels", count + 3, 10), Ints("indices", count, count + 3), Ints("batch", count, 10));
                break;
            case "noise":
                r.Noise(t.Distribution(), (uint)t.Number("stream"), Ints("key", 4, int.MaxValue), Real("z", t.Shape()));
                break;
            case "random-labels":
                int classes = (int)t.Number("classes");
                r.RandomLabels(classes, (uint)t.Number("stream"), Ints("key", 4, int.MaxValue), Ints("labels", t.Int("n"), classes));
                break;
            case "conv" or "conv-bwd-data" or "conv-bwd-filter":
                RecordConvolution(t, r);
                break;
            case "act-bwd" or "bn" or "bn-bwd" or "bn-inference":
                RecordActivation(t, r);
                break;
            case "fill":
                r.Fill(t.Number("value"), Real("y", t.Shape()));
                break;
            case "multiply":
                Shape product = t.Shape();
                r.Multiply(Real("a", product), Real("b", product), Real("y", product));
                break;
            case "scale-samples":
                Shape samples = t.Shape();
                Tensor x = Real("x", samples);
                r.ScaleSamples(x, Vector("numerator", samples.N), Real("denominator", Shape.Vector(samples.N), Positive),
                    InPlace(t, x, "y"));
                break;
            case "concat":
                Shape a = t.Shape();
                int more = (int)t.Number("+");
                r.ConcatChannels(Real("a", a), Real("b", a with { C = more }), Real("y", a with { C = a.C + more }));
                break;
            case "slice":
                Shape wide = t.Shape();
                r.SliceChannels(Real("x", wide), (int)t.Number("from"), Real("y", wide with { C = (int)t.Number("take") }));
                break;
            case "maxout" or "maxout-bwd":
                Shape units = t.Shape(), pieces = units with { C = units.C * (int)t.Number("pieces") };
                if (t.Name == "maxout")
                    r.Maxout(Real("x", pieces), Real("y", units));
                else
                    r.MaxoutBackward(Real("x", pieces), Real("dy", units), Real("dx", pieces));
                break;
            case "embed":
                Shape table = t.Shape();
                int n = t.Int("n");
                r.Embed(Weight("table", table), Ints("labels", n, table.N), Real("y", table.WithN(n)));
                break;
            case "embed-bwd":
                Shape dtable = t.Shape();
                int labels = t.Int("n");
                r.EmbedBackward(Ints("labels", labels, dtable.N), Real("dy", dtable.WithN(labels)), t.Mode(), Real("dtable", dtable));
                break;
            case "bce":
                Shape logits = Shape.Matrix(t.Int("n"), 1);
                r.BceWithLogits(Real("logits", logits, z => 10 * z), t.Number("target"), t.Number("weight"), Scale(t),
                    Full("loss", 1), Full("score", 1), Real("dlogits", logits));
                break;
            case "wasserstein":
                Shape scores = Shape.Matrix(t.Int("n"), 1);
                r.Wasserstein(Real("scores", scores), t.Number("y"), Scale(t), Full("loss", 1), Full("score", 1), Real("dscores", scores));
                break;
            case "hinge":
                Shape hinged = Shape.Matrix(t.Int("n"), 1);
                r.Hinge(Real("scores", hinged), t.Number("y"), Scale(t), Full("loss", 1), Full("score", 1), Real("dscores", hinged));
                break;
            case "least-squares":
                Shape predictions = t.Shape();
                double? target = t.NumberOrNull("target");
                r.LeastSquares(Real("predictions", predictions), target is null ? Real("targets", predictions) : null, target ?? 0, t.Number("weight"),
                    Scale(t), Full("loss", 1), Full("score", 1), Real("dpredictions", predictions));
                break;
            case "cross-entropy" or "log-sum-exp" or "log-sum-exp-bwd":
                RecordClassLogits(t, r);
                break;
            case "softmax-bwd":
                Tensor dsoftmax = Real("dy", t.Shape());
                r.SoftmaxBackward(Real("y", dsoftmax.Shape, z => Math.Abs(z)), dsoftmax, InPlace(t, dsoftmax, "dlogits"));
                break;
            case "mix":
                Shape mixed = t.Shape();
                r.Mix(Real("a", mixed), Real("b", mixed), Vector("t", mixed.N), Real("y", mixed));
                break;
            case "gradient-penalty":
                Tensor g = Real("g", t.Shape());
                r.GradientPenalty(g, t.Number("center"), t.Number("weight"), Scale(t), Full("loss", 1), Full("norm", 1), InPlace(t, g, "dg"));
                break;
            case "spectral-norm" or "spectral-norm-bwd":
                RecordSpectralNorm(t, r);
                break;
            case "augment" or "augment-bwd":
                Tensor source = Real("x", t.Shape()), augmented = Real("y", source.Shape), key = Ints("key", 4, int.MaxValue);
                Augmentation augmentation = new(t.Flag("flip"), (int)t.Number("shift"));
                uint stream = (uint)t.Number("stream");
                if (t.Name == "augment")
                    r.Augment(augmentation, stream, key, source, augmented);
                else
                    r.AugmentBackward(augmentation, stream, key, source, augmented);
                break;
            case "adam" or "rmsprop" or "sgd":
                OptimizerRule rule = t.Name == "adam" ? new AdamRule() : t.Name == "rmsprop" ? new RmsPropRule() : new SgdRule(0.9);
                int parameters = t.Count();
                r.Update(rule, Full("rates", 2, Positive), Vector("gradients", parameters), Scale(t),
                    Full("state", rule.StateSlots * parameters, Positive), Weight("parameters", Shape.Vector(parameters)),
                    t.Flag("norm") ? Full("norm", 1) : null);
                break;
            case "clip":
                Shape clipped = Shape.Vector(t.Count());
                Tensor? gradientScale = Scale(t);
                r.Clip(t.Number("limit"), gradientScale, gradientScale is null ? Weight("values", clipped) : Real("values", clipped));
                break;
            case "ema":
                int averaged = t.Count();
                r.MovingAverage(t.Number("decay"), Weight("values", Shape.Vector(averaged)), Weight("average", Shape.Vector(averaged)));
                break;
            case "norm":
                r.Norm(Vector("values", t.Count()), Scale(t), Full("norm", 1));
                break;
            case "adjust-scale":
                r.AdjustLossScale(Scale());
                break;
            default:
                throw new ArgumentException($"there is no operation '{t.Name}'");
        }
    }

    /// <summary>The weights are scaled so that sums stay near 1, where tanh and sigmoid don't saturate.</summary>
    private void RecordConvolution(OpText t, Recorder r)
    {
        ConvShape g = t.Geometry();
        Tensor Weights() => Weight("w", g.Filter, z => z / Math.Sqrt(g.R * g.R * Math.Max(g.C, g.K)));
        switch (t.Name)
        {
            case "conv":
                r.Conv(g, Real("x", g.X), Weights(), t.Flag("bias") ? Bias(g.K) : null, t.Activation(), Real("y", g.Y));
                break;
            case "conv-bwd-data":
                Tensor x = Real("x", g.X);
                r.ConvBackwardData(g, Real("y", g.Y), Weights(), t.Flag("bias") ? Bias(g.C) : null, t.Activation(), x);
                break;
            default:
                r.ConvBackwardFilter(g, Real("x", g.X), Real("dy", g.Y), t.Mode(), Real("dw", g.Filter));
                break;
        }
    }

    private void RecordActivation(OpText t, Recorder r)
    {
        Shape shape = t.Shape();
        Activation act = t.Activation();

        // A mean that is not small beside the deviation shows a variance that cancels.
        Tensor X() => Real("x", shape, z => 3 + z);
        Tensor Channels(string name) => Vector(name, shape.C);
        Tensor Learned(string name, Func<float, double>? map = null) => Weight(name, Shape.Vector(shape.C), map);
        BatchNormTensors BatchNorm() =>
            new(Learned("scale"), Learned("bias"), Learned("running-mean"), Learned("running-var", Positive), Full("mean", shape.C),
                Full("inv-std", shape.C, Positive));
        switch (t.Name)
        {
            case "bn":
                r.BatchNorm(X(), BatchNorm(), 1e-5, 0.1, act, Real("y", shape));
                break;
            case "bn-inference":
                Tensor x = X();
                r.BatchNormInference(x, BatchNorm(), 1e-5, act, InPlace(t, x, "y"));
                break;
            case "bn-bwd":
                Tensor dy = Real("dy", shape);
                r.BatchNormBackward(X(), Real("y", shape), dy, BatchNorm(), act, InPlace(t, dy, "dx"), t.Mode(), Channels("dscale"),
                    Channels("dbias"));
                break;
            default:
                dy = Real("dy", shape);
                r.ActivationBackward(act, Real("y", shape), dy, InPlace(t, dy, "dx"), t.Mode(), t.Flag("bias") ? Channels("dbias") : null);
                break;
        }
    }

    /// <summary>For the backward pass no logit is far above y, as is so of their log-sum-exp.</summary>
    private void RecordClassLogits(OpText t, Recorder r)
    {
        Shape shape = t.Shape(), one = Shape.Matrix(shape.N, 1);
        if (t.Name == "log-sum-exp-bwd")
        {
            r.LogSumExpBackward(Real("logits", shape, z => -Math.Abs(10 * z)), Real("y", one), Real("dy", one), Real("dlogits", shape));
            return;
        }

        Tensor logits = Real("logits", shape, z => 10 * z);
        if (t.Name == "log-sum-exp")
            r.LogSumExp(logits, Real("y", one));
        else
            r.SoftmaxCrossEntropy(logits, Ints("labels", shape.N, shape.C), t.Number("weight"), Scale(t), Full("loss", 1), Full("accuracy", 1), Real("dlogits", shape));
    }

    private void RecordSpectralNorm(OpText t, Recorder r)
    {
        Shape w = t.Shape();
        double spread = 1 / Math.Sqrt(w.N + w.SampleCount);
        if (t.Name == "spectral-norm")
        {
            r.SpectralNorm(Weight("w", w, z => spread * z), Weight("u", Shape.Vector(w.N)), Full("v", w.SampleCount), Full("sigma", 1), Real("y", w));
            return;
        }

        Tensor dy = Real("dy", w);
        r.SpectralNormBackward(dy, Real("y", w, z => spread * z), Full("u", w.N, z => z / Math.Sqrt(w.N)), Full("v", w.SampleCount, z => z / Math.Sqrt(w.SampleCount)),
            Full("sigma", 1, Positive), InPlace(t, dy, "dw"));
    }

    private Tensor InPlace(OpText t, Tensor input, string name) => t.Flag("inplace") ? input : Real(name, input.Shape);

    private Tensor Vector(string name, int count) => Real(name, Shape.Vector(count));

    private Tensor Real(string name, Shape shape, Func<float, double>? map = null) => Add(name, shape, Element.Real, map ?? (z => z));

    private Tensor Full(string name, int count, Func<float, double>? map = null) => Add(name, Shape.Vector(count), Element.Full, map ?? (z => z));

    private Tensor Weight(string name, Shape shape, Func<float, double>? map = null) => Add(name, shape, Element.Weight, map ?? (z => z));

    private Tensor Bias(int count) => Weight("bias", Shape.Vector(count));

    private Tensor? Scale(OpText t) => t.Flag("scaled") ? Scale() : null;

    /// <summary>A scale of 1024, 1999 finite updates, 3 skipped ones, and finite gradients, so that the next adjustment doubles it.</summary>
    private Tensor Scale()
    {
        Queue<double> values = new([1024, LossScale.Growth - 1, 3, 1]);
        return Full("loss-scale", LossScale.Count, _ => values.Dequeue());
    }

    private Tensor Ints(string name, int count, int below) => Add(name, Shape.Vector(count), Element.Int32, u => Below(below, u));

    private Tensor Add(string name, Shape shape, Element element, Func<float, double> map)
    {
        double count = (double)shape.N * shape.H * shape.W * shape.C;
        if (count > Array.MaxLength - 2 * _guard)
            throw new ArgumentException($"has an operand of {shape}, {count:0} numbers; {Array.MaxLength} is the most");
        Tensor tensor = new(new Storage(name, element, shape.Count + 2 * _guard), _guard, shape);
        uint stream = (uint)_operands.Count;
        _operands.Add(new Operand(tensor, () => Fill(tensor, stream, map)));
        return tensor;
    }

    /// <summary>
    /// Random numbers where the operation reads, N(0, 1) for reals and U(−1, 1) for whole numbers, through <paramref name="map"/>; garbage
    /// where it only writes; the guards.
    /// </summary>
    private double[] Fill(Tensor tensor, uint stream, Func<float, double> map)
    {
        bool real = tensor.Element.IsReal(), written = Instruction.Writes.Any(t => t.Storage == tensor.Storage);
        double[] values = new double[tensor.Storage.Count];
        Array.Fill(values, !real ? 0 : written ? 12345.5 : double.NaN);
        Span<double> inside = values.AsSpan(tensor.Offset, tensor.Count);
        if (Instruction.Reads.All(t => t.Storage != tensor.Storage))
        {
            inside.Fill(real ? double.NaN : 99);
            return values;
        }

        float[] draws = new float[tensor.Count];
        if (real)
            RandomNumbers.Normal(Seed, stream, 0, draws);
        else
            RandomNumbers.Uniform(Seed, stream, 0, draws);
        for (int i = 0; i < draws.Length; i++)
            inside[i] = real ? (float)map(draws[i]) : map(draws[i]);
        return values;
    }

    private static double Positive(float z) => 0.5 + Math.Abs(z);

    private static int Below(int limit, float u) => Math.Min((int)((u + 1.0) / 2 * limit), limit - 1);
}
