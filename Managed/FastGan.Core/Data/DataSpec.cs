namespace FastGan.Data;

/// <summary>How an image of another size or aspect ratio is brought to the size asked for.</summary>
public enum ResizeMode
{
    /// <summary>Scaled until it covers the square; what sticks out at two sides is cut off evenly.</summary>
    Crop,

    /// <summary>Scaled until it fits into the square; the rest is black, or white for an image with transparent parts.</summary>
    Fit,

    /// <summary>Each side scaled on its own; the aspect ratio is lost.</summary>
    Stretch,
}

/// <summary>What to do with an image file that can't be decoded.</summary>
public enum BrokenImages
{
    /// <summary>Leave it out, with a warning that names it.</summary>
    Skip,

    /// <summary>Refuse the whole data set.</summary>
    Refuse,
}

/// <summary>Which images to train on, and in what form: the data's part of a run's configuration.</summary>
/// <param name="Source">A name of <see cref="NamedData"/>, a folder of images, or an IDX file of images.</param>
/// <param name="Size">Height and width in pixels; null leaves the images at their own, which must then be the same for all.</param>
/// <param name="Channels">1 (grey) or 3 (RGB); null is 1 where every pixel of the data is grey, else 3.</param>
public sealed record DataSpec(
    string Source, int? Size = null, int? Channels = null, ResizeMode Resize = ResizeMode.Crop, BrokenImages Broken = BrokenImages.Skip);
