using SkiaSharp;

namespace FastGan.Cli.Pictures;

/// <summary>Those of the curves.</summary>
internal static class Colours
{
    public static readonly SKColor Ink = SKColor.Parse("#334155"), Rise = SKColor.Parse("#EA580C"), Fall = SKColor.Parse("#2563EB");
}
