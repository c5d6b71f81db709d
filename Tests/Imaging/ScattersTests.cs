using FastGan.Cli;
using FastGan.Data;
using SkiaSharp;

namespace FastGan.Tests.Imaging;

[TestClass]
[DoNotParallelize]
public sealed class ScattersTests
{
    [TestMethod]
    public void PointsAreDrawnInTheirPanels()
    {
        using TemporaryFolder folder = new();
        ScatterPanel[] panels = [new("real data", Mixture.Grid.Draw(1, 500)), new("none", []), new("far away", [1e6f, 0, float.NaN, 1]), new("gan", [0, 0, 0, 0, 0, 0])];
        Scatters.Save(folder["grid.png"], Mixture.Grid, panels);
        using SKBitmap picture = SKBitmap.Decode(folder["grid.png"]);
        Assert.AreEqual((3 * 420, 2 * 420), (picture.Width, picture.Height));
        int[] blue = [.. Enumerable.Range(0, 6).Select(panel => Blue(picture, panel % 3 * 420, panel / 3 * 420))];
        Assert.IsGreaterThan(25 * 9, blue[0]);
        Assert.AreEqual((0, 0), (blue[1], blue[2]), "no point to draw");
        Assert.IsTrue(blue[3] > 3 && blue[3] < blue[0] / 5, $"{blue[3]} of one place, {blue[0]} of twenty-five");

        byte[] first = File.ReadAllBytes(folder["grid.png"]);
        Scatters.Save(folder["grid.png"], Mixture.Grid, panels);
        CollectionAssert.AreEqual(first, File.ReadAllBytes(folder["grid.png"]));
    }

    private static int Blue(SKBitmap picture, int left, int top) => (
        from x in Enumerable.Range(left, 420)
        from y in Enumerable.Range(top, 420)
        let c = picture.GetPixel(x, y)
        where c.Blue > c.Red + 60
        select c).Count();
}
