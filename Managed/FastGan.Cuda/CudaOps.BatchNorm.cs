using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cuda;

// batchnorm.cu, and where its rules allow cuDNN's forward pass
internal sealed unsafe partial class CudaOps
{
    private readonly CudnnPlans<(Shape Shape, Activation Act), CudnnBatchNorm> _norms = new(key => new CudnnBatchNorm(session, key.Shape, key.Act));

    public void BatchNorm(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y)
    {
        int C = x.Shape.C;
        ulong px = Working(x), mean = Full(bn.Mean), invStd = Full(bn.InvStd);
        if (CudnnBatchNorm.Takes(session.Options.Precision, x.Shape, act) && Vector(C, px, Working(y)) == 1 && TryCudnn(x, bn, epsilon, momentum, act, y))
            return;

        int vector = Vector(C, px);
        ColumnGrid grid = ColumnGrid.Of(x.Shape.Pixels, C, vector == 1 ? _pack : 1);
        ulong partials = session.Scratch(grid.Bytes(C, 2));
        Launch(Kernel.BatchNormStatistics, grid.Blocks, grid.Chunks, new BatchNormStatisticsParams
        {
            x = px, running_mean = Full(bn.RunningMean), running_var = Full(bn.RunningVar), mean = mean, inv_std = invStd,
            columns = Columns(grid, x.Shape, vector, partials), epsilon = (float)epsilon, momentum = (float)momentum,
        });
        Normalize(x, bn, mean, invStd, 0, 0, act, y);
    }

    public void BatchNormInference(Tensor x, BatchNormTensors bn, double epsilon, Activation act, Tensor y) =>
        Normalize(x, bn, Full(bn.RunningMean), Full(bn.RunningVar), 1, epsilon, act, y);

    public void BatchNormBackward(Tensor x, Tensor y, Tensor dy, BatchNormTensors bn, Activation act, Tensor dx, Write mode, Tensor dscale, Tensor dbias)
    {
        int C = x.Shape.C;
        ulong px = Working(x), py = act.Kind == ActivationKind.Identity ? 0 : Working(y), pdy = Working(dy), pdx = Working(dx);
        ulong scale = Full(bn.Scale), mean = Full(bn.Mean), invStd = Full(bn.InvStd);
        int vector = Vector(C, px, py, pdy, pdx, scale, mean, invStd);
        ColumnGrid grid = ColumnGrid.Of(x.Shape.Pixels, C, vector == 1 ? _pack : 1);

        // Two numbers for each channel, whose vectors are aligned like everything else here where C is a multiple of a vector; then the partial sums.
        ulong coefficients = session.Scratch(2 * (nuint)C * sizeof(float) + grid.Bytes(C, 2)), partials = coefficients + 2 * (ulong)C * sizeof(float);
        Launch(Kernel.BatchNormSums, grid.Blocks, grid.Chunks, new BatchNormSumsParams
        {
            x = px, y = py, dy = pdy, mean = mean, inv_std = invStd, dscale = Working(dscale), dbias = Working(dbias), coefficients = coefficients,
            columns = Columns(grid, x.Shape, vector, partials), act = Param(act), accumulate = Flag(mode),
        });
        Each(Kernel.BatchNormGradient, x.Count, vector, new BatchNormGradientParams
        {
            x = px, y = py, dy = pdy, scale = scale, mean = mean, inv_std = invStd, coefficients = coefficients, dx = pdx, act = Param(act), channels = C,
            count = x.Count, vector = vector,
        });
    }

    /// <returns>False where cuDNN refuses this shape, at its first run if ever.</returns>
    private bool TryCudnn(Tensor x, BatchNormTensors bn, double epsilon, double momentum, Activation act, Tensor y)
    {
        Flush();
        return _norms.TryRun((x.Shape, act), (ops: this, x, bn, epsilon, momentum, y), static (norm, a) =>
        {
            (CudaOps ops, BatchNormTensors bn) = (a.ops, a.bn);
            norm.Forward(
                ops.Working(a.x), ops.Full(bn.Scale), ops.Full(bn.Bias), ops.Full(bn.RunningMean), ops.Full(bn.RunningVar), ops.Full(bn.Mean),
                ops.Full(bn.InvStd), a.epsilon, a.momentum, ops.Working(a.y));
            return true;
        });
    }

    /// <param name="spread">1 / √(var + ε), or in inference the running variance.</param>
    private void Normalize(Tensor x, BatchNormTensors bn, ulong mean, ulong spread, int inference, double epsilon, Activation act, Tensor y)
    {
        ulong px = Working(x), py = Working(y), scale = Full(bn.Scale), bias = Full(bn.Bias);
        int vector = Vector(x.Shape.C, px, py, scale, bias, mean, spread);
        Each(Kernel.BatchNormApply, x.Count, vector, new BatchNormApplyParams
        {
            x = px, scale = scale, bias = bias, mean = mean, spread = spread, y = py, act = Param(act), epsilon = (float)epsilon, inference = inference,
            channels = x.Shape.C, count = x.Count, vector = vector,
        });
    }
}
