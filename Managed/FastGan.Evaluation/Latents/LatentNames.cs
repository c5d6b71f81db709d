using System.Text.RegularExpressions;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>
/// Latents by name: <c>7:3</c> is sample 3 of seed 7, and <c>7</c> its sample 0; <c>class:bag</c> the mean latent of the samples in which a classifier sees a
/// bag; anything else a file that <see cref="LatentFile"/> wrote.
/// </summary>
public static partial class LatentNames
{
    private const string Class = "class:";

    /// <summary>Whether it asks for a class's mean.</summary>
    public static bool NeedsClasses(string name) => name.StartsWith(Class, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is neither a class nor a sample of a seed.</summary>
    public static bool IsFile(string name) => !NeedsClasses(name) && !Seed().IsMatch(name);

    /// <param name="classes">Asked for only where the name is a class's; null where there are none.</param>
    /// <exception cref="FastGanException">There is no such latent.</exception>
    public static float[] Latent(this Sampler sampler, string name, Func<ClassMeans>? classes = null)
    {
        if (NeedsClasses(name))
            return classes is null ? throw new FastGanException($"'{name}': there is no classifier to tell classes by") : classes().Of(name[Class.Length..]);
        if (Seed().Match(name) is { Success: true } match)
        {
            string index = match.Groups["index"].Value;
            if (!ulong.TryParse(match.Groups["seed"].Value, out ulong seed) || !int.TryParse(index.Length > 0 ? index : "0", out int i))
                throw new FastGanException($"'{name}': the seed or the sample's number is too large");
            float[] z = new float[sampler.Model.Latent];
            sampler.Latent(seed, i, z);
            return z;
        }

        return File.Exists(name) ? LatentFile.Load(name, sampler.Model.Latent) : throw new FastGanException(
            $"'{name}' is no latent: give a sample by seed and number (7:3), class:NAME, or a file that fastgan invert wrote; + and - need a space on both sides");
    }

    [GeneratedRegex(@"^(?<seed>\d+)(:(?<index>\d+))?$")]
    private static partial Regex Seed();
}
