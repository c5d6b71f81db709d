using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Tensors;

namespace FastGan.Tests.Gans;

[TestClass]
public sealed class ConfigFileTests
{
    private static readonly DataSpec Data = new("fashion-mnist-10k", 28, 1);

    [TestMethod]
    public void EveryPresetComesBackAsItWent()
    {
        foreach (string preset in Presets.Names)
        {
            foreach ((int size, int channels) in new[] { (16, 1), (28, 1), (32, 3), (64, 3), (128, 1) })
            {
                string json = ConfigFile.Write(Presets.Make(preset, Data, size, channels, 10, []));
                Assert.AreEqual(json, ConfigFile.Write(ConfigFile.Parse(json, "config.json")));
            }
        }
    }

    [TestMethod]
    public void SoDoesMaxout()
    {
        RunConfig config = Presets.Make("gan", Data, 28, 1);
        config = config with { Model = config.Model with { Discriminator = new NetSpec(Initialisation.FanIn, [new DenseLayer(10), new MaxoutLayer(5), new DenseLayer(1)]) } };
        string json = ConfigFile.Write(config);
        Assert.MatchesRegex("\"layer\": \"maxout\",\\s+\"pieces\": 5", json);
        Assert.AreEqual(json, ConfigFile.Write(ConfigFile.Parse(json, "config.json")));
    }

    [TestMethod]
    [DataRow("\"critic_steps\"", "\"critic_step\"", "unknown key 'training.critic_step'", "did you mean 'critic_steps'?")]
    [DataRow("\"slope\"", "\"slop\"", "unknown key 'model.generator.layers[1].slop'", "'slope'")]
    [DataRow("\"layer\": \"dense\"", "\"layer\": \"dens\"", "layers[0].layer' is 'dens'", "'dense'")]
    [DataRow("\"layer\": \"dense\",", "", "'model.generator.layers[0]' needs a key 'layer'", "")]
    [DataRow("\"units\": 128,", "", "key 'model.generator.layers[0].units' is missing", "")]
    [DataRow("\"loss\": \"bce\"", "\"loss\": \"bcee\"", "'training.loss' is 'bcee'", "'bce'")]
    [DataRow("\"batch\": 64", "\"batch\": 0", "training.batch is 0", "at least 1")]
    [DataRow("\"batch\": 64", "\"batch\": \"many\"", "training.batch", "")]
    [DataRow("\"batch\": 64,", "", "key 'training.batch' is missing", "")]
    [DataRow("\"learning_rate\": 0.0002", "\"learning_rate\": -1", "learning_rate is -1", "above 0")]
    [DataRow("\"version\": 1", "\"version\": 7", "version 7", "version 1")]
    [DataRow("{", "", "line 2", "")]
    public void AMistakeIsNamed(string right, string wrong, string what, string remedy)
    {
        string json = ConfigFile.Write(Presets.Make("gan", Data, 28, 1));
        int at = json.IndexOf(right, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, at, right);
        json = json[..at] + wrong + json[(at + right.Length)..];
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => ConfigFile.Parse(json, "my.json"));
        StringAssert.StartsWith(e.Message, "my.json: ");
        StringAssert.Contains(e.Message, what);
        StringAssert.Contains(e.Message, remedy);
        Assert.DoesNotContain("\n", e.Message);
    }

    [TestMethod]
    [DataRow(30, "28 or 32")]
    [DataRow(12, "16")]
    [DataRow(200, "128")]
    public void AnImageSizeThatCannotBeMadeNamesTheNearest(int size, string nearest)
    {
        FastGanException e = Assert.ThrowsExactly<FastGanException>(() => Presets.Make("dcgan", Data, size, 1));
        StringAssert.Contains(e.Message, $"use --image-size {nearest}");
    }

    [TestMethod]
    public void EverySizeThatIsAllowedCompiles()
    {
        foreach (string preset in Presets.Names)
        {
            for (int size = Presets.SmallestImage; size <= Presets.LargestImage; size += 4)
            {
                ModelSpec m = Presets.Make(preset, Data, size, 3, 10).Model;
                Net g = new("generator", m.Generator, Shape.Matrix(1, m.Latent), m.Classes);
                Net d = new("discriminator", m.Discriminator, Gan.Image(m, 1), m.Classes);
                Assert.AreEqual(Gan.Image(m, 1), g.Output);
                Assert.AreEqual(m.DiscriminatorOutputs(), d.Output.Count);
            }
        }
    }

    [TestMethod]
    [DataRow(1, "discriminator, layer 1: pieces is 1, must be at least 2")]
    [DataRow(0, "discriminator, layer 1: pieces is 0, must be at least 2")]
    [DataRow(4, "discriminator, layer 1: 10 channels can't be grouped by 4 pieces: use a multiple")]
    public void PiecesThatDoNotFitAreRefused(int pieces, string why)
    {
        NetSpec spec = new(Initialisation.FanIn, [new DenseLayer(10), new MaxoutLayer(pieces)]);
        Assert.AreEqual(why, Assert.ThrowsExactly<FastGanException>(() => new Net("discriminator", spec, Shape.Matrix(1, 2), 0)).Message);
    }

    [TestMethod]
    public void CganWithoutLabelsIsRefused() =>
        StringAssert.Contains(Assert.ThrowsExactly<FastGanException>(() => Presets.Make("cgan", Data, 28, 1)).Message, "needs labels");
}
