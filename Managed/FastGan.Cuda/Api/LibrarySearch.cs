using System.Runtime.InteropServices;

namespace FastGan.Cuda.Api;

/// <summary>Where the libraries may lie, in the order in which the places are tried.</summary>
/// <param name="only">The one folder to look in; null for all the usual places.</param>
/// <param name="environment">Environment variables by name.</param>
/// <param name="root">What paths such as /usr/lib start from: "/", except in tests.</param>
internal sealed class LibrarySearch(string? only, bool windows, Func<string, string?> environment, string root)
{
    /// <summary>Names the one folder to look in. The only way to the virtual GPU.</summary>
    public const string PathVariable = "FASTGAN_CUDA_PATH";

    /// <summary>The search on this machine.</summary>
    /// <param name="folder">The one folder to look in; null for what FASTGAN_CUDA_PATH says.</param>
    public static LibrarySearch Here(string? folder) => new(
        folder ?? Environment.GetEnvironmentVariable(PathVariable), OperatingSystem.IsWindows(), Environment.GetEnvironmentVariable, "/");

    public bool IsWindows => windows;

    /// <summary>The one folder that is looked in; null where all are.</summary>
    public string? Only { get; } = string.IsNullOrEmpty(only) ? null : Path.GetFullPath(only);

    /// <summary>Paths, in order; a bare name is left to the system's loader.</summary>
    public IEnumerable<string> Candidates(CudaLibrary library, int cuda)
    {
        string file = LibraryNames.File(library, cuda, windows);
        if (Only is not null)
            return [Path.Combine(Only, file)];
        return Folders(library, cuda).Distinct().Select(folder => Path.Combine(folder, file)).Prepend(file);
    }

