using FastGan.Cpu;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Reference;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>How far single precision may be from the reference.</summary>
internal static class Accuracy
{
    /// <summary>Unit roundoff of a float.</summary>
    private const double Unit = 1.0 / (1 << 24);

    private const int Draws = 4;

    /// <summary>
    /// How much larger the error of a convolution by Winograd's F(4, 2) may be than that of the sum that it replaces. One axis of a tile is
    /// Σ_p a_p(dy) · b_p(s) · g_p(w) over five points, linear maps of 4 numbers of dy, 5 of s and 2 of w; the direct sum has 8 such
    /// products of coefficient 1. Roundings being independent, the squared error goes with the squared coefficients:
    /// Σ_p |a_p|² |b_p|² |g_p|² = 1 · 2.5 · 1 + 4 · 6 · 1/2 + 4 · 14 / 18 + 85 · 2 · 5/36 + 1 · 10 · 1 = 51.2 against 8, for each of two
    /// axes; the same for all three passes, as each is a derivative of the same sum. Tiles of three are better.
    /// </summary>
    private const double WinogradOf4 = 51.2 / 8;

    /// <summary>
    /// The same of F(7, 2) with its points 0, ±1, ±2, ±½, ∞ against 14 products: 1 · 57.1 · 1 + 2 · 7 · 40.1 · 8/81 + 2 · 5461 · 13.1 · 5/8100
    /// + 2 · 1.333 · 52.5 · 0.632 + 1 · 57.1 · 1 = 346.5.
    /// </summary>
    private const double WinogradOf7 = 346.5 / 14;

    /// <summary>
    /// The largest ‖computed − exact‖₂ of each written tensor. A stable algorithm in floats gives nearly the exact result of nearly the
    /// given inputs. So the measure is Δ, the change of the exact result when every input moves by up to one unit roundoff of
    /// itself, at random: it knows about cancellation and about what an activation lets through. A sum of L terms, in any order, has
    /// an error of up to about √L roundings of its terms, as roundings are as good as independent (Higham and Mary, 2019), and the stored
    /// result has one more, of the result itself: hence 2 · (√L · Δ + u · ‖exact‖). L is the operation's flops per element of
    /// its smallest output, no less than the terms of its longest sum. An operation without arithmetic must be exact. Where the CPU takes
    /// fewer multiplications than the sum has, √L · Δ grows by a factor of its own.
    /// </summary>
    public static Dictionary<Tensor, double> Bounds(OpCase op, OpRun exact, ReferenceDevice reference)
    {
        Tensor[] writes = op.Instruction.Writes;
        if (op.Instruction.Flops == 0)
            return writes.ToDictionary(t => t, _ => 0.0);
        Dictionary<Tensor, double> change = Change(op, exact, reference, Unit, operand => operand.Values);
        double factor = 2 * WinogradFactor(op);
        return writes.ToDictionary(t => t, t => factor * Math.Sqrt(Length(op)) * change[t] + 2 * Unit * Norm(exact.Values(t)));
    }

    /// <summary>
    /// The same for a GPU in some precision, whose inputs are <paramref name="values"/>, rounded already. Sums are in single precision: the
    /// first terms are those of <see cref="Bounds(OpCase, OpRun, ReferenceDevice)"/> but for Winograd's factor. A result in half precision is rounded once
    /// more to that; a matrix product's also before its bias and activation, and an accumulated one's old value: that is like moving the inputs by
    /// a unit roundoff of half precision; and numbers below 2⁻¹⁴, which fp16 has at a spacing of 2⁻²⁴, by half of that. TF32 rounds the factors
    /// of products, which is exactly such a move; it counts four times, as in the shortest sums here (7 terms) the worst case, all
    /// roundings one way, is √(3 · 7) times the root mean square.
    /// </summary>
    public static Dictionary<Tensor, double> Bounds(
        OpCase op, OpRun exact, ReferenceDevice reference, Precision precision, Func<OpCase.Operand, double[]> values)
    {
        Tensor[] writes = op.Instruction.Writes;
        double unit = precision switch
        {
            Precision.Fp16 or Precision.Tf32 => 1.0 / (1 << 11),
            Precision.Bf16 => 1.0 / (1 << 8),
            _ => Unit,
        };
        bool half = precision is Precision.Fp16 or Precision.Bf16;
        if (op.Instruction.Flops == 0)
            return writes.ToDictionary(t => t, t => half && t.Element == Element.Real ? unit * Norm(exact.Values(t)) : 0);

        Dictionary<Tensor, double> change = Change(op, exact, reference, Unit, values);
        bool product = op.Instruction.Name.StartsWith("conv", StringComparison.Ordinal);
        Dictionary<Tensor, double> coarse = product || half ? Change(op, exact, reference, unit, values) : change;
        return writes.ToDictionary(t => t, t =>
        {
            double bound = 2 * Math.Sqrt(Length(op)) * change[t] + 2 * Unit * Norm(exact.Values(t));
            if (half && t.Element == Element.Real)
                bound += unit * Norm(exact.Values(t)) + 2 * coarse[t] + (precision == Precision.Fp16 ? Math.Sqrt(t.Count) / (1 << 25) : 0);
            else if (precision == Precision.Tf32 && product)
                bound += 4 * coarse[t];
            return bound;
        });
    }

    /// <summary>
    /// ‖exact of inputs moved by up to a unit of themselves, at random − exact‖₂ of each written tensor: the root mean square of some draws.
    /// </summary>
    private static Dictionary<Tensor, double> Change(
        OpCase op, OpRun exact, ReferenceDevice reference, double unit, Func<OpCase.Operand, double[]> values)
    {
        Dictionary<Tensor, double> squares = op.Instruction.Writes.ToDictionary(t => t, _ => 0.0);
        Random random = new(1);
        for (int draw = 0; draw < Draws; draw++)
        {
            OpRun moved = new(op, reference, operand => operand.Tensor.Element.IsReal()
                ? [.. values(operand).Select(v => v * (1 + unit * (2 * random.NextDouble() - 1)))]
                : values(operand));
            foreach (Tensor t in op.Instruction.Writes)
                squares[t] += Math.Pow(Distance(moved.Values(t), exact.Values(t)), 2);
        }

        return squares.ToDictionary(s => s.Key, s => Math.Sqrt(s.Value / Draws));
    }

    /// <summary>Terms of the longest sum, or more.</summary>
    private static double Length(OpCase op) => Math.Max(1, op.Instruction.Flops / op.Instruction.Writes.Min(t => t.Count));

    private static double WinogradFactor(OpCase op)
    {
        OpText text = new(op.Text);
        if (!text.Name.StartsWith("conv", StringComparison.Ordinal))
            return 1;
        ConvShape g = text.Geometry();
        return !WinogradGrid.Takes(g) ? 1 : WinogradGrid.Large(g) == 7 ? WinogradOf7 : WinogradOf4;
    }

    public static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double squares = 0;
        for (int i = 0; i < a.Length; i++)
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(squares);
    }

    public static double Norm(ReadOnlySpan<double> a) => Distance(a, new double[a.Length]);
}
