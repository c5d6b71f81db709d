using FastGan.Tensors;

namespace FastGan.Data;

/// <summary>One image file, in a model's form.</summary>
public static class SingleImage
{
    /// <summary>Reads a PNG, JPEG, WebP or BMP file, scaled as <see cref="DataSpec"/> says of a data set.</summary>
    /// <param name="shape">Of the image; N is ignored.</param>
    /// <returns>(H, W, C) in [−1, 1]</returns>
    /// <exception cref="FastGanException">It isn't there, or can't be decoded.</exception>
    public static float[] Load(string path, Shape shape, ResizeMode mode)
    {
        try
        {
            byte[] bytes = new byte[shape.SampleCount];
            ImageFolder.Convert(ImageFile.Decode(path), mode, shape.H, shape.W, shape.C, bytes);
            return Array.ConvertAll(bytes, b => b / 127.5f - 1);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new FastGanException($"{path} can't be used: {e.Message.TrimEnd('.')}; give a PNG, JPEG, WebP or BMP image", e);
        }
    }
}
