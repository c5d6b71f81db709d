using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cuda;

// updates.cu
internal sealed unsafe partial class CudaOps
{
    /// <summary>An update that what follows may still join: clipping of the same weights, and their average.</summary>
    private Tensor? _updated;
    private Kernel _updateKernel;
    private UpdateParams _update;

    public void Update(OptimizerRule rule, Tensor rates, Tensor gradients, Tensor? lossScale, Tensor state, Tensor parameters, Tensor? norm = null)
    {
        if (norm is not null)
            Norm(gradients, lossScale, norm);
        Flush();
        int count = parameters.Count;
        UpdateParams p = new()
        {
            gradients = Working(gradients), rates = Full(rates), loss_scale = FullOrNull(lossScale), state = Full(state), parameters = Full(parameters),
            copy = CopyOrNull(parameters), limit = float.PositiveInfinity, count = count,
        };

        // Of several slabs of state each must start where a vector may.
        p.vector = Vector(rule.StateSlots > 1 ? count : 0, p.gradients, p.state, p.parameters, p.copy);
        switch (rule)
        {
            case AdamRule adam:
                _updateKernel = Kernel.Adam;
                (p.constants[0], p.constants[1], p.constants[2]) = ((float)(1 - adam.Beta1), (float)(1 - adam.Beta2), (float)adam.Epsilon);
                break;
            case RmsPropRule rmsProp:
                _updateKernel = Kernel.Rmsprop;
                (p.constants[0], p.constants[1]) = ((float)(1 - rmsProp.Alpha), (float)rmsProp.Epsilon);
                break;
            case SgdRule sgd:
                _updateKernel = Kernel.Sgd;
                p.constants[0] = (float)sgd.Momentum;
                break;
            default:
                throw new NotSupportedException($"no update for {rule.GetType()}");
        }

        (_updated, _update) = (parameters, p);
    }

    public void Clip(double limit, Tensor? lossScale, Tensor values)
    {
        if (_updated is not null && Same(values, _updated) && lossScale is null && _update.average == 0)
        {
            _update.limit = Math.Min(_update.limit, (float)limit);
            return;
        }

        if (values.Element == Element.Real && session.IsHalf || lossScale is not null)
        {
            int vector = Vector(0, Working(values));
            Each(Kernel.ClipGradients, values.Count, vector, new ClipGradientsParams
            {
                values = Working(values), loss_scale = FullOrNull(lossScale), limit = (float)limit, count = values.Count, vector = vector,
            });
        }
        else
        {
            int vector = Vector(0, Full(values), CopyOrNull(values));
            Each(Kernel.ClipWeights, values.Count, vector, new ClipWeightsParams
            {
                values = Full(values), copy = CopyOrNull(values), limit = (float)limit, count = values.Count, vector = vector,
            });
        }
    }

    public void MovingAverage(double decay, Tensor values, Tensor average)
    {
        // The average is of the updated parameters and of what lies behind them.
        bool joins = _updated is not null && _update.average == 0 && values.Storage == _updated.Storage && values.Offset == _updated.Offset
            && values.Count >= _updated.Count;
        if (joins)
        {
            (_update.average, _update.average_copy) = (Full(average), CopyOrNull(average));
            (_update.follow, _update.averaged) = ((float)(1 - decay), values.Count);
            _update.vector &= Vector(0, _update.average, _update.average_copy);
            return;
        }

        int vector = Vector(0, Full(values), Full(average), CopyOrNull(average));
        Each(Kernel.MovingAverage, values.Count, vector, new MovingAverageParams
        {
            values = Full(values), average = Full(average), copy = CopyOrNull(average), follow = (float)(1 - decay), count = values.Count, vector = vector,
        });
    }

    public void Norm(Tensor values, Tensor? lossScale, Tensor norm)
    {
        int vector = Vector(0, Working(values)), blocks = SumBlocks(values.Count, vector);
        Launch(Kernel.L2Norm, blocks, 1, new L2NormParams
        {
            values = Working(values), loss_scale = FullOrNull(lossScale), partials = session.Scratch((nuint)blocks * sizeof(float)),
            counters = session.ZeroedCounters, norm = Full(norm), count = values.Count, vector = vector,
        });
    }

    public void AdjustLossScale(Tensor lossScale) => Launch(Kernel.AdjustLossScale, 1, 1, new AdjustLossScaleParams
    {
        loss_scale = Full(lossScale), least = (float)LossScale.Least, most = (float)LossScale.Most, growth = LossScale.Growth,
    });

    /// <summary>Launches an update that has been waiting for what may join it.</summary>
    public void Flush()
    {
        if (_updated is null)
            return;
        _updated = null;
        int threads = _update.vector == 1 ? (_update.count + _pack - 1) / _pack : _update.count;
        LaunchNow(_updateKernel, Math.Clamp((threads + Block - 1) / Block, 1, MostBlocks), 1, _update);
    }

    /// <summary>After a failure: what was waiting is not launched.</summary>
    public void Forget() => _updated = null;

    private static bool Same(Tensor a, Tensor b) => a.Storage == b.Storage && a.Offset == b.Offset && a.Count == b.Count;
}
