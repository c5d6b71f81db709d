using System.Buffers;
using System.Numerics;

namespace FastGan.Data;

/// <summary>
/// Scales images of bytes from one size to another with Keys' cubic filter (a = −½; Keys, 1981), widened by the scale when shrinking
/// so that every source pixel counts and nothing aliases. Separable, in float and in a fixed order: the same bytes on every machine.
/// </summary>
internal sealed class Resampler
{
    /// <summary>Rows that are turned at a time, a multiple of any vector's numbers: few enough that those of a photograph stay in the cache.</summary>
    private const int Band = 16;

    private readonly int _height, _width, _channels, _outWidth;
    private readonly Axis _rows, _columns;
    private readonly byte _margin;
    private readonly bool _same;

    /// <param name="margin">The value around the image where <see cref="ResizeMode.Fit"/> leaves room.</param>
    public Resampler(int height, int width, int channels, int outHeight, int outWidth, ResizeMode mode, byte margin)
    {
        (_height, _width, _channels, _outWidth, _margin) = (height, width, channels, outWidth, margin);
        _same = height == outHeight && width == outWidth;

        // Source pixels for one output pixel, by height and by width; crop takes the smaller for both, fit the larger.
        double down = (double)height / outHeight, across = (double)width / outWidth;
        double both = mode == ResizeMode.Crop ? Math.Min(down, across) : Math.Max(down, across);
        _rows = new Axis(height, outHeight, mode == ResizeMode.Stretch ? down : both);
        _columns = new Axis(width, outWidth, mode == ResizeMode.Stretch ? across : both);
    }

    /// <summary>image (height, width, channels) to output (outHeight, outWidth, channels), which is overwritten.</summary>
    public void Apply(ReadOnlySpan<byte> image, Span<byte> output)
    {
        if (_same)
        {
            image.CopyTo(output);
            return;
        }

        // Along the rows first, some at a time, turned so that the pixels of a column lie side by side, as the vectors take them.
        (int C, int line, int band) = (_channels, _columns.Length * _channels, Math.Min(Padded(_height), Band));
        int narrowStep = Padded(line), turnedCount = _width * C * band;
        float[] memory = ArrayPool<float>.Shared.Rent(turnedCount + band + (_height + 1) * narrowStep);
        Span<float> turned = memory.AsSpan(0, turnedCount), column = memory.AsSpan(turnedCount, band);
        Span<float> narrow = memory.AsSpan(turnedCount + band, _height * narrowStep), row = memory.AsSpan(turnedCount + band + narrow.Length, narrowStep);
        for (int first = 0; first < _height; first += band)
        {
            int count = Math.Min(band, _height - first);
            for (int y = 0; y < count; y++)
            {
                ReadOnlySpan<byte> source = image.Slice((first + y) * _width * C, _width * C);
                for (int x = 0; x < source.Length; x++)
                    turned[x * band + y] = source[x];
            }

            for (int x = 0; x < line; x++)
            {
                Sum(_columns.Weights(x / C), turned[((_columns.First(x / C) * C + x % C) * band)..], C * band, column);
                for (int y = 0; y < count; y++)
                    narrow[(first + y) * narrowStep + x] = column[y];
            }
        }

        output.Fill(_margin);
        for (int y = 0; y < _rows.Length; y++)
        {
            Sum(_rows.Weights(y), narrow[(_rows.First(y) * narrowStep)..], narrowStep, row);
            Round(row, output.Slice(((_rows.Before + y) * _outWidth + _columns.Before) * C, line));
        }

        ArrayPool<float>.Shared.Return(memory);
    }

    /// <summary>sums[i] = Σ_t weights[t] · lines[t · step + i], added in the order of t, in whole vectors.</summary>
    private static void Sum(ReadOnlySpan<float> weights, ReadOnlySpan<float> lines, int step, Span<float> sums)
    {
        for (int i = 0; i < sums.Length; i += Vector<float>.Count)
        {
            Vector<float> sum = Vector<float>.Zero;
            for (int t = 0; t < weights.Length; t++)
                sum += weights[t] * new Vector<float>(lines[(t * step + i)..]);
            sum.CopyTo(sums[i..]);
        }
    }

    /// <summary>The nearest bytes of numbers, of which there may be more than bytes.</summary>
    private static void Round(ReadOnlySpan<float> numbers, Span<byte> bytes)
    {
        int i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            ReadOnlySpan<float> four = numbers.Slice(i, Vector<byte>.Count);
            Vector<ushort> low = Vector.Narrow(Rounded(four), Rounded(four[Vector<float>.Count..]));
            Vector<ushort> high = Vector.Narrow(Rounded(four[(2 * Vector<float>.Count)..]), Rounded(four[(3 * Vector<float>.Count)..]));
            Vector.Narrow(low, high).CopyTo(bytes[i..]);
        }

        for (; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Clamp(numbers[i] + 0.5f, 0f, 255f);
    }

    private static Vector<uint> Rounded(ReadOnlySpan<float> numbers) =>
        Vector.ConvertToInt32(Vector.Min(Vector.Max(new Vector<float>(numbers) + new Vector<float>(0.5f), Vector<float>.Zero), new Vector<float>(255f))).As<int, uint>();

    private static int Padded(int count) => (count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

    /// <summary>For each output pixel along one side: the first source pixel it takes, and the weights of that and the next ones.</summary>
    private sealed class Axis
    {
        private readonly int[] _first;
        private readonly float[] _weights;
        private readonly int _taps;

        /// <param name="scale">Source pixels for one output pixel.</param>
        public Axis(int source, int output, double scale)
        {
            Length = Math.Clamp((int)Math.Round(source / scale), 1, output);
            Before = (output - Length) / 2;
            double start = (source - Length * scale) / 2;
            double stretch = Math.Max(1, scale);
            _taps = Math.Min(source, (int)Math.Ceiling(4 * stretch) + 1);
            _first = new int[Length];
            _weights = new float[Length * _taps];
            double[] weights = new double[_taps];
            for (int i = 0; i < Length; i++)
            {
                double centre = start + (i + 0.5) * scale;
                _first[i] = Math.Clamp((int)Math.Floor(centre - 2 * stretch), 0, source - _taps);
                for (int t = 0; t < _taps; t++)
                    weights[t] = Cubic((_first[i] + t + 0.5 - centre) / stretch);
                double sum = weights.Sum();
                for (int t = 0; t < _taps; t++)
                    _weights[i * _taps + t] = (float)(weights[t] / sum);
            }
        }

        /// <summary>Output pixels that hold the image, and those of the margin before them.</summary>
        public int Length { get; }

        public int Before { get; }

        public int First(int i) => _first[i];

        public ReadOnlySpan<float> Weights(int i) => _weights.AsSpan(i * _taps, _taps);

        private static double Cubic(double x) => Math.Abs(x) switch
        {
            < 1 and double a => (1.5 * a - 2.5) * a * a + 1,
            < 2 and double a => ((-0.5 * a + 2.5) * a - 4) * a + 2,
            _ => 0,
        };
    }
}
