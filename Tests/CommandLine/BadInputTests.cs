using FastGan.Tests.Data;

namespace FastGan.Tests.CommandLine;

/// <summary>Whatever is wrong with the input: exit code 2, one line on stderr with what, where and what to do, and nothing left behind.</summary>
[TestClass]
public sealed class BadInputTests
{
    [TestMethod]
    [DataRow("unknown preset 'dcgna': did you mean 'dcgan'?", "dcgna")]
    [DataRow("there is no file 'runs/gone/config.json': give the config.json of a run, or a preset: ", "runs/gone/config.json")]
    [DataRow("there is no file 'mine.json': ", "mine.json")]
    [DataRow("unknown option '--critic-step': did you mean '--critic-steps'?", "wgan", "--critic-step", "5")]
    [DataRow("--update 'simultanous': did you mean 'simultaneous'?", "gan", "--update", "simultanous")]
    [DataRow("--device 'coda': did you mean 'cuda'?", "gan", "--device", "coda")]
    [DataRow("--device 'cuda:x': a GPU is cuda, or by its number from 0 cuda:1", "gan", "--device", "cuda:x")]
    [DataRow("--device 'cuda:-1': ", "gan", "--device", "cuda:-1")]
    [DataRow("--precision 'fp17': did you mean 'fp16'?", "gan", "--precision", "fp17")]
    [DataRow("--precision fp16: cpu has one precision only", "gan", "--device", "cpu", "--precision", "fp16")]
    [DataRow("--steps and --epochs", "gan", "--steps", "5", "--epochs", "1")]
    [DataRow("--batch is 0, must be at least 1", "gan", "--batch", "0")]
    [DataRow("--ema is 1, must be at least 0 and below 1", "gan", "--ema", "1")]
    [DataRow("--lr is NaN, must be above 0", "gan", "--lr", "NaN")]
    [DataRow("--clip-target says what is clipped, but nothing is", "gan", "--clip-target", "weights")]
    [DataRow("--beta1 and --beta2 are constants of adam", "wgan", "--beta1", "0.5")]
    [DataRow("--generator-loss is a choice of the cross-entropy loss", "wgan", "--generator-loss", "minimax")]
    [DataRow("can't make images of 30×30: a size is a multiple of 4 from 16 to 128; use --image-size 28 or 32", "gan", "--image-size", "30")]
    [DataRow("use --batch 40 or less", "gan", "--batch", "41")]
    public void Options(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        string[] data = args.Contains("--data") ? [] : ["--data", Fastgan.WriteData(folder)];
        Refuse(folder, expected, ["train", .. args, .. data]);
    }

    [TestMethod]
    public void DataFiles()
    {
        using TemporaryFolder folder = new();
        string images = Fastgan.WriteData(folder), labels = folder["data/train-labels-idx1-ubyte"];
        byte[] whole = File.ReadAllBytes(images);
        Refuse(folder, "data 'nothing'", "train", "gan", "--data", "nothing");
        Refuse(folder, "fashion-mnist", "train", "gan", "--data", "fashion-mnits");
        Refuse(folder, labels, "train", "gan", "--data", labels);

        Fastgan.WriteData(folder, labels: 39);
        Refuse(folder, "40 images and", "train", "gan", "--data", images);
        File.Delete(labels);
        Refuse(folder, "needs labels", "train", "cgan", "--data", images);
        File.WriteAllBytes(images, []);
        Refuse(folder, "is empty", "train", "gan", "--data", images);
        File.WriteAllBytes(images, whole[..^1]);
        Refuse(folder, "is truncated", "train", "gan", "--data", images);
        Fastgan.WriteData(folder, width: 20, labels: null);
        Refuse(folder, "has images of 20×16", "train", "gan", "--data", images);
        Fastgan.WriteData(folder, height: 18, width: 18, labels: null);
        Refuse(folder, "use --image-size 16 or 20", "train", "gan", "--data", images);
    }

    [TestMethod]
    public void ImageFolders()
    {
        using TemporaryFolder folder = new();
        string[] train = ["train", "gan", "--data", "photos", "--image-size", "16", "--batch", "4", "--steps", "1"];
        Files.Write(folder["photos/notes.txt"], "no image");
        Refuse(folder, "holds no image", train);

        Fastgan.WritePhotos(folder);
        Files.Write(folder["photos/cats/broken.png"], "no image either");
        Refuse(folder, Path.Combine("cats", "broken.png"), [.. train, "--strict"]);
        Outcome skipped = Fastgan.Succeed(folder, train);
        Assert.HasCount(1, skipped.ErrorLines);
        Assert.StartsWith("warning: ", skipped.Errors);
        Assert.Contains("broken.png", skipped.Errors);
    }

