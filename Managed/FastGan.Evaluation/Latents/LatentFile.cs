using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Latents;

/// <summary>A latent kept in a file: safetensors with one tensor, "latent".</summary>
public static class LatentFile
{
    public const string Extension = ".safetensors";

    private const string Name = "latent";

    public static void Save(string path, float[] latent)
    {
        using MemoryStream file = new();
        Safetensors.Write<float>(file, [(Name, Shape.Vector(latent.Length), () => latent)]);
        AtomicFile.Write(path, file.ToArray());
    }

    /// <param name="width">What the model's latents have.</param>
    /// <exception cref="FastGanException">It is no such file, or another model's.</exception>
    public static float[] Load(string path, int width)
    {
        if (!Safetensors.Read<float>(path).TryGetValue(Name, out (IReadOnlyList<int> Shape, float[] Values) found))
            throw new FastGanException($"{path} holds no tensor '{Name}': give a file that fastgan invert wrote");
        return found.Values.Length == width ? found.Values
            : throw new FastGanException($"{path} holds a latent of {found.Values.Length} numbers, the model's have {width}: invert the image with this model");
    }
}
