namespace FastGan.Tests;

[TestClass]
public sealed class SuggestTests
{
    private static readonly string[] Presets = ["gan", "dcgan", "wgan", "cgan"];

    [TestMethod]
    [DataRow("dcgna", "dcgan", DisplayName = "two neighbours swapped")]
    [DataRow("DCGAN", "dcgan", DisplayName = "another case")]
    [DataRow("wgan2", "wgan", DisplayName = "a letter too many")]
    [DataRow("dgan", "gan", DisplayName = "the first of equals")]
    [DataRow("transformer", null, DisplayName = "nothing near")]
    [DataRow("", null, DisplayName = "nothing given")]
    public void TheNearestNameIsFound(string given, string? nearest) => Assert.AreEqual(nearest, Suggest.Nearest(given, Presets));

    [TestMethod]
    public void TheEndOfTheLineListsWhatIsAccepted()
    {
        Assert.AreEqual("did you mean 'wgan'? (accepted: gan, dcgan, wgan, cgan)", Suggest.Among("wgann", Presets));
        Assert.AreEqual("accepted: gan, dcgan, wgan, cgan", Suggest.Among("transformer", Presets));
    }
}
