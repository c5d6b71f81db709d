// The parameters of every kernel: passed by value, and mirrored field by field in Managed/FastGan.Cuda/KernelParams.cs (a test compares the layouts).
// real is the working precision, float what mixed precision keeps whole. `vector` is 1 where 16-byte accesses are possible: the host looks
// at sizes and addresses.
#ifndef FASTGAN_PARAMS_H
#define FASTGAN_PARAMS_H
#include "portable.h"

enum ActivationKind { IDENTITY = 0, LEAKY_RELU = 1, TANH = 2, SIGMOID = 3 };

struct Activation {
    int kind;
    float slope;
};

// ---- data.cu
struct GatherImagesParams {
    global<u8> dataset;
    global<int> indices;
    global<real> images;
    int sample;
    int count;
    int vector;
};

struct GatherLabelsParams {
    global<int> labels;
    global<int> indices;
    global<int> batch;
    int count;
};

// ---- random.cu
struct NoiseParams {
    global<u32> key;
    global<real> z;
    u32 stream;
    int normal;
    int count;
};

struct RandomLabelsParams {
    global<u32> key;
    global<int> labels;
    u32 stream;
    u32 classes;
    int count;
};

// ---- elementwise.cu
struct FillParams {
    global<real> y;
    float value;
    int count;
    int vector;
};

struct MultiplyParams {
    global<real> a;
    global<real> b;
    global<real> y;
    int count;
    int vector;
};

struct ScaleSamplesParams {
    global<real> x;
    global<real> numerator;
    global<real> denominator;
    global<real> y;
    int sample;
    int count;
    int vector;
};

struct ConcatParams {
    global<real> a;
    global<real> b;
    global<real> y;
    int channels_a;
    int channels_b;
    int count;
    int vector;
};

struct SliceParams {
    global<real> x;
    global<real> y;
    int first;
    int channels_x;
    int channels_y;
    int count;
    int vector;
};

// ---- embedding.cu
struct EmbedParams {
    global<float> table;
    global<int> labels;
    global<real> y;
    int width;
    int count;
    int vector;
};

struct EmbedBackwardParams {
    global<int> labels;
    global<real> dy;
    global<real> dtable;
    int samples;
    int width;
    int count;
    int accumulate;
};

// ---- activation.cu, batchnorm.cu: sums down the columns of a (rows, channels) matrix, in two stages
struct Columns {
    global<float> partials;  // (chunks, sums, channels)
    global<u32> counters;    // one a block column, zero before and after
    int rows;
    int channels;
    int across;      // threads side by side, a power of two
    int chunk_rows;  // rows of one block
    int vector;
};

struct BiasActivationParams {
    global<real> y;
    global<float> bias;
    Activation act;
    int channels;
    int count;
    int vector;
};

struct ActivationBackwardParams {
    global<real> y;
    global<real> dy;
    global<real> dx;
    Activation act;
    int count;
    int vector;
};

struct ActivationBiasBackwardParams {
    global<real> y;
    global<real> dy;
    global<real> dx;
    global<real> dbias;
    Columns columns;
    Activation act;
    int accumulate;
};

struct MaxoutParams {
    global<real> x;
    global<real> y;
    int pieces;
    int count;
};

struct MaxoutBackwardParams {
    global<real> x;
    global<real> dy;
    global<real> dx;
    int pieces;
    int count;
};

struct BatchNormStatisticsParams {
    global<real> x;
    global<float> running_mean;
    global<float> running_var;
    global<float> mean;
    global<float> inv_std;
    Columns columns;
    float epsilon;
    float momentum;
};

struct BatchNormApplyParams {
    global<real> x;
    global<float> scale;
    global<float> bias;
    global<float> mean;
    global<float> spread;  // 1 / √(var + ε) of the batch, or in inference the running variance
    global<real> y;
    Activation act;
    float epsilon;
    int inference;
    int channels;
    int count;
    int vector;
};

struct BatchNormSumsParams {
    global<real> x;
    global<real> y;
    global<real> dy;
    global<float> mean;
    global<float> inv_std;
    global<real> dscale;
    global<real> dbias;
    global<float> coefficients;  // (2, channels): Σ dz / M and Σ dz (x − mean) / (var · M)
    Columns columns;
    Activation act;
    int accumulate;
};

struct BatchNormGradientParams {
    global<real> x;
    global<real> y;
    global<real> dy;
    global<float> scale;
    global<float> mean;
    global<float> inv_std;
    global<float> coefficients;
    global<real> dx;
    Activation act;
    int channels;
    int count;
    int vector;
};

// ---- losses.cu
struct BceParams {
    global<real> logits;
    global<float> loss_scale;  // may be null
    global<float> loss;
    global<float> score;
    global<real> dlogits;
    float target;
    float weight;
    int count;
};

