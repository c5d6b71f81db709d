namespace FastGan.Tests.Ops;

/// <summary>
/// Small operations whose sizes fit no vector, tile or thread count: one channel, 33 channels, one sample, odd images, filters of 1 to 5,
/// strides longer than the filter, padding of 2, counts below and just above every vector width. All of <see cref="FastGan.Ops.IOps"/>.
/// </summary>
internal static class AwkwardCases
{
    private static readonly string[] Geometries =
    [
        "n1 c1 k1", "n1 c100 k128", "n3 c7 k1", "n5 c33 k17", "n64 c100 k257", "n13 c129 k48", "n2 c1 k33", "n130 c16 k16",
        "n1 h1 w1 c1 k1 r3 s1 p1", "n2 h5 w7 c1 k3 r1 s1 p0", "n2 h7 w5 c33 k40 r1 s2 p0", "n2 h9 w7 c3 k16 r2 s3 p0",
        "n3 h6 w6 c5 k7 r2 s1 p0",
        "n2 h7 w5 c33 k40 r3 s1 p1", "n1 h8 w11 c16 k33 r3 s2 p1", "n2 h8 w8 c1 k64 r4 s2 p1", "n2 h7 w5 c33 k40 r4 s2 p1",
        "n3 h14 w14 c16 k1 r4 s2 p1", "n2 h4 w4 c32 k1 r4 s1 p0", "n2 h4 w4 c32 k5 r4 s1 p0", "n1 h9 w9 c4 k17 r5 s1 p2",
        "n2 h7 w8 c2 k18 r5 s2 p2",
        "n2 h11 w5 c15 k31 r5 s3 p2", "n1 h3 w3 c64 k64 r3 s1 p2", "n5 h2 w2 c48 k24 r2 s2 p0", "n1 h28 w28 c2 k64 r4 s2 p1",
        // Winograd's: tiles of three and of four in either direction, and over the end; one and more blocks, panels and groups of panels.
        "n3 h14 w14 c33 k48 r4 s2 p1", "n2 h12 w20 c40 k17 r4 s2 p1", "n3 h16 w16 c64 k32 r4 s2 p1", "n8 h10 w10 c24 k17 r4 s2 p1",
        "n1 h24 w28 c16 k40 r4 s2 p1", "n1 h6 w104 c17 k16 r4 s2 p1", "n5 h36 w28 c16 k16 r4 s2 p1", "n33 h4 w6 c16 k24 r4 s2 p1",
        "n7 h8 w8 c160 k272 r4 s2 p1",
        // The ends of a network, by filters whose rows are no multiple of 16 bytes: nine numbers, 27, 75.
        "n2 h7 w6 c1 k16 r3 s1 p1", "n2 h8 w5 c3 k24 r3 s1 p1", "n2 h9 w7 c3 k16 r5 s2 p2",
        // Dense layers of several parts of the reduction, groups of panels, and blocks of samples.
        "n7 c1100 k300", "n221 c264 k130", "n3 c272 k1600", "n13 c64 k140", "n101 c1600 k70",
    ];

    /// <summary>The end of a convolution's text, one for each geometry in turn.</summary>
    private static readonly string[] Epilogues = ["", " bias lrelu", " relu", " bias", " bias tanh", " bias sigmoid"];

    private static readonly string[] Shapes =
        ["1x2x2x1", "2x1", "5x33", "64x100", "2x7x5x33", "3x4x4x16", "1x9x3x130", "7x3x3x5", "2x14x14x64"];

    private static readonly string[] Activations = ["id", "relu", "lrelu", "tanh", "sigmoid"];

    /// <summary>Samples by classes.</summary>
    private static readonly string[] Logits = ["1x1", "5x1", "1x10", "3x33", "65x10", "7x1000", "257x2"];

    private static readonly string[] Images = ["1x1", "5x33", "1x5x7x1", "3x7x5x33", "2x8x8x3", "17x4x6x16", "2x28x28x1", "2x64x64x3"];

    /// <summary>Weights: one output, one input, fewer outputs than inputs and more, a row of more than 16384 numbers.</summary>
    private static readonly string[] Matrices = ["1x1", "1x33", "33x1", "3x2x2x1", "5x3x3x7", "40x4x4x33", "257x16", "64x4x4x64", "3x16400"];

    /// <summary>The largest shift moves small images out of sight.</summary>
    private static readonly string[] Augmentations = ["shift 0", "flip shift 0", "shift 2", "flip shift 3", "flip shift 40"];

    private static readonly string[] Rules = ["adam", "rmsprop", "sgd"];

    private static readonly int[] Counts = [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 255, 1000, 20011];

