using FastGan.Ops;

namespace FastGan.Cpu;

/// <summary>What happens to a finished sum on its way to memory: y = act(sum + bias). Without a bias, zeros are added.</summary>
/// <param name="bias">Null for none.</param>
/// <param name="period">Column j takes bias[j mod period].</param>
internal readonly unsafe struct Epilogue<V, S>(float* bias, int period, Activation act)
    where V : struct
    where S : struct, ISimd<V>
{
    private readonly ActivationKind _kind = act.Kind;
    private readonly V _slope = S.Broadcast(act.Kind == ActivationKind.LeakyRelu ? (float)act.Slope : 1);

    /// <summary>Whether a sum stays as it is.</summary>
    public bool IsPlain => bias == null && _kind == ActivationKind.Identity;

    public V Apply(V sum) => VectorMath<V, S>.Activate(_kind, _slope, sum);

    public float BiasAt(int column) => bias == null ? 0 : bias[column % period];

    /// <summary>The biases of <paramref name="count"/> columns, those from <paramref name="columns"/> on as zeros.</summary>
    public void FillBias(int column, int columns, int count, float* to)
    {
        for (int j = 0; j < count; j++)
            to[j] = column + j < columns ? BiasAt(column + j) : 0;
    }

    /// <summary>Stores rows of a tile at the given pointers; what lies beyond <paramref name="columns"/> is left out.</summary>
    /// <param name="biases">Of the tile's columns, from <see cref="FillBias"/>.</param>
    /// <param name="outs">Where each row starts, in its column 0.</param>
    public void Store(float* tile, int vectors, float* biases, float** outs, int rows, int column, int columns)
    {
        for (int i = 0; i < rows; i++, tile += vectors * S.Width)
        {
            float* y = outs[i] + column;
            for (int v = 0; v < vectors * S.Width; v += S.Width)
            {
                V value = Apply(S.Add(S.Load(tile + v), S.Load(biases + v)));
                if (column + v + S.Width <= columns)
                {
                    S.Store(value, y + v);
                    continue;
                }

                S.Store(value, tile + v);
                for (int j = v; j < columns - column; j++)
                    y[j] = tile[j];
            }
        }
    }
}