    /// <summary>Loads the first that can be used.</summary>
    /// <param name="tried">Gets each path that could not be, and why.</param>
    public LoadedLibrary? TryLoad(CudaLibrary library, int cuda, ICollection<string> tried)
    {
        foreach (string path in Candidates(library, cuda))
        {
            string why = "";
            bool known = Path.IsPathRooted(path);
            if (library != CudaLibrary.Dnn || !known || !File.Exists(path) || HasDnnFiles(Path.GetDirectoryName(path)!, out why))
            {
                LoadedLibrary? loaded = LoadedLibrary.TryLoad(library, path, out why);

                // Where the system's loader found cuDNN is known only now; no function has been called yet, so that nothing aborts.
                if (loaded is not null && (library != CudaLibrary.Dnn || HasDnnFiles(loaded.Folder, out why)))
                {
                    LoadParts(loaded);
                    return loaded;
                }

                loaded?.Dispose();
            }

            tried.Add($"{(known ? path : $"{path} by the system's loader")} ({why})");
        }

        return null;
    }

    /// <summary>
    /// cuDNN and NVRTC ask for their own parts by bare name, which the system's loader finds in their folder only where it was told to look there. What
    /// is loaded already is found by that name. A part may want another: those that can't be loaded at first are tried again.
    /// </summary>
    private void LoadParts(LoadedLibrary library)
    {
        if (LibraryNames.Parts(library.Kind, windows) is not string pattern || !Directory.Exists(library.Folder))
            return;
        string[] parts = [.. Directory.EnumerateFiles(library.Folder, pattern).Order(StringComparer.Ordinal)];
        for (int round = 0; round < 2; round++)
            parts = [.. parts.Where(part => !NativeLibrary.TryLoad(part, out _))];
    }

    /// <summary>Whether all eight lie there. cuDNN ends the process, with no error to catch, if one is missing when it wants it.</summary>
    /// <param name="missing">Those that don't.</param>
    public bool HasDnnFiles(string folder, out string missing)
    {
        string[] files = [.. LibraryNames.DnnFiles(windows).Where(file => !File.Exists(Path.Combine(folder, file)))];
        missing = $"{folder} lacks {string.Join(", ", files)}";
        return files.Length == 0;
    }

    private IEnumerable<string> Folders(CudaLibrary library, int cuda)
    {
        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
        if (windows)
        {
            // The loader finds the driver; it is part of the system.
            if (library == CudaLibrary.Driver)
                yield break;
            foreach (string toolkit in Known(Variable("CUDA_PATH"), Variable($"CUDA_PATH_V{cuda}_0")))
            {
                yield return Path.Combine(toolkit, "bin", "x64");
                yield return Path.Combine(toolkit, "bin");
            }

            if (library == CudaLibrary.Dnn && Variable("ProgramFiles") is string programs)
            {
                foreach (string version in Matching(Path.Combine(programs, "NVIDIA", "CUDNN"), "v9*"))
                {
                    foreach (string bin in Matching(Path.Combine(version, "bin"), $"{cuda}*"))
                    {
                        yield return Path.Combine(bin, "x64");
                        yield return bin;
                    }
                }
            }

            if (Variable("CONDA_PREFIX") is string conda)
                yield return Path.Combine(conda, "Library", "bin");
            foreach (string packages in Known(Sub(Variable("VIRTUAL_ENV"), "Lib/site-packages"), Sub(Variable("CONDA_PREFIX"), "Lib/site-packages")))
                yield return Path.Combine(packages, "nvidia", PipFolder(library, cuda), "bin", cuda < 13 || library == CudaLibrary.Dnn ? "" : "x86_64").TrimEnd('\\', '/');
            yield break;
        }

        string system = Under($"usr/lib/{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu");
        if (library == CudaLibrary.Driver)
        {
            yield return system;
            yield return Under("usr/lib/wsl/lib");
            yield break;
        }

        if (Variable("CUDA_PATH") is string path)
            yield return Path.Combine(path, "lib64");
        foreach (string toolkit in Matching(Under("usr/local"), "cuda*"))
            yield return Path.Combine(toolkit, "lib64");
        yield return system;
        if (Variable("CONDA_PREFIX") is string prefix)
            yield return Path.Combine(prefix, "lib");
        foreach (string packages in SitePackages(Variable))
            yield return Path.Combine(packages, "nvidia", PipFolder(library, cuda), "lib");
    }

    /// <summary>Of a virtual environment, of conda, of the user, of the system.</summary>
    private IEnumerable<string> SitePackages(Func<string, string?> variable)
    {
        foreach (string prefix in Known(variable("VIRTUAL_ENV"), variable("CONDA_PREFIX"), Sub(variable("HOME"), ".local"), Under("usr/local"), Under("usr")))
        {
            foreach (string python in Matching(Path.Combine(prefix, "lib"), "python3*"))
            {
                foreach (string packages in Matching(python, "*-packages"))
                    yield return packages;
            }
        }
    }

    private static string PipFolder(CudaLibrary library, int cuda) => library switch
    {
        CudaLibrary.Dnn => "cudnn",
        _ when cuda >= 13 => $"cu{cuda}",
        CudaLibrary.Nvrtc => "cuda_nvrtc",
        _ => "cublas",
    };

    private string Under(string path) => Path.Combine(root, path);

    private static string? Sub(string? folder, string path) => folder is null ? null : Path.Combine(folder, path);

    private static IEnumerable<string> Known(params string?[] folders) => folders.OfType<string>();

    /// <summary>Sub-folders by pattern, the shortest name first, then the highest version: cuda, cuda-13.0, cuda-12.6.</summary>
    private static IEnumerable<string> Matching(string folder, string pattern) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder, pattern).OrderBy(f => Path.GetFileName(f).Any(char.IsDigit)).ThenByDescending(VersionOf)
        : [];

    private static Version VersionOf(string folder)
    {
        string digits = string.Concat(Path.GetFileName(folder).Where(c => char.IsDigit(c) || c == '.')).Trim('.');
        return Version.TryParse(digits.Contains('.') ? digits : digits + ".0", out Version? version) ? version : new Version();
    }
}
