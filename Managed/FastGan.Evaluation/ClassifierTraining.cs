using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Evaluation;

/// <summary>
/// How a classifier comes about: strided convolutions and two dense layers, cross-entropy, Adam with a rate that falls to 0 in a straight
/// line, images shifted at random. A pure function of the data and the images chosen.
/// </summary>
internal static class ClassifierTraining
{
    private const int Features = 128, SmallestMap = 7, WidestMap = 64;
    private const int LargestBatch = 64, Epochs = 24, FewestSteps = 200, MostSteps = 5_000;
    private const int PixelsToShift = 28;
    private const double LearningRate = 2e-3;

    public static int Steps(int images) => Math.Clamp((int)((long)Epochs * images / LargestBatch), FewestSteps, MostSteps);

    /// <summary>Convolutions halve the image until it is 7×7 or less, the first 32 wide, or 16 where the image is large.</summary>
    public static Net Network(Dataset data)
    {
        List<Layer> layers = [];
        int width = Math.Max(data.Height, data.Width) <= 32 ? 32 : 16;
        for (int side = Math.Max(data.Height, data.Width); side > SmallestMap; side /= 2)
        {
            layers.AddRange([new ConvLayer(width), new LeakyReluLayer()]);
            width = Math.Min(2 * width, WidestMap);
        }

        layers.AddRange([new DenseLayer(Features), new LeakyReluLayer(), new DenseLayer(Math.Max(data.Classes, 1))]);
        return new Net("classifier", new NetSpec(Initialisation.FanIn, layers), data.Shape.WithN(1), 0);
    }

    public static void Initialise(Net net, Device device) => net.Initialise(device, ClassifierSplit.Seed, RandomNumbers.InitDiscriminator);

    /// <summary>Trains the network, whose weights are on the device, from its initial weights.</summary>
    public static void Train(Net net, Dataset data, ClassifierSplit split, Device device)
    {
        int n = Math.Min(LargestBatch, split.Training.Count), steps = Steps(split.Training.Count);
        Step step = new(net, data, n, device.Precision);
        foreach (Tensor t in step.Persistent)
            device.Allocate(t.Storage);
        step.Program.Plan(device);
        try
        {
            Initialise(net, device);
            device.Write(step.Indices, [.. Enumerable.Range(0, n)]);
            if (step.Optimizer.LossScale is not null)
                device.Write(step.Optimizer.LossScale, LossScale.Start);
            BatchOrder order = new(ClassifierSplit.Seed, split.Training.Count, n);
            int[] batch = new int[n], labels = new int[n];
            byte[] images = new byte[step.Images.Count];
            for (int i = 0; i < steps; i++)
            {
                order.Indices(i, batch);
                for (int k = 0; k < n; k++)
                {
                    int image = split.Training[batch[k]];
                    data.Images.AsSpan(image * data.Shape.SampleCount, data.Shape.SampleCount).CopyTo(images.AsSpan(k * data.Shape.SampleCount));
                    labels[k] = data.Labels![image];
                }

                (double rate, double correction) = step.Optimizer.Rule.Rates(LearningRate * (steps - i) / steps, i + 1);
                device.Write(step.Images, images);
                device.Write(step.Labels, labels);
                device.Write(step.Key, [(int)ClassifierSplit.Seed, 0, i, 0]);
                device.Write(step.Rates, [rate, correction]);
                device.Run(step.Program);
            }

            // What the cache keeps is what is used from the start, on a device with longer numbers too.
            device.Write(net.Weights, device.Read<float>(net.Weights));
        }
        finally
        {
            foreach (Tensor t in step.Persistent)
                device.Free(t.Storage);
            device.Free(step.Program.Arena!);
        }
    }

    /// <summary>One recorded update and what it reads.</summary>
    private sealed class Step
    {
        public Step(Net net, Dataset data, int n, Precision precision)
        {
            Images = new Tensor("images", data.Shape.WithN(n), Element.Byte);
            Indices = new Tensor("minibatch", Shape.Vector(n), Element.Int32);
            Labels = new Tensor("labels", Shape.Matrix(n, 1), Element.Int32);
            Key = new Tensor("random key", Shape.Vector(4), Element.Int32);
            Rates = new Tensor("rates", Shape.Vector(2), Element.Full);
            Metrics = new Tensor("metrics", Shape.Vector(3), Element.Full);
            Optimizer = new Optimizer(net, new OptimizerSpec(OptimizerKind.Adam, LearningRate, Beta1: 0.9), precision);
            Persistent = [.. new[] { Images, Indices, Labels, Key, Rates, Metrics, Optimizer.State, Optimizer.LossScale, net.Gradients }.OfType<Tensor>()];
            Program = Record(net);
        }

        public Tensor Images { get; }

        public Tensor Indices { get; }

        public Tensor Labels { get; }

        public Tensor Key { get; }

        public Tensor Rates { get; }

        public Optimizer Optimizer { get; }

        public IReadOnlyList<Tensor> Persistent { get; }

        public Program Program { get; }

        /// <summary>Loss, accuracy and gradient norm, which nobody reads.</summary>
        private Tensor Metrics { get; }

        private Program Record(Net net)
        {
            Recorder r = new("classifier step");
            Tensor images = r.Temporary("images", Images.Shape), shifted = r.Temporary("shifted", Images.Shape);
            r.GatherImages(Images, Indices, images);
            r.Augment(new Augmentation(Shift: Math.Max(1, Math.Min(Images.Shape.H, Images.Shape.W) / PixelsToShift)), RandomNumbers.Step, Key, images, shifted);
            Tape tape = net.Forward(r, shifted, null, Mode.Training);
            Tensor dlogits = r.Temporary("dlogits", tape.Output.Shape);
            r.SoftmaxCrossEntropy(tape.Output, Labels, 1, Optimizer.LossScale, Metrics.Slice(0, Shape.Scalar), Metrics.Slice(1, Shape.Scalar), dlogits);
            net.Backward(r, tape, dlogits, weights: true, input: null);
            r.Update(Optimizer.Rule, Rates, net.Gradients, Optimizer.LossScale, Optimizer.State, net.Trained, Metrics.Slice(2, Shape.Scalar));
            if (Optimizer.LossScale is not null)
                r.AdjustLossScale(Optimizer.LossScale);
            return r.Finish();
        }
    }
}
