namespace FastGan.Data;

/// <summary>
/// Scales images of bytes from one size to another with Keys' cubic filter (a = −½; Keys, 1981), widened by the scale when shrinking
/// so that every source pixel counts and nothing aliases. Separable, in float and in a fixed order: the same bytes on every machine.
/// </summary>
internal sealed class Resampler
{
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

        output.Fill(_margin);
        (int C, int columns) = (_channels, _columns.Length);
        float[] narrow = new float[_height * columns * C];
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                ReadOnlySpan<float> weights = _columns.Weights(x);
                ReadOnlySpan<byte> source = image[((y * _width + _columns.First(x)) * C)..];
                for (int c = 0; c < C; c++)
                {
                    float sum = 0;
                    for (int t = 0; t < weights.Length; t++)
                        sum += weights[t] * source[t * C + c];
                    narrow[(y * columns + x) * C + c] = sum;
                }
            }
        }

        int line = columns * C;
        for (int y = 0; y < _rows.Length; y++)
        {
            ReadOnlySpan<float> weights = _rows.Weights(y);
            ReadOnlySpan<float> source = narrow.AsSpan(_rows.First(y) * line);
            Span<byte> row = output.Slice(((_rows.Before + y) * _outWidth + _columns.Before) * C, line);
            for (int i = 0; i < line; i++)
            {
                float sum = 0;
                for (int t = 0; t < weights.Length; t++)
                    sum += weights[t] * source[t * line + i];
                row[i] = (byte)Math.Clamp(sum + 0.5f, 0f, 255f);
            }
        }
    }

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
