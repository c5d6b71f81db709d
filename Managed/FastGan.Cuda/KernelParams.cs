using System.Runtime.InteropServices;

#pragma warning disable IDE1006 // Named as in Native/Kernels/params.h, whose layout each mirrors: a test compares them field by field.
#pragma warning disable CS0649 // A null pointer is a field that is left alone.

namespace FastGan.Cuda;

internal struct ActivationParam
{
    public int kind;
    public float slope;
}

internal struct ColumnsParam
{
    public ulong partials, counters;
    public int rows, channels, across, chunk_rows, vector;
}

internal struct GatherImagesParams
{
    public ulong dataset, indices, images;
    public int sample, count, vector;
}

internal struct GatherLabelsParams
{
    public ulong labels, indices, batch;
    public int count;
}

internal struct NoiseParams
{
    public ulong key, z;
    public uint stream;
    public int normal, count;
}

internal struct RandomLabelsParams
{
    public ulong key, labels;
    public uint stream, classes;
    public int count;
}

internal struct FillParams
{
    public ulong y;
    public float value;
    public int count, vector;
}

internal struct MultiplyParams
{
    public ulong a, b, y;
    public int count, vector;
}

internal struct ScaleSamplesParams
{
    public ulong x, numerator, denominator, y;
    public int sample, count, vector;
}

internal struct ConcatParams
{
    public ulong a, b, y;
    public int channels_a, channels_b, count, vector;
}

internal struct SliceParams
{
    public ulong x, y;
    public int first, channels_x, channels_y, count, vector;
}

internal struct EmbedParams
{
    public ulong table, labels, y;
    public int width, count, vector;
}

internal struct EmbedBackwardParams
{
    public ulong labels, dy, dtable;
    public int samples, width, count, accumulate;
}

internal struct BiasActivationParams
{
    public ulong y, bias;
    public ActivationParam act;
    public int channels, count, vector;
}

internal struct ActivationBackwardParams
{
    public ulong y, dy, dx;
    public ActivationParam act;
    public int count, vector;
}

internal struct ActivationBiasBackwardParams
{
    public ulong y, dy, dx, dbias;
    public ColumnsParam columns;
    public ActivationParam act;
    public int accumulate;
}

internal struct MaxoutParams
{
    public ulong x, y;
    public int pieces, count;
}

internal struct MaxoutBackwardParams
{
    public ulong x, dy, dx;
    public int pieces, count;
}

internal struct BatchNormStatisticsParams
{
    public ulong x, running_mean, running_var, mean, inv_std;
    public ColumnsParam columns;
    public float epsilon, momentum;
}

internal struct BatchNormApplyParams
{
    public ulong x, scale, bias, mean, spread, y;
    public ActivationParam act;
    public float epsilon;
    public int inference, channels, count, vector;
}

internal struct BatchNormSumsParams
{
    public ulong x, y, dy, mean, inv_std, dscale, dbias, coefficients;
    public ColumnsParam columns;
    public ActivationParam act;
    public int accumulate;
}

internal struct BatchNormGradientParams
{
    public ulong x, y, dy, scale, mean, inv_std, coefficients, dx;
    public ActivationParam act;
    public int channels, count, vector;
}

internal struct BceParams
{
    public ulong logits, loss_scale, loss, score, dlogits;
    public float target, weight;
    public int count;
}

internal struct CriticParams
{
    public ulong scores, loss_scale, loss, score, dscores;
    public float y;
    public int count;
}

internal struct LeastSquaresParams
{
    public ulong predictions, targets, loss_scale, loss, score, dpredictions;
    public float target, weight;
    public int samples, count;
}

internal struct CrossEntropyParams
{
    public ulong logits, labels, loss_scale, partials, counters, loss, accuracy, dlogits;
    public float weight;
    public int samples, classes;
}

internal struct LogSumExpParams
{
    public ulong logits, y;
    public int samples, classes;
}

internal struct LogSumExpBackwardParams
{
    public ulong logits, y, dy, dlogits;
    public int classes, count;
}

internal struct SoftmaxBackwardParams
{
    public ulong y, dy, dlogits;
    public int samples, classes;
}

internal struct MixParams
{
    public ulong a, b, t, y;
    public int sample, count, vector;
}

internal struct GradientPenaltyParams
{
    public ulong g, loss_scale, partials, counters, loss, norm, dg;
    public float center, weight;
    public int sample, vector;
}

internal struct SpectralColumnsParams
{
    public ulong w, u, t;
    public ColumnsParam columns;
}

internal struct SpectralRowsParams
{
    public ulong w, t, partials, counters, u, v, sigma;
    public int width, vector;
}

internal struct SpectralScaleParams
{
    public ulong w, sigma, y;
    public int count, vector;
}

internal struct SpectralProductParams
{
    public ulong dy, y, partials, counters, product;
    public int count, vector;
}

internal struct SpectralGradientParams
{
    public ulong dy, u, v, sigma, product, dw;
    public int width, count, vector;
}

internal struct AugmentParams
{
    public ulong key, from, to;
    public uint stream;
    public int flip, shift, backward, parts, height, width, channels, vector;
}

internal unsafe struct UpdateParams
{
    public ulong gradients, rates, loss_scale, state, parameters, copy, average, average_copy;
    public fixed float constants[3];
    public float limit, follow;
    public int count, averaged, vector;
}

internal struct ClipWeightsParams
{
    public ulong values, copy;
    public float limit;
    public int count, vector;
}

internal struct ClipGradientsParams
{
    public ulong values, loss_scale;
    public float limit;
    public int count, vector;
}

internal struct MovingAverageParams
{
    public ulong values, average, copy;
    public float follow;
    public int count, vector;
}

internal struct L2NormParams
{
    public ulong values, loss_scale, partials, counters, norm;
    public int count, vector;
}

internal struct AdjustLossScaleParams
{
    public ulong loss_scale;
    public float least, most;
    public int growth;
}

internal struct PatchesParams
{
    public ulong x, columns;
    public int height, width, channels, out_height, out_width, filter, stride, pad, row, count;
}

internal struct UnpatchParams
{
    public ulong columns, bias, x;
    public ActivationParam act;
    public int height, width, channels, out_height, out_width, filter, stride, pad, row, accumulate, count;
}
