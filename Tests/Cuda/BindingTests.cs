using System.Runtime.InteropServices;
using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>What the native side expects to the byte and to the number. CUDA 12.6's and cuDNN 9.6's headers are the source.</summary>
[TestClass]
public sealed class BindingTests
{
    [TestMethod]
    public void CudnnPerformanceLiesInMemoryAsInTheHeader()
    {
        Assert.AreEqual(48, Marshal.SizeOf<CudnnPerformance>());
        Assert.AreEqual((0, 4, 8), (Offset("Algorithm"), Offset("Status"), Offset("Ms")));
        Assert.AreEqual((16, 24, 28), (Offset("Memory"), Offset("Determinism"), Offset("Math")));

        static int Offset(string property) => (int)Marshal.OffsetOf<CudnnPerformance>($"<{property}>k__BackingField");
    }

    [TestMethod]
    [DataRow(typeof(DeviceAttribute), "16 75 76")]
    [DataRow(typeof(HostAllocation), "0 1 2 4")]
    [DataRow(typeof(StreamKind), "0 1")]
    [DataRow(typeof(CaptureMode), "0 1 2")]
    [DataRow(typeof(EventKind), "0 1 2")]
    [DataRow(typeof(JitOption), "5 6")]
    [DataRow(typeof(CudaDataType), "0 1 2 14")]
    [DataRow(typeof(CublasOperation), "0 1")]
    [DataRow(typeof(CublasComputeType), "64 68 69 77")]
    [DataRow(typeof(CublasGemmAlgorithm), "-1")]
    [DataRow(typeof(CublasMath), "0 2 3 16")]
    [DataRow(typeof(CudnnDataType), "0 1 2 4 9")]
    [DataRow(typeof(CudnnTensorFormat), "0 1")]
    [DataRow(typeof(CudnnConvolutionMode), "0 1")]
    [DataRow(typeof(CudnnMath), "0 1 2 3")]
    [DataRow(typeof(CudnnForwardAlgorithm), "0 1 2 3 4 5 6 7")]
    [DataRow(typeof(CudnnBackwardDataAlgorithm), "0 1 2 3 4 5")]
    [DataRow(typeof(CudnnBackwardFilterAlgorithm), "0 1 2 3 4 5 6")]
    [DataRow(typeof(CudnnDeterminism), "0 1")]
    [DataRow(typeof(CudnnBatchNormMode), "0 1 2")]
    [DataRow(typeof(CudnnBatchNormOps), "0 1 2")]
    [DataRow(typeof(CudnnActivationMode), "0 1 2 3 4 5 6")]
    [DataRow(typeof(CudnnNan), "0 1")]
    public void EnumerationsHaveTheHeadersNumbers(Type type, string numbers)
    {
        Assert.AreEqual(4, Marshal.SizeOf(Enum.GetUnderlyingType(type)));
        int[] actual = [.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(Convert.ToInt32).Order()];
        Assert.AreEqual(numbers, string.Join(' ', actual));
    }

    [TestMethod]
    public void AnErrorIsOneLineThatNamesCallStatusOperationAndRemedy()
    {
        CudaException e = new(CudaLibrary.Driver, "cuMemAlloc_v2", 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of\n memory\r\n");
        e.Operation = "conv n2 h8 w8 c16 k16 r4 s2 p1";
        Assert.AreEqual(
            "cuMemAlloc_v2 failed: CUDA_ERROR_OUT_OF_MEMORY (2), in conv n2 h8 w8 c16 k16 r4 s2 p1: out of memory; "
            + "the device's memory is full: use a smaller --batch, or end what else uses the device", e.Message);
        Assert.AreEqual((CudaLibrary.Driver, "cuMemAlloc_v2", 2, 2), (e.Library, e.Call, e.Status, e.Category));
    }

    [TestMethod]
    [DataRow(2000, 2000)]
    [DataRow(2002, 2000)]
    [DataRow(3007, 3000)]
    [DataRow(5000, 5000)]
    public void CudnnStatusesAreGroupedByThousands(int status, int category) =>
        Assert.AreEqual(category, new CudaException(CudaLibrary.Dnn, "cudnnConvolutionForward", status, "").Category);

    [TestMethod]
    [DataRow(CudaLibrary.Driver, 100, "no NVIDIA GPU is visible")]
    [DataRow(CudaLibrary.Driver, 222, "update the driver")]
    [DataRow(CudaLibrary.Driver, 700, "a mistake in fastgan")]
    [DataRow(CudaLibrary.Driver, 803, "restart the machine")]
    [DataRow(CudaLibrary.Driver, 804, "cuda-compat")]
    [DataRow(CudaLibrary.Driver, 906, "a mistake in fastgan")]
    [DataRow(CudaLibrary.Blas, 3, "smaller --batch")]
    [DataRow(CudaLibrary.Nvrtc, 5, "newer")]
    [DataRow(CudaLibrary.Dnn, 1002, "different versions")]
    [DataRow(CudaLibrary.Dnn, 3003, "a mistake in fastgan")]
    public void CommonStatusesSayWhatToDo(CudaLibrary library, int status, string remedy) =>
        Assert.Contains(remedy, new CudaException(library, "f", status, "").Hint!);
}