struct CriticParams {
    global<real> scores;
    global<float> loss_scale;  // may be null
    global<float> loss;
    global<float> score;
    global<real> dscores;
    float y;
    int count;
};

struct LeastSquaresParams {
    global<real> predictions;
    global<real> targets;      // null where all are target
    global<float> loss_scale;  // may be null
    global<float> loss;
    global<float> score;
    global<real> dpredictions;
    float target;
    float weight;
    int samples;
    int count;
};

struct CrossEntropyParams {
    global<real> logits;
    global<int> labels;
    global<float> loss_scale;  // may be null
    global<float> partials;
    global<u32> counters;
    global<float> loss;
    global<float> accuracy;
    global<real> dlogits;
    float weight;
    int samples;
    int classes;
};

struct LogSumExpParams {
    global<real> logits;
    global<real> y;
    int samples;
    int classes;
};

struct LogSumExpBackwardParams {
    global<real> logits;
    global<real> y;
    global<real> dy;
    global<real> dlogits;
    int classes;
    int count;
};

// A warp a row.
struct SoftmaxBackwardParams {
    global<real> y;
    global<real> dy;
    global<real> dlogits;
    int samples;
    int classes;
};

// ---- smoothness.cu
struct MixParams {
    global<real> a;
    global<real> b;
    global<real> t;
    global<real> y;
    int sample;
    int count;
    int vector;
};

// A block a sample.
struct GradientPenaltyParams {
    global<real> g;
    global<float> loss_scale;  // may be null
    global<float> partials;
    global<u32> counters;
    global<float> loss;
    global<float> norm;
    global<real> dg;
    float center;
    float weight;
    int sample;
    int vector;
};

struct SpectralColumnsParams {
    global<float> w;
    global<float> u;
    global<float> t;
    Columns columns;
};

// A block a row.
struct SpectralRowsParams {
    global<float> w;
    global<float> t;
    global<float> partials;
    global<u32> counters;
    global<float> u;
    global<float> v;
    global<float> sigma;
    int width;
    int vector;
};

struct SpectralScaleParams {
    global<float> w;
    global<float> sigma;
    global<real> y;
    int count;
    int vector;
};

struct SpectralProductParams {
    global<real> dy;
    global<real> y;
    global<float> partials;
    global<u32> counters;
    global<float> product;
    int count;
    int vector;
};

struct SpectralGradientParams {
    global<real> dy;
    global<float> u;
    global<float> v;
    global<float> sigma;
    global<float> product;
    global<real> dw;
    int width;
    int count;
    int vector;
};

// ---- augmentation.cu
struct AugmentParams {
    global<u32> key;
    global<real> from;
    global<real> to;
    u32 stream;
    int flip;
    int shift;
    int backward;
    int parts;  // blocks of a sample
    int height;
    int width;
    int channels;
    int vector;
};

// ---- updates.cu
struct UpdateParams {
    global<real> gradients;
    global<float> rates;
    global<float> loss_scale;  // may be null
    global<float> state;
    global<float> parameters;
    global<real> copy;          // of the parameters in working precision; may be null
    global<float> average;      // may be null
    global<real> average_copy;  // may be null
    float constants[3];         // adam: 1 − β₁, 1 − β₂, ε; rmsprop: 1 − α, ε; sgd: momentum
    float limit;                // of the parameters' magnitude; infinity for none
    float follow;               // 1 − decay of the average
    int count;
    int averaged;               // elements of the average: parameters, and what lies behind them
    int vector;
};

struct ClipWeightsParams {
    global<float> values;
    global<real> copy;  // may be null
    float limit;
    int count;
    int vector;
};

struct ClipGradientsParams {
    global<real> values;
    global<float> loss_scale;  // may be null
    float limit;
    int count;
    int vector;
};

struct MovingAverageParams {
    global<float> values;
    global<float> average;
    global<real> copy;  // may be null
    float follow;
    int count;
    int vector;
};

struct L2NormParams {
    global<real> values;
    global<float> loss_scale;  // may be null
    global<float> partials;
    global<u32> counters;
    global<float> norm;
    int count;
    int vector;
};

struct AdjustLossScaleParams {
    global<float> loss_scale;
    float least;
    float most;
    int growth;
};

// ---- patches.cu
struct PatchesParams {
    global<real> x;
    global<real> columns;
    int height;
    int width;
    int channels;
    int out_height;
    int out_width;
    int filter;
    int stride;
    int pad;
    int row;  // numbers of a row of columns, R·R·C and what fills it up
    int count;
};

struct UnpatchParams {
    global<float> columns;
    global<float> bias;  // may be null
    global<real> x;
    Activation act;
    int height;
    int width;
    int channels;
    int out_height;
    int out_width;
    int filter;
    int stride;
    int pad;
    int row;
    int accumulate;
    int count;
};

#endif
