using FastGan.Cuda;
using FastGan.Cuda.Api;

namespace FastGan.Tests.Cuda;

/// <summary>A cuDNN handle on the virtual GPU, and the descriptors made for it.</summary>
internal sealed class DnnDevice : IDisposable
{
    private readonly List<Action> _descriptors = [];

    public DnnDevice()
    {
        Gpu = new PlantedDevice();
        Dnn = new CudaLibraries(LibrarySearch.Here(VirtualGpu.Path)).Dnn;
        Handle = Dnn.Create();
        Dnn.SetStream(Handle, Gpu.Stream);
    }

    public PlantedDevice Gpu { get; }

    public Dnn Dnn { get; }

    public nint Handle { get; }

    /// <summary>Images (N, H, W, C), packed in that order.</summary>
    public nint Tensor(CudaDataType type, int n, int h, int w, int c)
    {
        nint descriptor = NewTensor();
        Dnn.SetTensorNdDescriptorEx(descriptor, CudnnTensorFormat.Nhwc, DeviceNumbers.Cudnn(type), [n, c, h, w]);
        return descriptor;
    }

    public nint NewTensor() => Keep(Dnn.CreateTensorDescriptor(), Dnn.DestroyTensorDescriptor);

    /// <summary>Filters (K, R, S, C).</summary>
    public nint Filter(CudaDataType type, int k, int r, int s, int c)
    {
        nint descriptor = NewFilter();
        Dnn.SetFilterNdDescriptor(descriptor, DeviceNumbers.Cudnn(type), CudnnTensorFormat.Nhwc, [k, c, r, s]);
        return descriptor;
    }

    public nint NewFilter() => Keep(Dnn.CreateFilterDescriptor(), Dnn.DestroyFilterDescriptor);

    public nint Convolution(int pad, int stride, CudnnMath math = CudnnMath.Fma)
    {
        nint descriptor = NewConvolution();
        Dnn.SetConvolutionNdDescriptor(descriptor, [pad, pad], [stride, stride], [1, 1], CudnnConvolutionMode.CrossCorrelation, CudnnDataType.Float);
        Dnn.SetConvolutionMathType(descriptor, math);
        return descriptor;
    }

    public nint NewConvolution() => Keep(Dnn.CreateConvolutionDescriptor(), Dnn.DestroyConvolutionDescriptor);

    public nint Activation(CudnnActivationMode mode, CudnnNan nan = CudnnNan.Propagated)
    {
        nint descriptor = Keep(Dnn.CreateActivationDescriptor(), Dnn.DestroyActivationDescriptor);
        Dnn.SetActivationDescriptor(descriptor, mode, nan, 0);
        return descriptor;
    }

    public void Dispose()
    {
        foreach (Action destroy in _descriptors)
            destroy();
        Dnn.Destroy(Handle);
        Gpu.Dispose();
    }

    private nint Keep(nint descriptor, Action<nint> destroy)
    {
        _descriptors.Add(() => destroy(descriptor));
        return descriptor;
    }
}