    [TestMethod]
    public void ConfigFiles()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan", steps: 1);
        string config = File.ReadAllText(folder["run/config.json"]);
        foreach ((string from, string to, string expected) in new[]
        {
            ("\"batch\"", "\"bach\"", "unknown key 'training.bach': did you mean 'batch'?"),
            ("\"adam\"", "\"adma\"", "did you mean 'adam'?"),
            ("\"batch\": 4", "\"batch\": 0", "training.batch is 0"),
            ("{", "", "bad.json"),
        })
        {
            Files.Write(folder["bad.json"], config.Replace(from, to, StringComparison.Ordinal));
            Refuse(folder, expected, "train", "bad.json", "--out", "new");
        }
    }

    [TestMethod]
    public void OutputFolders()
    {
        using TemporaryFolder folder = new();
        string[] train = ["train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--steps", "1"];
        Files.Write(folder["full/file"], "mine");
        Refuse(folder, "full exists", [.. train, "--out", "full"]);
        Refuse(folder, "file", [.. train, "--out", "full/file"]);
        Refuse(folder, "can't be written", [.. train, "--out", "full/file/run"]);
        Fastgan.Succeed(folder, [.. train, "--out", "run", "--quiet"]);
        Refuse(folder, "fastgan resume run", [.. train, "--out", "run"]);
        Refuse(folder, "--out a.jpg", "sample", "run", "--out", "a.jpg");
        Refuse(folder, "can't be written", "sample", "run", "--out", "full/file/a.png");
    }

    [TestMethod]
    public void RunsAndCheckpoints()
    {
        using TemporaryFolder folder = new();
        Refuse(folder, "nowhere", "resume", "nowhere");
        Refuse(folder, "nowhere", "sample", "nowhere");
        Refuse(folder, "nowhere", "info", "nowhere");
        Fastgan.Train(folder, "gan");
        Refuse(folder, "has no classes", "sample", "run", "--class", "bag");
        Refuse(folder, "--grid 'wide'", "sample", "run", "--grid", "wide");
        Refuse(folder, "has room for 4 images", "sample", "run", "--grid", "2x2", "--count", "5");
        Refuse(folder, "is at step 4 already", "resume", "run", "--steps", "4");
        Refuse(folder, "is a folder", "train", "run");

        // Another model under the same weights, first beside the checkpoint, then in it.
        string config = File.ReadAllText(folder["run/config.json"]);
        File.WriteAllText(folder["run/config.json"], config.Replace("\"latent\": 8", "\"latent\": 9", StringComparison.Ordinal));
        Refuse(folder, "was changed", "resume", "run", "--steps", "5");
        foreach (string checkpoint in Directory.GetDirectories(folder["run/checkpoint"]))
        {
            string state = Path.Combine(checkpoint, "state.json");
            File.WriteAllText(state, File.ReadAllText(state).Replace("\"latent\": 8", "\"latent\": 9", StringComparison.Ordinal));
        }

        Refuse(folder, "another architecture", "resume", "run", "--steps", "5");
        Refuse(folder, "another architecture", "sample", "run");
    }

    [TestMethod]
    public void OtherDataThanTheRunBeganWith()
    {
        using TemporaryFolder folder = new();
        Fastgan.Train(folder, "gan", steps: 1);
        Fastgan.WriteData(folder, count: 41, labels: 41);
        Refuse(folder, "isn't what run was trained on", "resume", "run", "--steps", "2");
    }

    [TestMethod]
    public void ALossThatIsNotFinite()
    {
        using TemporaryFolder folder = new();
        Outcome outcome = Fastgan.Run(folder, "train", "gan", "--data", Fastgan.WriteData(folder), "--batch", "4", "--steps", "50",
            "--optimizer", "sgd", "--lr", "1e20", "--checkpoint-every", "1", "--out", "run");
        Assert.AreEqual(2, outcome.ExitCode, outcome.ToString());
        Assert.HasCount(1, outcome.ErrorLines, outcome.ToString());
        Assert.Contains("step ", outcome.Errors);
        Assert.Contains("--lr", outcome.Errors);
    }

    /// <summary>A disk of 24 MB, less than two checkpoints take, mounted for the process and its children alone.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux, IgnoreMessage = "a small disk can only be mounted on Linux")]
    public void AFullDisk()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["disk"]);
        const string mount = "mount -t tmpfs -o size=24m tmpfs disk";
        if (Fastgan.Finish(Fastgan.Start(folder, "sh", "-c", $"unshare --user --map-root-user --mount {mount}")) is { ExitCode: not 0 } refused)
            Assert.Inconclusive($"a small disk can't be mounted here: {refused.Errors}");
        string data = Fastgan.WriteData(folder);
        string train = $"{mount} && dotnet {Fastgan.Assembly} train gan --data {data} --batch 4 --steps 9 --checkpoint-every 1 --out disk/run; code=$?; find disk -type f; exit $code";
        Outcome outcome = Fastgan.Finish(Fastgan.Start(folder, "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", train));
        Assert.AreEqual(2, outcome.ExitCode, outcome.ToString());
        Assert.HasCount(1, outcome.ErrorLines, outcome.ToString());
        Assert.Contains("disk/run/checkpoint/step-000001/state.json", outcome.Output);
        Assert.DoesNotContain("step-000002", outcome.Output);
        Assert.DoesNotContain(".tmp", outcome.Output);
    }

    internal static void Refuse(TemporaryFolder folder, string expected, params string[] args)
    {
        string[] before = Contents(folder);
        Outcome outcome = Fastgan.Run(folder, args);
        Assert.AreEqual(2, outcome.ExitCode, $"fastgan {string.Join(' ', args)}: {outcome}");
        Assert.HasCount(1, outcome.ErrorLines, outcome.ToString());
        Assert.StartsWith("fastgan: ", outcome.Errors);
        Assert.Contains(expected, outcome.Errors);
        Assert.AreEqual("", outcome.Output);
        CollectionAssert.AreEqual(before, Contents(folder), $"fastgan {string.Join(' ', args)} left something behind");
    }

    private static string[] Contents(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
