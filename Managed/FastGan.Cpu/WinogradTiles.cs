using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>
/// An axis of outputs cut into as few tiles as possible, of four and then of three. The last may reach over the end.
/// </summary>
internal readonly struct TileAxis
{
    public TileAxis(int outputs)
    {
        Count = (outputs + 3) / 4;
        Fours = Count - Math.Min(Count, 4 * Count - outputs);
    }

    public int Count { get; }

    public int Fours { get; }

    /// <summary>Five for each tile of four, four for each of three.</summary>
    public int Points => 4 * Count + Fours;

    public int Start(int tile) => 4 * tile - Math.Max(0, tile - Fours);

    /// <summary>The part of tiles [from, to) that has four outputs, and the one that has three.</summary>
    public (int From, int To) Part(bool fours, int from, int to) =>
        fours ? (Math.Min(from, Fours), Math.Min(to, Fours)) : (Math.Max(from, Fours), Math.Max(to, Fours));
}

/// <summary>A tile of outputs: its image and its first row and column.</summary>
internal readonly record struct WinogradTile(int N, int Y, int X);

/// <summary>
/// The tiles of a block, in the order of their kind: 4 × 3 outputs, 4 × 4, 3 × 4, 3 × 3. So the tiles that have some point are always
/// neighbours.
/// </summary>
internal unsafe struct WinogradBlock(WinogradTile* tiles)
{
    private fixed int _ends[4];

    public readonly int Count => _ends[3];

    public readonly WinogradTile this[int i] => tiles[i];

    /// <summary>Whether tile i has four rows, and four columns.</summary>
    public readonly (bool Rows, bool Columns) Fours(int i) => (i < _ends[1], i >= _ends[0] && i < _ends[2]);

    /// <summary>The tiles that have a point: all, but for 2 in either direction.</summary>
    public readonly (int From, int To) WithPoint(int point, int slots, int fourOnly)
    {
        (int i, int j) = (point / slots, point % slots);
        return (j == fourOnly ? _ends[0] : 0, i == fourOnly ? _ends[1] : j == fourOnly ? _ends[2] : _ends[3]);
    }

    /// <summary>Makes it the tiles of images [n, nEnd) and tile rows [row, rowEnd).</summary>
    public void Fill(TileAxis down, TileAxis across, int n, int nEnd, int row, int rowEnd)
    {
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
                        tiles[count++] = new(image, down.Start(i), across.Start(j));
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

    private readonly int _n, _images, _rows, _perImage;
    private readonly TileAxis _down, _across;

    /// <param name="target">Tiles of a block, unless a single row of tiles has more.</param>
    public WinogradGrid(ConvShape g, int target)
    {
        (_n, _down, _across) = (g.N, new(g.OutH), new(g.OutW));
        int tiles = _down.Count * _across.Count;
        _images = Math.Clamp(target / tiles, 1, g.N);
        _rows = Math.Clamp(target / _across.Count, 1, _down.Count);
        _perImage = (_down.Count + _rows - 1) / _rows;
        Blocks = (g.N + _images - 1) / _images * _perImage;
    }

    /// <summary>
    /// The convolutions for which it pays: not with so few channels that the data's transforms outweigh what they save, nor
    /// with so few tiles that the filter's do. It saves multiplications of all filters' numbers by those of a tile at one point.
    /// </summary>
    public static bool Takes(ConvShape g)
    {
        if (g is not { R: 4, Stride: 2, Pad: 1 } || g.H % 2 != 0 || g.W % 2 != 0 || Math.Min(g.C, g.K) < FewestChannels)
            return false;
        long direct = 4L * g.OutH * g.OutW, products = (long)new TileAxis(g.OutH).Points * new TileAxis(g.OutW).Points;
        return g.N * (direct - products) >= FewestSaved;
    }

    public int Blocks { get; }

    /// <summary>Tiles of the largest block.</summary>
    public int MostTiles => _images * _rows * _across.Count;

    public void Fill(int block, ref WinogradBlock tiles)
    {
        int n = block / _perImage * _images, row = block % _perImage * _rows;
        tiles.Fill(_down, _across, n, Math.Min(n + _images, _n), row, Math.Min(row + _rows, _down.Count));
    }

    /// <summary>
    /// The rows that a block reads, but for its border, of images of some height that lie one below the other.
    /// </summary>
    public (long From, long To) Rows(int block, int height)
    {
        long n = block / _perImage * _images, images = Math.Min(_images, _n - n);
        int part = block % _perImage;
        return (n * height + (long)height * part / _perImage, (n + images - 1) * height + (long)height * (part + 1) / _perImage);
    }
}
