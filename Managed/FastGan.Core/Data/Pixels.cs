namespace FastGan.Data;

/// <summary>Conversions between grey and RGB bytes.</summary>
internal static class Pixels
{
    /// <summary>Luma of Rec. 601: 0.299 R + 0.587 G + 0.114 B, rounded. rgb (pixels, 3), grey (pixels); grey may be the start of rgb.</summary>
    public static void Luma(ReadOnlySpan<byte> rgb, Span<byte> grey)
    {
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)((299 * rgb[3 * i] + 587 * rgb[3 * i + 1] + 114 * rgb[3 * i + 2] + 500) / 1000);
    }

    /// <summary>Grey in all three channels. grey (pixels), rgb (pixels, 3).</summary>
    public static void Replicate(ReadOnlySpan<byte> grey, Span<byte> rgb)
    {
        for (int i = 0; i < grey.Length; i++)
            rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey[i];
    }

    /// <summary>Whether R = G = B in every pixel. rgb (pixels, 3).</summary>
    public static bool AreGrey(ReadOnlySpan<byte> rgb)
    {
        for (int i = 0; i < rgb.Length; i += 3)
        {
            if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2])
                return false;
        }

        return true;
    }
}
