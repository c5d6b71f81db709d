namespace FastGan.Data;

/// <summary>Data known by name: where its images lie on this machine, and what its classes are called.</summary>
/// <param name="Images">An IDX file of images, with its labels beside it.</param>
public sealed record NamedData(string Images, IReadOnlyList<string> ClassNames)
{
    /// <summary>
    /// The whole training set of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017), 60,000 images, where $FASTGAN_DATA or Debian's package
    /// dataset-fashion-mnist has it, else <see cref="Bundled"/>.
    /// </summary>
    public const string FashionMnist = "fashion-mnist";

    /// <summary>The 10,000 images that come with the program: the test set of Fashion-MNIST. The same on every machine.</summary>
    public const string Bundled = "fashion-mnist-10k";

    private static readonly string[] Clothes =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static IReadOnlyList<string> Names { get; } = [FashionMnist, Bundled];

    private static string BundledImages => Path.Combine(AppContext.BaseDirectory, "data", FashionMnist, "t10k-images-idx3-ubyte.gz");

    internal static NamedData? Find(string name, Action<string> warn) => name switch
    {
        FashionMnist => Find(Environment.GetEnvironmentVariable("FASTGAN_DATA"), "/usr/share/datasets", warn),
        Bundled => new(BundledImages, Clothes),
        _ => null,
    };

    /// <param name="own">The user's folder of data sets, or the folder of this one.</param>
    /// <param name="system">The machine's folder of data sets.</param>
    internal static NamedData Find(string? own, string system, Action<string> warn)
    {
        string? found = string.IsNullOrEmpty(own) ? null : TrainingImages(Path.Combine(own, FashionMnist)) ?? TrainingImages(own);
        if (found is null && !string.IsNullOrEmpty(own))
            warn($"FASTGAN_DATA is {own}, which has no {FashionMnist}/train-images-idx3-ubyte.gz");
        return new(found ?? TrainingImages(Path.Combine(system, FashionMnist)) ?? BundledImages, Clothes);
    }

    private static string? TrainingImages(string folder)
    {
        string plain = Path.Combine(folder, "train-images-idx3-ubyte");
        return File.Exists(plain + ".gz") ? plain + ".gz" : File.Exists(plain) ? plain : null;
    }
}
