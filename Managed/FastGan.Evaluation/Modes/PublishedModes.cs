namespace FastGan.Evaluation;

/// <summary>A row of a paper's table, as printed there.</summary>
/// <param name="Modes">Found, on average.</param>
/// <param name="HighQuality">Percent of the samples; null where the paper has none.</param>
/// <param name="Kl">Divergence from even shares; null where the paper has none.</param>
public sealed record PublishedModes(string Source, string Method, double Modes, double? HighQuality = null, double? Kl = null)
{
    private const string Veegan = "VEEGAN paper", Pac = "PacGAN paper";

    /// <summary>Srivastava et al. (2017), table 1; Lin et al. (2018), table 1.</summary>
    internal static IReadOnlyList<PublishedModes> Ring { get; } =
    [
        new(Veegan, "GAN", 1, 99.3), new(Veegan, "Unrolled GAN", 7.6, 35.6), new(Veegan, "VEEGAN", 8, 52.9),
        new(Pac, "GAN", 6.3, 98.2), new(Pac, "PacGAN2", 7.9, 95.6), new(Pac, "PacGAN4", 7.8, 95.9),
    ];

    internal static IReadOnlyList<PublishedModes> Grid { get; } =
    [
        new(Veegan, "GAN", 3.3, 0.5), new(Veegan, "Unrolled GAN", 23.6, 16), new(Veegan, "VEEGAN", 24.6, 40),
        new(Pac, "GAN", 17.3, 94.8), new(Pac, "PacGAN2", 23.8, 91.3), new(Pac, "PacGAN4", 24.8, 93.6),
    ];

    /// <summary>Srivastava et al. (2017), table 2; Lin et al. (2018), table 2. Both are of digits, by a classifier of theirs.</summary>
    internal static IReadOnlyList<PublishedModes> Stacked { get; } =
    [
        new(Veegan, "DCGAN", 99, Kl: 3.40), new(Veegan, "ALI", 16, Kl: 5.40), new(Veegan, "Unrolled GAN", 48.7, Kl: 4.32), new(Veegan, "VEEGAN", 150, Kl: 2.95),
        new(Pac, "DCGAN", 78.9, Kl: 4.50), new(Pac, "PacDCGAN2", 1000, Kl: 0.06),
    ];
}
