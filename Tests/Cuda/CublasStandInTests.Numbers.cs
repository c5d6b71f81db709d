using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

// What is computed.
public sealed unsafe partial class CublasStandInTests
{
    [TestMethod]
    [DataRow(false, false, 5, 3, 4, 1f, 0f)]
    [DataRow(true, false, 17, 33, 300, 1f, 0f)]
    [DataRow(false, true, 16, 1, 65, -0.5f, 2f)]
    [DataRow(true, true, 1, 7, 1, 1f, 1f)]
    [DataRow(false, false, 6, 2, 0, 1f, 0.5f)]
    public void MatricesAreMultiplied(bool transposeA, bool transposeB, int m, int n, int k, float alpha, float beta)
    {
        foreach ((CudaDataType type, CudaDataType typeC, CublasComputeType compute) in Types())
        {
            Product p = new()
            {
                OpA = Operation(transposeA), OpB = Operation(transposeB), M = m, N = n, K = k, TypeA = type, TypeB = type, TypeC = typeC, Compute = compute, Alpha = alpha, Beta = beta, Ldc = m + 2,
            };
            p = p with { Lda = p.RowsA + 3, Ldb = p.RowsB + 1 };
            double[] a = Padded(1, p.RowsA, p.ColumnsA, p.Lda, type), b = Padded(2, p.RowsB, p.ColumnsB, p.Ldb, type), c = Padded(3, m, n, p.Ldc, typeC);
            p = p with { A = _gpu.Upload(type, [.. a, 0]), B = _gpu.Upload(type, [.. b, 0]), C = _gpu.Upload(typeC, c) };
            // The sum in two parts, each rounded, is what HalfSumsOverflow looks at.
            _blas.SetMathMode(_handle, CublasMath.DisallowReducedPrecisionReduction);
            Run(p);
            double[] actual = _gpu.Download(typeC, p.C, c.Length);

            Func<double, double> read = compute == CublasComputeType.FloatFastTf32 ? DeviceNumbers.RoundToTf32 : v => v;
            double[] expected = new double[m * n], magnitudes = new double[m * n], found = new double[m * n];
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < m; i++)
                {
                    double sum = 0, magnitude = 0;
                    for (int l = 0; l < k; l++)
                    {
                        double left = read(transposeA ? a[l + i * p.Lda] : a[i + l * p.Lda]);
                        double right = read(transposeB ? b[j + l * p.Ldb] : b[l + j * p.Ldb]);
                        sum += left * right;
                        magnitude += Math.Abs(left * right);
                    }

                    expected[i + j * m] = alpha * sum + beta * c[i + j * p.Ldc];
                    magnitudes[i + j * m] = Math.Abs(alpha) * magnitude + Math.Abs(beta * c[i + j * p.Ldc]);
                    found[i + j * m] = actual[i + j * p.Ldc];
                }

                for (int i = m; i < p.Ldc; i++)
                    Assert.AreEqual(double.NaN, actual[i + j * p.Ldc], "between C's columns");
            }

