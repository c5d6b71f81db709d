using FastGan.Ops;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    public void Augment(Augmentation augmentation, uint stream, Tensor key, Tensor x, Tensor y)
    {
        (ulong seed, ulong step) = Key(key);
        (int from, int to) = Share(y.Shape.N);
        for (int n = from; n < to; n++)
            Move(ImageMove.Draw(augmentation, seed, stream, step, n), n, Reals(x), y, outside: -1);
    }

    public void AugmentBackward(Augmentation augmentation, uint stream, Tensor key, Tensor dy, Tensor dx)
    {
        (ulong seed, ulong step) = Key(key);
        (int from, int to) = Share(dx.Shape.N);
        for (int n = from; n < to; n++)
            Move(ImageMove.Draw(augmentation, seed, stream, step, n).Inverse, n, Reals(dy), dx, outside: 0);
    }

    /// <summary>Image n of y: [h,w] from [h + down, w + right], or from [h + down, W − 1 − w + right] where flipped.</summary>
    private static void Move(ImageMove move, int n, float* x, Tensor y, float outside)
    {
        (int H, int W, int C) = (y.Shape.H, y.Shape.W, y.Shape.C);
        int shift = move.Flip ? -move.Right : move.Right;

        // The pixels [first, end) of a row come from inside the image.
        int first = Math.Clamp(-shift, 0, W), end = Math.Clamp(W - shift, first, W);
        for (int h = 0; h < H; h++)
        {
            int fromH = h + move.Down;
            float* row = Reals(y) + (n * H + h) * W * C, source = x + (n * H + fromH) * W * C;
            if (fromH < 0 || fromH >= H)
            {
                new Span<float>(row, W * C).Fill(outside);
                continue;
            }

            new Span<float>(row, first * C).Fill(outside);
            new Span<float>(row + end * C, (W - end) * C).Fill(outside);
            if (!move.Flip)
            {
                Copy(source + (first + move.Right) * C, row + first * C, (end - first) * C);
                continue;
            }

            for (int w = first; w < end; w++)
            {
                float* pixel = source + (W - 1 - w + move.Right) * C;
                for (int c = 0; c < C; c++)
                    row[w * C + c] = pixel[c];
            }
        }
    }

    /// <summary>How an image is flipped and shifted.</summary>
    private readonly record struct ImageMove(bool Flip, int Down, int Right)
    {
        /// <summary>What takes every pixel back to where it came from.</summary>
        public ImageMove Inverse => new(Flip, -Down, Flip ? Right : -Right);

        public static ImageMove Draw(Augmentation augmentation, ulong seed, uint stream, ulong step, int n)
        {
            (uint flip, uint down, uint right, _) = RandomNumbers.Block(seed, stream, step, (uint)n);
            return new(augmentation.Flip && flip >> 31 == 1, Shift(augmentation, down), Shift(augmentation, right));
        }

        private static int Shift(Augmentation augmentation, uint lane) =>
            (int)((ulong)lane * (uint)(2 * augmentation.Shift + 1) >> 32) - augmentation.Shift;
    }
}
