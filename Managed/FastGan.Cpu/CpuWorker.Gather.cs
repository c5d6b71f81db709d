using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Convolution and its backward-data pass in place, without unfolding the image (im2col). The backward pass of stride s is s² convolutions
/// of stride 1, one for each residue of the pixel's place, each with the taps that hit it (sub-pixel form): no multiplication by the zeros
/// of a dilated image.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Images that a tile takes the same pixel of, so that taps beyond the border are left out for all of its rows at once.
    /// </summary>
    private const int GroupImages = TileRows;

    /// <summary>
    /// A sum over taps for each pixel of a grid: output pixel OutStep · grid + OutFirst takes input pixels
    /// InStep · grid + InFirst + TapStep · tap. All of it the same for both directions but the sizes and the first places.
    /// </summary>
    private readonly record struct Gather(
        int N, int GridH, int GridW, int OutStep, int OutY, int OutX, int InStep, int InY, int InX, int TapsH, int TapsW, int TapStep)
    {
        public int Taps => TapsH * TapsW;

        public int Rows => N * GridH * GridW;
    }

    /// <summary>A matrix of pixels: height, width, channels.</summary>
    private readonly record struct Image(int H, int W, int C);

    private void GatherForward(ConvShape g, float* x, float* w, in Epilogue<V, S> epilogue, float* y)
    {
        int depth = g.R * g.R * g.C;
        Gather gather = new(g.N, g.OutH, g.OutW, 1, 0, 0, g.Stride, -g.Pad, -g.Pad, g.R, g.R, 1);
        float* packed = Scratch((long)depth * Padded(g.K), GatherFloats(gather, g.C), out float* own);
        PackTransposed(w, depth, g.K, packed);
        team.Sync();
        Run(gather, x, new(g.H, g.W, g.C), packed, y, new(g.OutH, g.OutW, g.K), epilogue, own);
    }

    private void GatherBackwardData(ConvShape g, float* y, float* w, in Epilogue<V, S> epilogue, float* x)
    {
        int depth = g.R * g.R * g.K, residues = g.Stride * g.Stride;
        // Some residue has all taps of its class; the first has at least as many as any other.
        float* packed = Scratch((long)depth * Padded(g.C), GatherFloats(Residue(g, 0, 0), g.K), out float* own);
        float* to = packed;
        for (int i = 0; i < residues; i++)
        {
            PackResidue(g, i / g.Stride, i % g.Stride, w, to);
            to += (long)Residue(g, i / g.Stride, i % g.Stride).Taps * g.K * Padded(g.C);
        }

        team.Sync();
        for (int i = 0; i < residues; i++)
        {
            Gather gather = Residue(g, i / g.Stride, i % g.Stride);
            Run(gather, y, new(g.OutH, g.OutW, g.K), packed, x, new(g.H, g.W, g.C), epilogue, own);
            packed += (long)gather.Taps * g.K * Padded(g.C);
        }
    }

    /// <summary>
    /// The pixels of x whose row plus the padding is a modulo the stride, and whose column is b: those that taps a + i · stride hit.
    /// </summary>
    private static Gather Residue(ConvShape g, int a, int b)
    {
        static int First(int residue, int pad, int stride) => ((residue - pad) % stride + stride) % stride;
        static int Steps(int first, int end, int stride) => Math.Max(0, (end - first + stride - 1) / stride);
        int y = First(a, g.Pad, g.Stride), x = First(b, g.Pad, g.Stride);
        return new(
            g.N, Steps(y, g.H, g.Stride), Steps(x, g.W, g.Stride), g.Stride, y, x,
            1, (y + g.Pad - a) / g.Stride, (x + g.Pad - b) / g.Stride, Steps(a, g.R, g.Stride), Steps(b, g.R, g.Stride), -1);
    }

    /// <summary>This worker's share of the weights of one residue: for each of its taps, K rows of C.</summary>
    private void PackResidue(ConvShape g, int a, int b, float* w, float* packed)
    {
        Gather gather = Residue(g, a, b);
        int depth = gather.Taps * g.K;
        (int from, int to) = Share(g.C, MicroKernel<V, S>.WidestTile * Width);
        for (int column = from, width; column < to; column += width)
        {
            width = MicroKernel<V, S>.TileVectors(g.C - column) * Width;
            for (int tap = 0; tap < gather.Taps; tap++)
            {
                int r = a + tap / gather.TapsW * g.Stride, s = b + tap % gather.TapsW * g.Stride;
                float* panel = packed + (long)column * depth + (long)tap * g.K * width;
                Packing<V, S>.Copy(w + (r * g.R + s) * g.C + column, g.R * g.R * g.C, g.C - column, g.K, panel, width);
            }
        }
    }

    /// <summary>This worker's share of packing a matrix (columns, depth) as (depth, columns).</summary>
    private void PackTransposed(float* matrix, int depth, int columns, float* packed) =>
        PackTransposed(matrix, depth, columns, Share(columns, WidestColumns), packed);

    /// <summary>Packs some panels.</summary>
    private static void PackTransposed(float* matrix, int depth, int columns, (int From, int To) some, float* packed)
    {
        for (int column = some.From, width; column < some.To; column += width)
        {
            width = MicroKernel<V, S>.TileVectors(columns - column) * Width;
            Packing<V, S>.Transpose(matrix + (long)column * depth, depth, columns - column, depth, packed + (long)column * depth, width);
        }
    }

    private static long GatherFloats(in Gather gather, int channels) => channels + RowBlock.Floats(gather.Taps, gather.Taps * channels);

    /// <summary>This worker's part of the rows.</summary>
    private void Run(
        in Gather gather, float* input, Image from, float* packed, float* output, Image to, in Epilogue<V, S> epilogue, float* own)
    {
        int depth = gather.Taps * from.C;
        RowBlock block = new(own, gather.Taps, depth);
        float* zeros = own + RowBlock.Floats(gather.Taps, depth);
        new Span<float>(zeros, from.C).Clear();
        for (Pieces blocks = Deal(gather.Rows, TileRows, BlockTiles); blocks.Next(out int row, out int end);)
        {
            int rows = end - row;
            for (int i = 0; i * TileRows < rows; i++)
                PlaceTile(gather, row + i * TileRows, input, from, zeros, output, to, block, i);
            for (int column = 0; column < to.C; column += MicroKernel<V, S>.TileVectors(to.C - column) * Width)
                block.Multiply(rows, packed + (long)column * depth, column, to.C, epilogue);
        }
    }

    /// <summary>
    /// Segments and outputs of one tile. Rows are in the order: group of images, grid pixel, image of the group. A tap that falls outside
    /// for all six is left out; a row that it falls outside for alone reads zeros.
    /// </summary>
    /// <returns>The number of segments.</returns>
    private static int PlaceTile(
        in Gather gather, int firstRow, float* input, Image from, float* zeros, float* output, Image to, RowBlock block, int tile)
    {
        int grid = gather.GridH * gather.GridW;
        int* ys = stackalloc int[TileRows], xs = stackalloc int[TileRows];
        float** bases = stackalloc float*[TileRows];
        for (int i = 0; i < TileRows; i++)
        {
            int row = Math.Min(firstRow + i, gather.Rows - 1);
            int group = row / (GroupImages * grid) * GroupImages, rest = row - group * grid;
            int images = Math.Min(GroupImages, gather.N - group);
            int pixel = rest / images, n = group + rest % images;
            (int gy, int gx) = (pixel / gather.GridW, pixel % gather.GridW);
            ys[i] = gy * gather.InStep + gather.InY;
            xs[i] = gx * gather.InStep + gather.InX;
            bases[i] = input + (((nint)n * from.H + ys[i]) * from.W + xs[i]) * from.C;
            int oy = gy * gather.OutStep + gather.OutY, ox = gx * gather.OutStep + gather.OutX;
            block.Outs[tile * TileRows + i] = output + (((nint)n * to.H + oy) * to.W + ox) * to.C;
        }

        Segment* segment = block.Segments(tile);
        int* counts = block.Counts(tile);
        new Span<int>(counts, block.Parts).Clear();
        int tap = 0;
        for (int i = 0; i < gather.TapsH; i++)
        {
            int dy = i * gather.TapStep;
            for (int j = 0; j < gather.TapsW; j++, tap++)
            {
                int dx = j * gather.TapStep, inside = 0;
                nint offset = ((nint)dy * from.W + dx) * from.C;
                float** rows = (float**)segment;
                for (int r = 0; r < TileRows; r++)
                {
                    bool within = (uint)(ys[r] + dy) < (uint)from.H && (uint)(xs[r] + dx) < (uint)from.W;
                    rows[r] = within ? bases[r] + offset : zeros;
                    inside += within ? 1 : 0;
                }

                if (inside == 0)
                    continue;
                segment->Row = (nint)tap * from.C;
                segment->Depth = from.C;
                counts[segment->Row / block.PartRows]++;
                segment++;
            }
        }

        return (int)(segment - block.Segments(tile));
    }
}
