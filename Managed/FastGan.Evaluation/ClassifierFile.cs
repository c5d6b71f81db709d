using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastGan.Data;
using FastGan.Models;
using FastGan.Programs;
using FastGan.Tensors;
using FastGan.Training;

namespace FastGan.Evaluation;

/// <summary>
/// A trained classifier in the cache folder: a safetensors file of its weights, the number of held-out images that it has right, and the SHA-256 of both, a byte to a
/// number. A file that is damaged or of another network is as good as none.
/// </summary>
internal static class ClassifierFile
{
    /// <summary>Goes up whenever training or network change.</summary>
    public const string Version = "v1";

    private const string Right = "held_out_right", Check = "sha256";

    /// <summary>Named for the data and for the images that the classifier is trained on.</summary>
    public static string Path(CacheFolder cache, Dataset data, ClassifierSplit split)
    {
        byte[] images = SHA256.HashData(MemoryMarshal.AsBytes<int>(split.Training.ToArray()));
        return cache.File("classifiers", $"{data.Digest()[..32]}-{Convert.ToHexStringLower(images)[..16]}-{Version}.safetensors");
    }

    /// <summary>Puts the weights of a file onto the device.</summary>
    /// <returns>The number of held-out images that it has right; null where the file isn't there or can't be used.</returns>
    public static int? TryRead(string path, Net net, Device device)
    {
        if (CacheFolder.TryRead(path) is null)
            return null;
        try
        {
            var stored = Safetensors.Read<float>(path);
            float[] right = stored[Right].Values;
            float[][] weights = [.. net.Parameters.Select(p => stored[p.Name].Values)];
            if (right.Length != 1 || !stored[Check].Values.SequenceEqual(Sum([.. weights, right])))
                return null;
            foreach ((Parameter p, float[] values) in net.Parameters.Zip(weights))
                device.Write(net.Weights.Slice(p.Offset, p.Shape), values);
            return (int)right[0];
        }
        catch (Exception e) when (e is FastGanException or KeyNotFoundException or ArgumentException or IOException)
        {
            return null;
        }
    }

    public static void Write(string path, Net net, Device device, int right)
    {
        List<(string Name, Shape Shape, float[] Values)> tensors = [.. net.Parameters.Select(p => (p.Name, p.Shape, device.Read<float>(net.Weights.Slice(p.Offset, p.Shape))))];
        tensors.Add((Right, Shape.Scalar, [right]));
        tensors.Add((Check, Shape.Vector(SHA256.HashSizeInBytes), Sum([.. tensors.Select(t => t.Values)])));
        using MemoryStream file = new();
        Safetensors.Write<float>(file, [.. tensors.Select(t => (t.Name, t.Shape, (Func<float[]>)(() => t.Values)))]);
        CacheFolder.TryWrite(path, file.ToArray());
    }

    /// <summary>SHA-256 of the weights in hexadecimal.</summary>
    public static string Digest(Net net, Device device) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(device.Read<float>(net.Weights))));

    private static float[] Sum(float[][] tensors) =>
        [.. SHA256.HashData(MemoryMarshal.AsBytes<float>((float[])[.. tensors.SelectMany(t => t)])).Select(b => (float)b)];
}
