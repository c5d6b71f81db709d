using System.Runtime.CompilerServices;
using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Images of one to a few channels, the outer ends of a network. A vector along their channels would be nearly empty, so the taps of a
/// window's row are joined with its channels: R · C numbers, contiguous in a <see cref="PaddedImage"/>.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    private void PatchForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        int depth = g.R * g.R * g.C, grid = g.OutH * g.OutW;
        float* packed = Scratch((long)depth * Padded(g.K), RowBlock.Floats(g.R, depth) + PaddedImage.Floats(g), out float* own);
        PackTransposed(w, depth, g.K, packed);
        team.Sync();
        RowBlock block = new(own, g.R, depth);
        float* image = own + RowBlock.Floats(g.R, depth);
        int padded = -1;
        (int, int) placed = default;
        for (Pieces pieces = Deal(g.N * grid, TileRows, g.N * grid); pieces.Next(out int pixel, out int end);)
        {
            for (int rows; pixel < end; pixel += rows)
            {
                int n = pixel / grid;
                rows = Math.Min(BlockTiles * TileRows, Math.Min(end, (n + 1) * grid) - pixel);
                if (n != padded)
                    PaddedImage.Write(g, x, n, 0, g.H + 2 * g.Pad, image);
                padded = n;
                // Images one after another lie in the same place.
                if (placed != (pixel % grid, rows))
                    PlaceWindows(g, image, pixel % grid, rows, block);
                placed = (pixel % grid, rows);
                for (int i = 0; i < rows; i++)
                    block.Outs[i] = y + (long)(pixel + i) * g.K;
                for (int column = 0; column < g.K; column += MicroKernel<V, S>.TileVectors(g.K - column) * Width)
                    block.Multiply(rows, packed + (long)column * depth, column, g.K, epilogue);
            }
        }
    }

    /// <summary>
    /// The windows of <paramref name="rows"/> pixels of one image as the rows of a block, a segment for each row of a window.
    /// </summary>
    private static void PlaceWindows(ConvShape g, float* image, int pixel, int rows, RowBlock block)
    {
        int run = g.R * g.C, line = PaddedImage.Line(g);
        (int oh, int ow) = (pixel / g.OutW, pixel % g.OutW);
        float* window = image;
        for (int i = 0; i < (rows + TileRows - 1) / TileRows * TileRows; i++)
        {
            // The last tile repeats the last row.
            if (i < rows)
            {
                window = image + (nint)oh * g.Stride * line + ow * g.Stride * g.C;
                if (++ow == g.OutW)
                    (oh, ow) = (oh + 1, 0);
            }

            Segment* segments = block.Segments(i / TileRows);
            for (int r = 0; r < g.R; r++)
                ((float**)(segments + r))[i % TileRows] = window + (nint)r * line;
        }

        for (int i = 0; i * TileRows < rows; i++)
        {
            Segment* segments = block.Segments(i);
            int* counts = block.Counts(i);
            new Span<int>(counts, block.Parts).Clear();
            for (int r = 0; r < g.R; r++)
            {
                (segments[r].Row, segments[r].Depth) = (r * run, run);
                counts[r * run / block.PartRows]++;
            }
        }
    }

    /// <summary>
    /// For each pixel of y the sum over K gives its window's part of x; then each pixel of x collects its parts (col2im). A window's row is
    /// filled up to a multiple of the stride, so that it is made of whole groups of stride · C numbers.
    /// </summary>
    private void PatchBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        int group = g.Stride * g.C, groups = (g.R + g.Stride - 1) / g.Stride, columns = g.R * groups * group;
        int pixels = g.OutH * g.OutW, K = g.K, row = g.W * g.C;
        long lineFloats = Math.Max((g.OutW + groups - 1) * group, PaddedImage.Line(g)) + PaddedImage.Slack;
        long ownFloats = DenseFloats(K) + (long)pixels * columns + PaddedImage.Slack + lineFloats + row + PaddedImage.Slack;
        float* packed = Scratch((long)K * Padded(columns), ownFloats, out float* own);
        PackFilled(g, w, columns, packed);
        team.Sync();
        RowBlock block = new(own, RowBlock.PartsOf(K), K);
        float* parts = own + DenseFloats(K), line = parts + (long)pixels * columns + PaddedImage.Slack, biases = line + lineFloats;
        epilogue.FillBias(0, row, row, biases);
        Epilogue<V, S> none = new(null, 1, Activation.Identity);
        for (Pieces images = Deal(g.N, 1, g.N); images.Next(out int n, out int end);)
        {
            for (; n < end; n++)
            {
                for (int pixel = 0; pixel < pixels; pixel += BlockTiles * TileRows)
                {
                    int rows = Math.Min(BlockTiles * TileRows, pixels - pixel);
                    float* first = y + ((long)n * pixels + pixel) * K;
                    Prefetch.Near(first, rows * K);
                    PlaceDense(block, first, rows, K);
                    for (int i = 0; i < rows; i++)
                        block.Outs[i] = parts + (long)(pixel + i) * columns;
                    for (int column = 0; column < columns; column += MicroKernel<V, S>.TileVectors(columns - column) * Width)
                        block.Multiply(rows, packed + (long)column * K, column, columns, none);
                }

                for (int h = 0; h < g.H; h++)
                {
                    CollectRow(g, h + g.Pad, parts, columns, line);
                    Finish(epilogue, line + g.Pad * g.C, biases, row, x + ((long)n * g.H + h) * row);
                }
            }
        }
    }

    /// <summary>This worker's share of the filters as K rows, each window row filled up with zeros.</summary>
    private void PackFilled(ConvShape g, float* w, int columns, float* packed)
    {
        int run = g.R * g.C, filled = columns / g.R;
        (int from, int to) = Share(columns, MicroKernel<V, S>.WidestTile * Width);
        for (int column = from, width; column < to; column += width)
        {
            width = MicroKernel<V, S>.TileVectors(columns - column) * Width;
            float* panel = packed + (long)column * g.K;
            for (int k = 0; k < g.K; k++)
            {
                for (int j = column; j < column + width; j++, panel++)
                    *panel = j < columns && j % filled < run ? w[((long)k * g.R + j / filled) * run + j % filled] : 0;
            }
        }
    }

    /// <summary>
    /// Row h of the padded image: group b sums part j of the window at b − j, of each output row whose window has this row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CollectRow(ConvShape g, int h, float* parts, int columns, float* line)
    {
        int group = g.Stride * g.C, filled = columns / g.R, groups = filled / group;
        float** rows = stackalloc float*[groups];
        int count = 0;
        for (int r = h % g.Stride; r < Math.Min(g.R, h + 1); r += g.Stride)
        {
            int oh = (h - r) / g.Stride;
            if (oh < g.OutH)
                rows[count++] = parts + (nint)oh * g.OutW * columns + r * filled;
        }

        // Whole vectors: what runs over is written again by the next group, or lies in the slack.
        int ends = g.OutW + groups - 1;
        for (int b = 0; b < ends; b++)
        {
            int first = Math.Max(0, b - g.OutW + 1), last = Math.Min(groups - 1, b);
            for (int i = 0; i < group; i += Width)
            {
                V sum = S.Zero;
                for (int q = 0; q < count; q++)
                {
                    float* part = rows[q] + (nint)(b - first) * columns + first * group + i;
                    for (int j = first; j <= last; j++, part += group - columns)
                        sum = S.Add(sum, S.Load(part));
                }

                S.Store(sum, line + b * group + i);
            }
        }

        // What no window reaches.
        new Span<float>(line + ends * group, Math.Max(0, PaddedImage.Line(g) - ends * group)).Clear();
    }

    /// <summary>y = act(line + biases).</summary>
    private static void Finish(in Epilogue<V, S> epilogue, float* line, float* biases, int count, float* y)
    {
        int i = 0;
        for (; i + Width <= count; i += Width)
            S.Store(epilogue.Apply(S.Add(S.Load(line + i), S.Load(biases + i))), y + i);
        if (i == count)
            return;
        float* last = stackalloc float[Width];
        S.Store(epilogue.Apply(S.Add(S.Load(line + i), S.Load(biases + i))), last);
        new Span<float>(last, count - i).CopyTo(new Span<float>(y + i, count - i));
    }
}
