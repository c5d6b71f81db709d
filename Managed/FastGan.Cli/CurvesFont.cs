using ScottPlot;
using SkiaSharp;

namespace FastGan.Cli;

/// <summary>
/// Gives ScottPlot the font that is embedded in this program. Skia's Linux build without dependencies finds none of the machine's
/// fonts, and a container often has none to find: the text would silently be missing.
/// </summary>
internal sealed class CurvesFont : IFontResolver
{
    private static readonly Lazy<SKTypeface> Inter = new(() =>
    {
        using Stream font = typeof(CurvesFont).Assembly.GetManifestResourceStream("Inter-Regular.otf")!;
        SKTypeface inter = SKTypeface.FromStream(font);
        Fonts.Default = "Inter";
        Fonts.FontResolvers.Clear();
        Fonts.FontResolvers.Add(new CurvesFont());
        return inter;
    });

    /// <summary>Makes it ScottPlot's only font, for the whole process, and returns it.</summary>
    public static SKTypeface Use() => Inter.Value;

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => Inter.Value;

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => Inter.Value;
}
