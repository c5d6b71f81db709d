using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>
/// An axis of outputs cut into as few tiles as possible: of seven, or of four and then of three. The last may reach over the end.
/// </summary>
/// <param name="large">Outputs of a large tile: 7 or 4. Small ones have three, and there are none among sevens.</param>
internal readonly struct TileAxis(int outputs, int large)
{
    public int Count { get; } = (outputs + large - 1) / large;

    public int Large { get; } = large == 7 ? (outputs + 6) / 7 : (outputs + 3) / 4 - Math.Min((outputs + 3) / 4, (outputs + 3) / 4 * 4 - outputs);

    /// <summary>Points of all tiles: one more than a tile has outputs.</summary>
    public int Points => (large + 1) * Large + 4 * (Count - Large);

    public int Start(int tile) => large * tile - Math.Max(0, tile - Large);

    /// <summary>The part of tiles [from, to) that is large, and the one that is small.</summary>
    public (int From, int To) Part(bool isLarge, int from, int to) =>
        isLarge ? (Math.Min(from, Large), Math.Min(to, Large)) : (Math.Max(from, Large), Math.Max(to, Large));
}

/// <summary>A tile of outputs: its image, its first row and column, and its place among the image's tiles.</summary>
internal readonly record struct WinogradTile(int N, int Y, int X, int Row, int Column);

/// <summary>
/// The tiles of a block, in the order of their kind: large × small, large × large, small × large, small × small. So the tiles that have some
/// point are always neighbours.
/// </summary>
internal unsafe struct WinogradBlock(WinogradTile* tiles)
{
    private fixed int _ends[4];
    private TileAxis _down, _across;
    private int _row, _rowEnd;

    public readonly int Count => _ends[3];

    public readonly WinogradTile this[int i] => tiles[i];

    /// <summary>Whether tile i has a large number of rows, and of columns.</summary>
    public readonly (bool Rows, bool Columns) Large(int i) => (i < _ends[1], i >= _ends[0] && i < _ends[2]);

    /// <summary>The tiles that have a point: all, but for 2 in either direction.</summary>
    public readonly (int From, int To) WithPoint(int point, int slots, int largeOnly)
    {
        (int i, int j) = (point / slots, point % slots);
        return (j == largeOnly ? _ends[0] : 0, i == largeOnly ? _ends[1] : j == largeOnly ? _ends[2] : _ends[3]);
    }

    /// <summary>The place of the i-th tile, counted image by image and row by row.</summary>
    public readonly int InOrder(int i)
    {
        int ofImage = (_rowEnd - _row) * _across.Count;
        (int image, int rest) = Math.DivRem(i, ofImage);
        (int row, int column) = (_row + rest / _across.Count, rest % _across.Count);
        bool largeRows = row < _down.Large, largeColumns = column < _across.Large;
        (int y, int yEnd) = _down.Part(largeRows, _row, _rowEnd);
        (int x, int xEnd) = _across.Part(largeColumns, 0, _across.Count);
        int start = (largeRows, largeColumns) switch { (true, false) => 0, (true, true) => _ends[0], (false, true) => _ends[1], _ => _ends[2] };
        return start + (image * (yEnd - y) + row - y) * (xEnd - x) + column - x;
    }

    /// <summary>Makes it the tiles of images [n, nEnd) and tile rows [row, rowEnd).</summary>
    public void Fill(TileAxis down, TileAxis across, int n, int nEnd, int row, int rowEnd)
    {
        (_down, _across, _row, _rowEnd) = (down, across, row, rowEnd);
        int count = 0;
        for (int kind = 0; kind < 4; kind++)
        {
            (int y, int yEnd) = down.Part(kind < 2, row, rowEnd);
            (int x, int xEnd) = across.Part(kind is 1 or 2, 0, across.Count);
            for (int image = n; image < nEnd; image++)
            {
                for (int i = y; i < yEnd; i++)
                {
                    for (int j = x; j < xEnd; j++)
                        tiles[count++] = new(image, down.Start(i), across.Start(j), i, j);
                }
            }

            _ends[kind] = count;
        }
    }
}

/// <summary>
/// How the tiles of a batch are cut into blocks: of whole images, or, where one has more tiles than that, of rows of tiles.
/// </summary>
internal readonly struct WinogradGrid
{
    private const int FewestChannels = 16, FewestSaved = 256;

    private readonly int _from, _to, _images, _rows, _perImage;
    private readonly TileAxis _down, _across;

    /// <param name="target">Tiles of a block, unless a single row of tiles has more.</param>
    /// <param name="images">Those of the batch whose tiles they are.</param>
    public WinogradGrid(ConvShape g, int target, (int From, int To) images)
    {
        ((_from, _to), _down, _across) = (images, new(g.OutH, Large(g)), new(g.OutW, Large(g)));
        int count = Math.Max(1, _to - _from), most = Math.Clamp(target / TilesOfImage, 1, count), blocks = (count + most - 1) / most;
        _images = (count + blocks - 1) / blocks;
        _rows = Math.Clamp(target / _across.Count, 1, _down.Count);
        _perImage = (_down.Count + _rows - 1) / _rows;
        Blocks = (_to - _from + _images - 1) / _images * _perImage;
    }

    /// <summary>
    /// The convolutions for which it pays: not with so few channels that the data's transforms outweigh what they save, nor
    /// with so few tiles that the filter's do. It saves multiplications of all filters' numbers by those of a tile at one point.
    /// </summary>
    public static bool Takes(ConvShape g)
    {
        if (g is not { R: 4, Stride: 2, Pad: 1 } || g.H % 2 != 0 || g.W % 2 != 0 || Math.Min(g.C, g.K) < FewestChannels)
            return false;
        return g.N * (4L * g.OutH * g.OutW - Products(g, Large(g))) >= FewestSaved;
    }

    /// <summary>Outputs of a large tile along either axis: what takes fewer products.</summary>
    public static int Large(ConvShape g) => Products(g, 7) < Products(g, 4) ? 7 : 4;

    public int Blocks { get; }

    /// <summary>Tiles of the largest block.</summary>
    public int MostTiles => _images * _rows * _across.Count;

    public int TilesOfImage => _down.Count * _across.Count;

    public int TileRows => _down.Count;

    public int TileColumns => _across.Count;

    public void Fill(int block, ref WinogradBlock tiles)
    {
        int n = _from + block / _perImage * _images, row = block % _perImage * _rows;
        tiles.Fill(_down, _across, n, Math.Min(n + _images, _to), row, Math.Min(row + _rows, _down.Count));
    }

    private static long Products(ConvShape g, int large) => (long)new TileAxis(g.OutH, large).Points * new TileAxis(g.OutW, large).Points;
}