            DeviceNumbers.AreNear(expected, magnitudes, found, typeC, k);
        }

        static CublasOperation Operation(bool transpose) => transpose ? CublasOperation.Transpose : CublasOperation.None;

        static IEnumerable<(CudaDataType Type, CudaDataType TypeC, CublasComputeType Compute)> Types()
        {
            foreach (CublasComputeType compute in new[] { CublasComputeType.Float, CublasComputeType.FloatPedantic })
            {
                yield return (CudaDataType.Float, CudaDataType.Float, compute);
                foreach (CudaDataType type in new[] { CudaDataType.Half, CudaDataType.BFloat16 })
                {
                    yield return (type, type, compute);
                    yield return (type, CudaDataType.Float, compute);
                }
            }

            yield return (CudaDataType.Float, CudaDataType.Float, CublasComputeType.FloatFastTf32);
        }
    }

    /// <summary>NaN between the columns, where nothing may be read or written.</summary>
    private static double[] Padded(int seed, int rows, int columns, int leading, CudaDataType type)
    {
        double[] packed = DeviceNumbers.Draw(seed, rows * columns, type), padded = new double[leading * columns];
        Array.Fill(padded, double.NaN);
        for (int j = 0; j < columns; j++)
            Array.Copy(packed, j * rows, padded, j * leading, rows);
        return padded;
    }

    [TestMethod]
    public void Tf32RoundsToTenBitsTiesToEven()
    {
        // 1 + 2⁻¹¹ lies between two tf32 numbers, and goes to the even one; 1 + 3 · 2⁻¹¹ too.
        double[] between = [1 + Math.ScaleB(1, -11), 1 + 3 * Math.ScaleB(1, -11), 1 + Math.ScaleB(1, -11) + Math.ScaleB(1, -20)];
        double[] rounded = [1, 1 + Math.ScaleB(1, -9), 1 + Math.ScaleB(1, -10)];
        Product p = new()
        {
            M = 3, N = 1, K = 1, Lda = 3, Ldb = 1, Ldc = 3, A = _gpu.Upload(CudaDataType.Float, between), B = _gpu.Upload(CudaDataType.Float, [1]),
            C = _gpu.Allocate(3),
        };
        CollectionAssert.AreEqual(rounded, Result(p with { Compute = CublasComputeType.FloatFastTf32 }));
        CollectionAssert.AreEqual(between, Result(p));
        _blas.SetMathMode(_handle, CublasMath.Tf32);
        CollectionAssert.AreEqual(rounded, Result(p));
        CollectionAssert.AreEqual(between, Result(p with { Compute = CublasComputeType.FloatPedantic }));

        double[] Result(Product product)
        {
            Run(product);
            return _gpu.Download(CudaDataType.Float, product.C, 3);
        }
    }

    [TestMethod]
    public void HalfSumsOverflowUnlessReducedPrecisionIsDisallowed()
    {
        Product p = new()
        {
            M = 1, N = 1, K = 4, TypeA = CudaDataType.Half, TypeB = CudaDataType.Half, TypeC = CudaDataType.Half, Lda = 1, Ldb = 4, Ldc = 1,
            A = _gpu.Upload(CudaDataType.Half, [4e4, 4e4, -4e4, -4e4]), B = _gpu.Upload(CudaDataType.Half, [1, 1, 1, 1]), C = _gpu.Allocate(1),
        };
        Run(p);
        Assert.AreEqual(double.NaN, _gpu.Download(CudaDataType.Half, p.C, 1)[0]);
        _blas.SetMathMode(_handle, CublasMath.DisallowReducedPrecisionReduction);
        Run(p);
        Assert.AreEqual(0, _gpu.Download(CudaDataType.Half, p.C, 1)[0]);
    }

    [TestMethod]
    public void WithBetaZeroTheResultIsNotRead()
    {
        Product p = Sound() with { C = _gpu.Allocate(15) };
        Run(p);
        CollectionAssert.AreEqual(new double[15], _gpu.Download(CudaDataType.Float, p.C, 15));
        ulong poisoned = _gpu.Allocate(15);
        Run(p with { C = poisoned, Beta = 1 });
        Assert.AreEqual(double.NaN, _gpu.Download(CudaDataType.Float, poisoned, 15)[0]);
    }

    [TestMethod]
    public void ResultsAreRoundedToNearestEvenToTheBit()
    {
        // Each product of two is exact in float: subnormal, tied and overflowing ones among them.
        const int drawn = 200, count = drawn + 2;
        Random random = new(10);
        foreach (CudaDataType type in new[] { CudaDataType.Half, CudaDataType.BFloat16 })
        {
            // 65504 is the largest half, 315 · 208 = 65520 the first number too large.
            double[] a = Draw(65504, 315), b = Draw(1, 208);
            Product p = new()
            {
                M = count, N = count, K = 1, TypeA = type, TypeB = type, TypeC = type, Lda = count, Ldb = 1, Ldc = count, A = _gpu.Upload(type, a),
                B = _gpu.Upload(type, b), C = _gpu.Allocate(count * count),
            };
            Run(p);
            double[] expected = [.. b.SelectMany(right => a.Select(left => DeviceNumbers.Round(type, left * right)))];
            CollectionAssert.AreEqual(expected, _gpu.Download(type, p.C, expected.Length));

            double[] Draw(params double[] first) =>
                [.. first.Concat(Enumerable.Range(0, drawn).Select(_ => Math.ScaleB(random.Next(-64, 65), random.Next(-20, 9)))).Select(v => DeviceNumbers.Round(type, v))];
        }
    }
}
