namespace FastGan.Cpu;

/// <summary>
/// How sums over each channel are cut. The tensor is seen as a matrix of <see cref="Period"/> columns, a multiple of both the channels
/// and the vector width, so that vectors never straddle its rows and a column belongs to one channel, whatever the
/// number of channels. Tiles of it are summed column by column into a matrix of partial sums, and
/// <see cref="Sum"/> adds up those of a channel. The last row may be short; it makes tiles of its own.
/// </summary>
internal readonly unsafe struct ColumnTiles
{
    /// <summary>Elements of a tile: what a core keeps close to read twice. Few enough rows that a float holds their sum well.</summary>
    private const int TileCount = 16384, MaxColumns = 128, MaxRows = 256;

    private readonly int _channels;
    private readonly int _fullRows;
    private readonly int _tail;
    private readonly int _tileRows;
    private readonly int _tileColumns;
    private readonly int _across;

    public ColumnTiles(int count, int channels, int width)
    {
        _channels = channels;
        Period = channels / GreatestCommonDivisor(channels, width) * width;

        // Four vectors at least, so that one sum needn't wait for the last addition to itself.
        Period *= (4 * width + Period - 1) / Period;
        (_fullRows, _tail) = Math.DivRem(count, Period);
        _tileColumns = Math.Min(Period, MaxColumns);
        _tileRows = Math.Min(TileCount / _tileColumns, MaxRows);
        _across = (Period + _tileColumns - 1) / _tileColumns;
        Down = (_fullRows + _tileRows - 1) / _tileRows + (_tail > 0 ? 1 : 0);
    }

    public int Period { get; }

    /// <summary>Rows of partial sums.</summary>
    public int Down { get; }

    public int Count => Down * _across;

    /// <summary>Floats of one matrix of partial sums: one row for each row of tiles.</summary>
    public int SumsCount => Down * Period;

    public Tile this[int i]
    {
        get
        {
            (int down, int across) = Math.DivRem(i, _across);
            int row = down * _tileRows, column = across * _tileColumns;
            bool tail = IsTail(down);
            if (tail)
                row = _fullRows;
            return new Tile(
                row,
                tail ? row + 1 : Math.Min(row + _tileRows, _fullRows),
                column,
                Math.Min(column + _tileColumns, tail ? _tail : Period),
                down * Period);
        }
    }

    /// <summary>The sum of a channel from the sums of its columns, in double.</summary>
    public double Sum(float* sums, int channel)
    {
        double sum = 0;
        for (int down = 0; down < Down; down++)
        {
            int end = Columns(down);
            for (int column = channel; column < end; column += _channels)
                sum += sums[down * Period + column];
        }

        return sum;
    }

    /// <summary>
    /// Mean and biased variance of a channel from the means and squared distances to the mean of its columns in each tile
    /// (Chan, Golub and LeVeque, 1979), in double.
    /// </summary>
    public (double Mean, double Variance) Moments(float* means, float* squares, int channel, int count)
    {
        double sum = 0;
        for (int down = 0; down < Down; down++)
        {
            int end = Columns(down);
            double columnSum = 0;
            for (int column = channel; column < end; column += _channels)
                columnSum += means[down * Period + column];
            sum += columnSum * Rows(down);
        }

        double mean = sum / count, distance = 0;
        for (int down = 0; down < Down; down++)
        {
            int end = Columns(down), rows = Rows(down);
            for (int column = channel; column < end; column += _channels)
            {
                double d = means[down * Period + column] - mean;
                distance += squares[down * Period + column] + rows * d * d;
            }
        }

        return (mean, distance / count);
    }

    /// <summary>Writes a number of a channel to each of its columns.</summary>
    public void Spread(float value, int channel, float* columns)
    {
        for (int column = channel; column < Period; column += _channels)
            columns[column] = value;
    }

    private bool IsTail(int down) => _tail > 0 && down == Down - 1;

    private int Columns(int down) => IsTail(down) ? _tail : Period;

    private int Rows(int down) => IsTail(down) ? 1 : Math.Min(_tileRows, _fullRows - down * _tileRows);

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    /// <summary>Rows [Row, RowEnd) of columns [Column, ColumnEnd). Partial sums of column c are at Sums + c.</summary>
    internal readonly record struct Tile(int Row, int RowEnd, int Column, int ColumnEnd, int Sums)
    {
        /// <summary>The columns in whole vectors, and what is left over: nothing but at the tensor's very end.</summary>
        public (Tile Whole, Tile Remainder) Split(int width)
        {
            int whole = Column + (ColumnEnd - Column) / width * width;
            return (this with { ColumnEnd = whole }, this with { Column = whole, RowEnd = whole < ColumnEnd ? RowEnd : Row });
        }
    }
}
