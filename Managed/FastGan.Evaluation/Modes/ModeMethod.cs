using FastGan.Gans;

namespace FastGan.Evaluation;

/// <summary>A way of training that is tried for the modes that it keeps.</summary>
/// <param name="Preset">Of <see cref="PointPresets"/>.</param>
/// <param name="ImagePreset">The same for images, of <see cref="Presets"/>.</param>
/// <param name="Pack">Samples to one decision of the discriminator.</param>
public sealed record ModeMethod(string Name, string Preset, string ImagePreset, int Pack = 1)
{
    public static IReadOnlyList<ModeMethod> All { get; } =
    [
        new("gan", "gan", "dcgan"),
        new("wgan", "wgan", "wgan"),
        new("wgan-gp", "wgan-gp", "wgan-gp"),
        new("pac2", "gan", "dcgan", Pack: 2),
        new("pac4", "gan", "dcgan", Pack: 4),
    ];

    /// <exception cref="FastGanException">No such method.</exception>
    public static ModeMethod Named(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new FastGanException($"unknown method '{name}': {Suggest.Among(name, [.. All.Select(m => m.Name)])}");
}
