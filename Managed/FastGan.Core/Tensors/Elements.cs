namespace FastGan.Tensors;

public static class Elements
{
    /// <summary>Whether it is a number with a fraction, in whatever precision.</summary>
    public static bool IsReal(this Element element) => element is Element.Real or Element.Full or Element.Weight;
}
