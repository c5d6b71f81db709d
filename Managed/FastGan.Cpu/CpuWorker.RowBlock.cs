using FastGan.Ops;

namespace FastGan.Cpu;

/// <content>
/// Products of a block of rows, given by pointers, with a packed matrix: what every pass but the filter gradient comes down to.
/// </content>
internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>Rows of a micro-kernel tile.</summary>
    private const int TileRows = MicroKernel<V, S>.Rows;

    /// <summary>
    /// Tiles of a block: many enough that a panel of the packed matrix is read rarely from beyond the second-level cache.
    /// </summary>
    private const int BlockTiles = 36;

    /// <summary>Rows of a packed panel that stay in the second-level cache while a block of tiles passes over them.</summary>
    private const int PartDepth = 1536;

    private const int TileWidth = MicroKernel<V, S>.WidestTileFloats;

    /// <summary>
    /// Up to <see cref="BlockTiles"/> tiles of rows: for each tile the segments of its reduction, in parts that are done one after another,
    /// and where its rows of the result go.
    /// </summary>
    private readonly struct RowBlock
    {
        private readonly int _segmentsPerTile;
        private readonly Segment* _segments;
        private readonly int* _counts;
        private readonly float* _tiles, _biases;

        /// <param name="segmentsPerTile">At most this many segments in a tile.</param>
        /// <param name="depth">Rows of the packed matrix.</param>
        /// <param name="partDepth">At most this many of them in a part.</param>
        /// <param name="panels">Panels of which a part may be done before the next part of the first.</param>
        public RowBlock(float* memory, int segmentsPerTile, int depth, int partDepth = PartDepth, int panels = 1)
        {
            _segmentsPerTile = segmentsPerTile;
            Parts = PartsOf(depth, partDepth);
            PartRows = (depth + Parts - 1) / Parts;
            Outs = (float**)memory;
            _segments = (Segment*)(Outs + BlockTiles * TileRows);
            _tiles = (float*)(_segments + BlockTiles * segmentsPerTile);
            _biases = _tiles + (Parts > 1 ? panels * BlockTiles : 1) * TileRows * TileWidth;
            _counts = (int*)(_biases + TileWidth);
        }

        public float** Outs { get; }

        public int Parts { get; }

        public int PartRows { get; }

        /// <summary>Memory for a block, in whole cache lines.</summary>
        public static long Floats(int segmentsPerTile, int depth, int partDepth = PartDepth, int panels = 1)
        {
            const int Line = 64;
            int parts = PartsOf(depth, partDepth);
            long bytes = (long)BlockTiles * TileRows * sizeof(float*) + (long)BlockTiles * segmentsPerTile * sizeof(Segment)
                + (parts > 1 ? panels * BlockTiles : 1) * TileRows * TileWidth * sizeof(float) + TileWidth * sizeof(float)
                + (long)BlockTiles * parts * sizeof(int);
            return (bytes + Line - 1) / Line * Line / sizeof(float);
        }

        public Segment* Segments(int tile) => _segments + tile * _segmentsPerTile;

        /// <summary>How many segments of a tile are in each part.</summary>
        public int* Counts(int tile) => _counts + tile * Parts;

        /// <summary>Columns [column, column + width of a tile) of the product of the first <paramref name="rows"/> rows.</summary>
        /// <param name="panel">The packed columns.</param>
        /// <param name="ahead">What the tiles ask for.</param>
        public void Multiply(int rows, float* panel, int column, int columns, in Epilogue<V, S> epilogue, Ahead ahead = default)
        {
            int width = MicroKernel<V, S>.TileVectors(columns - column) * Width;
            for (int part = 0; part < Parts; part++)
                Multiply(part, 0, rows, panel, width, column, columns, epilogue, ahead.Skip(part * PartRows));
        }

        /// <summary>One part of that product; after the last part of the reduction it is done.</summary>
        /// <param name="slot">Which of the panels' sums the part adds to.</param>
        /// <param name="step">Numbers from one row of the panel to the next.</param>
        public void Multiply(
            int part, int slot, int rows, float* panel, nint step, int column, int columns, in Epilogue<V, S> epilogue, Ahead ahead = default)
        {
            int vectors = MicroKernel<V, S>.TileVectors(columns - column), width = vectors * Width;
            int tiles = (rows + TileRows - 1) / TileRows, tileStep = Parts > 1 ? TileRows * TileWidth : 0;
            bool direct = Parts == 1 && epilogue.IsPlain && column + width <= columns;
            if (part == Parts - 1)
                epilogue.FillBias(column, columns, width, _biases);
            for (int i = 0; i < tiles; i++)
            {
                Segment* segments = Segments(i);
                int* counts = Counts(i);
                for (int p = 0; p < part; p++)
                    segments += counts[p];
                float** outs = Outs + i * TileRows;
                int tileRows = Math.Min(TileRows, rows - i * TileRows);
                if (direct && tileRows % 2 == 0 && IsEven(outs, tileRows))
                {
                    MicroKernel<V, S>.Tile(
                        vectors, tileRows, segments, counts[part], 0, sizeof(float), panel, step, outs[0] + column, (nint)(outs[1] - outs[0]), false, ahead[i]);
                    continue;
                }

                float* tile = _tiles + (slot * BlockTiles + i) * tileStep;
                MicroKernel<V, S>.Tile(vectors, tileRows, segments, counts[part], 0, sizeof(float), panel, step, tile, width, part > 0, ahead[i]);
                if (part == Parts - 1)
                    epilogue.Store(tile, vectors, _biases, outs, tileRows, column, columns);
            }
        }

        /// <summary>Whether rows lie at equal distances.</summary>
        private static bool IsEven(float** rows, int count)
        {
            for (int i = 2; i < count; i++)
            {
                if (rows[i] - rows[i - 1] != rows[1] - rows[0])
                    return false;
            }

            return true;
        }

        /// <summary>Parts of a reduction of some depth.</summary>
        public static int PartsOf(int depth, int partDepth = PartDepth) => Math.Max(1, (depth + partDepth - 1) / partDepth);
    }
}
