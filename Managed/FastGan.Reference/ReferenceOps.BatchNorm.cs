using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Reference;

internal sealed unsafe partial class ReferenceOps
{
    public void BatchNorm(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y)
    {
        int C = x.Shape.C, pixels = x.Shape.Pixels;
        for (int c = 0; c < C; c++)
        {
            double sum = 0, squares = 0;
            for (int i = c; i < x.Count; i += C)
                sum += Reals(x)[i];
            double mean = sum / pixels;
            for (int i = c; i < x.Count; i += C)
                squares += (Reals(x)[i] - mean) * (Reals(x)[i] - mean);
            double invStd = 1 / Math.Sqrt(squares / pixels + epsilon);

            Reals(bn.Mean)[c] = mean;
            Reals(bn.InvStd)[c] = invStd;
            Reals(bn.RunningMean)[c] = (1 - momentum) * Reals(bn.RunningMean)[c] + momentum * mean;
            Reals(bn.RunningVar)[c] = (1 - momentum) * Reals(bn.RunningVar)[c] + momentum * squares / (pixels - 1);
            Normalize(x, bn, c, mean, invStd, act, y);
        }
    }

    public void BatchNormInference(Tensor x, BatchNormTensors bn, double epsilon, Activation act, Tensor y)
    {
        for (int c = 0; c < x.Shape.C; c++)
            Normalize(x, bn, c, Reals(bn.RunningMean)[c], 1 / Math.Sqrt(Reals(bn.RunningVar)[c] + epsilon), act, y);
    }

    /// <summary>
    /// With g = dy ∘ act′, x̂ = (x − mean) · invStd and M pixels: dscale = Σ g·x̂, dbias = Σ g,
    /// dx = scale · invStd · (g − Σ g / M − x̂ · Σ g·x̂ / M).
    /// </summary>
    public void BatchNormBackward(Tensor x, Tensor y, Tensor dy, BatchNormTensors bn, Activation act, Tensor dx, Write mode,
        Tensor dscale, Tensor dbias)
    {
        int C = x.Shape.C, pixels = x.Shape.Pixels;
        for (int c = 0; c < C; c++)
        {
            double mean = Reals(bn.Mean)[c], invStd = Reals(bn.InvStd)[c], scale = Reals(bn.Scale)[c];
            double sum = 0, sumHat = 0;
            for (int i = c; i < x.Count; i += C)
            {
                double g = Reals(dy)[i] * Slope(act, Reals(y)[i]);
                sum += g;
                sumHat += g * (Reals(x)[i] - mean) * invStd;
            }

            for (int i = c; i < x.Count; i += C)
            {
                double g = Reals(dy)[i] * Slope(act, Reals(y)[i]);
                double hat = (Reals(x)[i] - mean) * invStd;
                Reals(dx)[i] = scale * invStd * (g - sum / pixels - hat * sumHat / pixels);
            }

            Put(mode, sumHat, Reals(dscale) + c);
            Put(mode, sum, Reals(dbias) + c);
        }
    }

    private static void Normalize(Tensor x, BatchNormTensors bn, int c, double mean, double invStd, Activation act, Tensor y)
    {
        double scale = Reals(bn.Scale)[c], bias = Reals(bn.Bias)[c];
        for (int i = c; i < x.Count; i += x.Shape.C)
            Reals(y)[i] = Activate(act, scale * (Reals(x)[i] - mean) * invStd + bias);
    }
}