    public static IEnumerable<string> All =>
    [
        .. Geometries.SelectMany((g, i) => Convolution(g, i)),
        .. Shapes.SelectMany((s, i) => Pointwise(s, Activations[i % 5], Activations[(i + 2) % 5])),
        .. Counts.SelectMany(n => Flat(n)),
        "gather 1x1", "gather 3x5x7x3", "gather 4x28x28x1", "gather-labels n1", "gather-labels n65",
        "scale-samples 1x1", "scale-samples 5x33", "scale-samples 3x7x5x3", "scale-samples 3x7x5x3 inplace",
        "concat 1x1 + 1", "concat 3x7x5x1 + 1", "concat 2x4x4x33 + 5", "concat 2x4x4x16 + 32", "concat 5x100 + 10",
        "slice 1x2 from 1 take 1", "slice 3x7x5x2 from 0 take 1", "slice 2x4x4x38 from 33 take 5", "slice 2x4x4x48 from 16 take 16",
        .. new[] { "1x1 pieces 2", "1x7 pieces 5", "5x1 pieces 33", "64x200 pieces 5", "3x33 pieces 1", "3x7x5x1 pieces 3", "2x3x5x33 pieces 2", "1x9x3x16 pieces 4" }
            .SelectMany(s => (string[])[$"maxout {s}", $"maxout-bwd {s}"]),
        "embed 10x100 n7", "embed 1x1 n3", "embed 10x33 n64", "embed-bwd 10x100 n7", "embed-bwd 10x33 n64 acc", "embed-bwd 1x1 n3",
        "embed-bwd 3x5 n2 acc",
        .. Logits.SelectMany((s, i) => Classes(s, i % 2 == 0 ? 1 : -0.5)),
        .. Images.SelectMany((s, i) => Gradients(s, i % 2)),
        .. Matrices.SelectMany(s => (string[])[$"spectral-norm {s}", $"spectral-norm-bwd {s}", $"spectral-norm-bwd {s} inplace"]),
        .. Images.SelectMany((s, i) => Moves(s, Augmentations[i % 5], Augmentations[(i + 2) % 5])),
    ];

    /// <summary>With a loss scale, which half precision has and the processor doesn't.</summary>
    public static IEnumerable<string> Scaled =>
    [
        .. new[] { 1, 3, 33, 1000, 20011 }.SelectMany(n => (string[])
        [
            $"bce n{n} target 1 weight 0.5 scaled", $"bce n{n} target 0 weight -1 scaled", $"wasserstein n{n} y -1 scaled",
            $"hinge n{n} y 1 scaled", $"least-squares {n}x2 weight 0.5 scaled", $"least-squares {n}x1 target 1 weight 1 scaled",
            $"adam {n} scaled", $"rmsprop {n} scaled", $"sgd {n} scaled", $"adam {n} norm scaled", $"clip {n} limit 0.01 scaled", $"norm {n} scaled",
        ]),
        .. Logits.Select(s => $"cross-entropy {s} weight 0.5 scaled"),
        .. Images.Select(s => $"gradient-penalty {s} center 1 weight 10 scaled"),
        "adjust-scale",
    ];

    private static IEnumerable<string> Convolution(string geometry, int i) =>
    [
        $"conv {geometry}{Epilogues[i % Epilogues.Length]}",
        $"conv-bwd-data {geometry}{Epilogues[(i + 1) % Epilogues.Length]}",
        $"conv-bwd-filter {geometry}{(i % 2 == 0 ? "" : " acc")}",
    ];

    private static IEnumerable<string> Pointwise(string shape, string act, string other) =>
    [
        $"act-bwd {shape} {act} bias", $"act-bwd {shape} {other}", $"act-bwd {shape} {act} bias acc inplace",
        $"bn {shape} {act}", $"bn-bwd {shape} {act}", $"bn-bwd {shape} {other} acc inplace",
        $"bn-inference {shape} {other}", $"bn-inference {shape} {act} inplace", $"multiply {shape}", $"fill {shape} value -1.5",
    ];

    private static IEnumerable<string> Flat(int n) =>
    [
        $"noise Normal 1x{n} stream 7", $"noise Uniform 1x{n} stream 4000000000", $"random-labels n{n} classes 10 stream 3",
        $"bce n{n} target 1 weight 0.5", $"bce n{n} target 0 weight -1", $"bce n{n} target 0.9 weight 1", $"wasserstein n{n} y -1",
        $"hinge n{n} y 1", $"hinge n{n} y -1", $"least-squares {n}x1 target 1 weight 0.5", $"least-squares {n}x3 weight 1",
        $"adam {n}", $"rmsprop {n}", $"sgd {n}", $"{Rules[n % 3]} {n} norm", $"clip {n} limit 0.01", $"ema {n} decay 0.999", $"norm {n}",
    ];

    private static IEnumerable<string> Classes(string logits, double weight) =>
        [$"cross-entropy {logits} weight {weight}", $"log-sum-exp {logits}", $"log-sum-exp-bwd {logits}", $"softmax-bwd {logits}", $"softmax-bwd {logits} inplace"];

    private static IEnumerable<string> Gradients(string images, int center) =>
    [
        $"mix {images}", $"gradient-penalty {images} center {center} weight 10",
        $"gradient-penalty {images} center {1 - center} weight 0.5 inplace",
    ];

    private static IEnumerable<string> Moves(string images, string augmentation, string other) =>
    [
        $"augment {images} {augmentation} stream 5", $"augment {images} {other} stream 4000000000",
        $"augment-bwd {images} {augmentation} stream 5", $"augment-bwd {images} {other} stream 4000000000",
    ];
}
