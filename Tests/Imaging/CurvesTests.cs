using FastGan.Cli;
using FastGan.Tests.Data;
using SkiaSharp;

namespace FastGan.Tests.Imaging;

[TestClass]
public sealed class CurvesTests
{
    private static readonly SKColor Blue = SKColor.Parse("#2563EB"), Orange = SKColor.Parse("#EA580C");

    private static CurvePoint[] Points(int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
            new CurvePoint(10 * i, 1.3 - i / (count + 1.0), 0.7 + i % 7 * 0.1, 0.6, 0.4, 1 + i % 5, 0.2 + i % 3))];

    private static SKBitmap Draw(string title, CurvePoint[] points)
    {
        using TemporaryFolder folder = new();
        Curves.Save(folder["curves.png"], title, points);
        return SKBitmap.Decode(folder["curves.png"]);
    }

    private static int Count(
        SKBitmap picture, Func<SKColor, bool> wanted, int left = 0, int top = 0, int right = int.MaxValue, int bottom = int.MaxValue)
    {
        int count = 0;
        for (int y = top; y < Math.Min(bottom, picture.Height); y++)
        {
            for (int x = left; x < Math.Min(right, picture.Width); x++)
                count += wanted(picture.GetPixel(x, y)) ? 1 : 0;
        }

        return count;
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(50)]
    [DataRow(5000)]
    public void EachPanelHasBothCurves(int count)
    {
        using SKBitmap picture = Draw("dcgan", Points(count));
        for (int panel = 0; panel < 3; panel++)
        {
            // The plot alone, below its legend.
            int top = panel * picture.Height / 3 + 50;
            Assert.IsGreaterThan(100, Count(picture, c => c == Blue, 100, top, bottom: top + 240), $"D in panel {panel}");
            Assert.IsGreaterThan(100, Count(picture, c => c == Orange, 100, top, bottom: top + 240), $"G in panel {panel}");
        }
    }

    [TestMethod]
    public void TextIsDrawnWithTheProgramsOwnFont()
    {
        Assert.AreEqual("Inter", CurvesFont.Use().FamilyName);

        // Dark pixels where only the title, the labels of an axis and its ticks are: none of them without a font.
        using SKBitmap titled = Draw("dcgan on fashion-mnist", Points(50)), untitled = Draw("", Points(50));
        static bool Dark(SKColor c) => c.Red < 120;
        Assert.IsGreaterThan(500, Count(titled, Dark, 90, 0, 400, 39));
        Assert.AreEqual(0, Count(untitled, Dark, 90, 0, 400, 39));
        Assert.IsGreaterThan(300, Count(untitled, Dark, 30, 45, 82, 300), "losses beside the axis");
        Assert.IsGreaterThan(300, Count(untitled, Dark, 90, 965, 1180, 985), "steps below the axis");
    }

    [TestMethod]
    public void TheSamePointsGiveTheSameBytes()
    {
        using TemporaryFolder folder = new();
        Curves.Save(folder["a.png"], "gan", Points(300));
        Curves.Save(folder["b.png"], "gan", Points(300));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
    }

    [TestMethod]
    public void NoPointOneOrNoNumberIsDrawnAsFarAsItGoes()
    {
        Draw("none", []).Dispose();
        using SKBitmap one = Draw("one", Points(1));
        Assert.IsGreaterThan(0, Count(one, c => c == Blue, 100, 40, bottom: 308));

        CurvePoint[] points = Points(40);
        for (int i = 20; i < 40; i++)
            points[i] = points[i] with { DLoss = double.NaN, GLoss = double.PositiveInfinity, GGradNorm = 0 };
        using SKBitmap broken = Draw("not numbers", points);
        Assert.IsGreaterThan(100, Count(broken, c => c == Blue, 100, 50, bottom: 290));
    }
}
