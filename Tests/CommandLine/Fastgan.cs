using System.Diagnostics;
using FastGan.Tests.Data;
using SkiaSharp;

namespace FastGan.Tests.CommandLine;

/// <summary>How a process ended and what it printed.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";
}

/// <summary>Runs the built executable as a user does, in a folder of its own, and writes small data for it.</summary>
internal static class Fastgan
{
    /// <summary>Long enough for a machine that does other things; no test waits for it in vain.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "fastgan.dll");

    public static Outcome Run(TemporaryFolder folder, params string[] args) => Finish(Start(folder, "dotnet", [Assembly, .. args]));

    /// <summary>Runs it with an environment variable set.</summary>
    public static Outcome RunWith(TemporaryFolder folder, string variable, string value, params string[] args)
    {
        ProcessStartInfo start = StartInfo(folder, "dotnet", [Assembly, .. args]);
        start.Environment[variable] = value;
        return Finish(Process.Start(start)!);
    }

    /// <summary>Runs what must end well.</summary>
    public static Outcome Succeed(TemporaryFolder folder, params string[] args)
    {
        Outcome outcome = Run(folder, args);
        Assert.AreEqual(0, outcome.ExitCode, $"fastgan {string.Join(' ', args)}: {outcome}");
        return outcome;
    }

    public static Process Start(TemporaryFolder folder, string program, params string[] args) => Process.Start(StartInfo(folder, program, args))!;

    /// <summary>Starts fastgan such that signals reach it.</summary>
    public static Process StartForSignals(TemporaryFolder folder, params string[] args)
    {
        // A child inherits which signals are ignored, and a script's background job, as these tests may be, ignores SIGINT: env puts that back, then becomes dotnet.
        (string program, string[] first) = OperatingSystem.IsLinux() ? ("env", new[] { "--default-signal=INT,TERM", "dotnet" }) : ("dotnet", []);
        return Start(folder, program, [.. first, Assembly, .. args]);
    }

    private static ProcessStartInfo StartInfo(TemporaryFolder folder, string program, string[] args)
    {
        ProcessStartInfo start = new(program, args) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("FASTGAN_DATA");
        start.Environment.Remove("FASTGAN_TRACE");
        start.Environment.Remove("FASTGAN_CUDA_PATH");
        start.Environment["FASTGAN_CACHE"] = folder["cache"];
        return start;
    }

    public static Outcome Finish(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"still running after {Patience}: {output.Result}{errors.Result}");
            }

            return new Outcome(process.ExitCode, output.Result, errors.Result);
        }
    }

    /// <summary>A pair of IDX files in "data": 40 images of 16×16 in 4 classes.</summary>
    /// <returns>The file of images.</returns>
    public static string WriteData(TemporaryFolder folder, int count = 40, int height = 16, int width = 16, int? labels = 40)
    {
        byte[] pixels = [.. Enumerable.Range(0, count * height * width).Select(i => (byte)(i * 7919 / 13))];
        string images = folder["data/train-images-idx3-ubyte"];
        Files.Write(images, Files.Idx(pixels, count, height, width));
        if (labels is int n)
            Files.Write(folder["data/train-labels-idx1-ubyte"], Files.Idx([.. Enumerable.Range(0, n).Select(i => (byte)(i % 4))], n));
        return images;
    }

    /// <summary>A pair of IDX files in a folder of its own; square images, with no labels for 0 classes.</summary>
    /// <returns>The file of images.</returns>
    public static string WriteClasses(TemporaryFolder folder, string name, int count, int side, int classes)
    {
        byte[] pixels = [.. Enumerable.Range(0, count * side * side).Select(i => (byte)((classes == 0 ? 0 : i / (side * side) % classes * 60) + i * 7919 / 13 % 60))];
        string images = folder[$"{name}/train-images-idx3-ubyte"];
        Files.Write(images, Files.Idx(pixels, count, side, side));
        if (classes > 0)
            Files.Write(folder[$"{name}/train-labels-idx1-ubyte"], Files.Idx([.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))], count));
        return images;
    }

    /// <summary>A folder "photos" of PNGs of 20×16, in sub-folders "cats" and "dogs".</summary>
    public static string WritePhotos(TemporaryFolder folder)
    {
        foreach (string name in new[] { "cats", "dogs" })
        {
            for (int i = 0; i < 8; i++)
                Files.Write(folder[$"photos/{name}/{i}.png"], Files.Image(20, 16, new SKColor((byte)(30 * i), 100, (byte)name.Length)));
        }

        return folder["photos"];
    }

    /// <summary>A run "run" of a preset, a few steps long, on the data of <see cref="WriteData"/>.</summary>
    public static void Train(TemporaryFolder folder, string preset, int steps = 4) => Succeed(folder,
        "train", preset, "--data", WriteData(folder), "--batch", "4", "--latent", "8", "--steps", $"{steps}", "--checkpoint-every", "2", "--out", "run", "--quiet");
}
