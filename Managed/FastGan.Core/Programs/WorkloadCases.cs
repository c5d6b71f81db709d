namespace FastGan.Programs;

/// <summary>The operations that the throughput workloads spend their time in, for benchmarks: too large for the reference.</summary>
public static class WorkloadCases
{
    public static IReadOnlyList<string> GanMlp { get; } =
    [
        .. Passes("n64 c100 k128", "n64 c128 k256", "n64 c256 k512", "n64 c512 k1024", "n64 c1024 k784", "n128 c784 k512",
            "n128 c512 k256", "n128 c256 k1"),
        "bn 64x1024 lrelu", "bn-bwd 64x1024 lrelu", "act-bwd 128x512 lrelu bias", "adam 1510032",
    ];

    public static IReadOnlyList<string> Dcgan28 { get; } =
    [
        .. Passes("n128 c100 k6272", "n128 h14 w14 c64 k128 r4 s2 p1", "n128 h28 w28 c1 k64 r4 s2 p1", "n128 c6272 k1"),
        "bn 128x7x7x128 relu", "bn 128x14x14x64 relu", "bn-bwd 128x7x7x128 lrelu", "bn-bwd 128x14x14x64 relu",
        "act-bwd 128x14x14x64 lrelu bias", "act-bwd 128x28x28x1 tanh bias", "gather 128x28x28x1", "noise Normal 128x100 stream 256",
        "adam 765761",
    ];

    public static IReadOnlyList<string> Dcgan64 { get; } =
    [
        .. Passes("n64 h4 w4 c512 k100 r4 s1 p0", "n64 h8 w8 c256 k512 r4 s2 p1", "n64 h16 w16 c128 k256 r4 s2 p1",
            "n64 h32 w32 c64 k128 r4 s2 p1", "n64 h64 w64 c3 k64 r4 s2 p1", "n64 h4 w4 c512 k1 r4 s1 p0"),
        "bn 64x32x32x64 relu", "bn-bwd 64x32x32x64 relu", "act-bwd 64x32x32x64 lrelu", "adam 3576704",
    ];

    /// <summary>What wgan28 and cgan28 have beside the operations of dcgan28.</summary>
    public static IReadOnlyList<string> Others { get; } =
    [
        .. Passes("n128 h28 w28 c2 k64 r4 s2 p1"),
        "concat 128x28x28x1 + 1", "slice 128x28x28x2 from 0 take 1", "embed 10x784 n128", "embed-bwd 10x784 n128", "multiply 128x100",
        "wasserstein n64 y 1", "bce n128 target 1 weight 1", "rmsprop 139009", "clip 139009 limit 0.01", "ema 765761 decay 0.999",
        "norm 765761",
    ];

    public static IEnumerable<string> All => [.. GanMlp, .. Dcgan28, .. Dcgan64, .. Others];

    private static IEnumerable<string> Passes(params string[] geometries) =>
        geometries.SelectMany(g => (string[])[$"conv {g}", $"conv-bwd-data {g}", $"conv-bwd-filter {g}"]);
}
