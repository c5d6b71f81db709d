using System.Text.RegularExpressions;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>
/// Latents by name: <c>7:3</c> is sample 3 of seed 7, and <c>7</c> its sample 0; <c>class:bag</c> the mean latent of the samples in which a classifier sees a
/// bag, <c>attribute:width</c> that of the tenth of the samples that are widest (<see cref="AttributeMeans"/>); anything else a file that <see cref="LatentFile"/> wrote.
/// </summary>
public static partial class LatentNames
{
    private const string Class = "class:", Attribute = "attribute:";

    /// <summary>Whether it asks for a class's mean.</summary>
    public static bool NeedsClasses(string name) => name.StartsWith(Class, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is neither a mean nor a sample of a seed.</summary>
    public static bool IsFile(string name) => !NeedsClasses(name) && !IsAttribute(name) && !Seed().IsMatch(name);

    /// <param name="classes">Asked for only where the name is a class's; null where there are none.</param>
    /// <exception cref="FastGanException">There is no such latent.</exception>
    public static float[] Latent(this Sampler sampler, string name, Func<ClassMeans>? classes = null)
    {
        if (NeedsClasses(name))
            return classes is null ? throw new FastGanException($"'{name}': there is no classifier to tell classes by") : classes().Of(name[Class.Length..]);
        if (IsAttribute(name))
            return AttributeMeans.Of(sampler, name[Attribute.Length..]);
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
            $"'{name}' is no latent: give a sample by seed and number (7:3), class:NAME, attribute:NAME, or a file that fastgan invert wrote; + and - need a space on both sides");
    }

    private static bool IsAttribute(string name) => name.StartsWith(Attribute, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?<seed>\d+)(:(?<index>\d+))?$")]
    private static partial Regex Seed();
}
