using FastGan.Cuda.Api;
using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cuda;

internal enum ConvolutionPass
{
    Forward,
    BackwardData,
    BackwardFilter,
}

/// <summary>One pass of one geometry through cuDNN: its descriptors, and the algorithm that was chosen for it once.</summary>
internal sealed unsafe class ConvolutionPlan : IDisposable
{
    private const int Alignment = 16, Place = 256;
    private readonly Session _session;
    private readonly ConvolutionPass _pass;
    private readonly GiveBack _giveBack = new();
    private readonly nint _x, _w, _y, _convolution;
    private int _algorithm = -1;
    private nuint _workspaceBytes;

    public ConvolutionPlan(Session session, ConvolutionPass pass, ConvShape g)
    {
        (_session, _pass) = (session, pass);
        Geometry = g;
        Dnn dnn = session.Dnn;
        CudnnDataType type = session.Options.Precision switch
        {
            Precision.Fp16 => CudnnDataType.Half,
            Precision.Bf16 => CudnnDataType.BFloat16,
            _ => CudnnDataType.Float,
        };
        try
        {
            // Sizes are always in the order N, C, H, W; the format says how they lie.
            _x = _giveBack.Keep(dnn.CreateTensorDescriptor(), dnn.DestroyTensorDescriptor);
            dnn.SetTensorNdDescriptorEx(_x, CudnnTensorFormat.Nhwc, type, [g.N, g.C, g.H, g.W]);
            _w = _giveBack.Keep(dnn.CreateFilterDescriptor(), dnn.DestroyFilterDescriptor);
            dnn.SetFilterNdDescriptor(_w, type, CudnnTensorFormat.Nhwc, [g.K, g.C, g.R, g.R]);
            _y = _giveBack.Keep(dnn.CreateTensorDescriptor(), dnn.DestroyTensorDescriptor);
            dnn.SetTensorNdDescriptorEx(_y, CudnnTensorFormat.Nhwc, type, [g.N, g.K, g.OutH, g.OutW]);
            _convolution = _giveBack.Keep(dnn.CreateConvolutionDescriptor(), dnn.DestroyConvolutionDescriptor);
            dnn.SetConvolutionNdDescriptor(
                _convolution, [g.Pad, g.Pad], [g.Stride, g.Stride], [1, 1], CudnnConvolutionMode.CrossCorrelation, CudnnDataType.Float);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private ConvShape Geometry { get; }

    /// <summary>The pass over device memory: forward writes y, backward data x, backward filter w.</summary>
    /// <returns>False where cuDNN has no algorithm for it, at the first run; nothing is queued then.</returns>
    public bool TryRun(ulong x, ulong w, ulong y, Write mode)
    {
        if (_algorithm < 0)
            return TryChoose(x, w, y, mode);
        Run(x, w, y, mode);
        return true;
    }

    private void Run(ulong x, ulong w, ulong y, Write mode)
    {
        if (!IsAligned(x) || !IsAligned(w) || !IsAligned(y))
            RunAligned(x, w, y, mode);
        else
            Run(x, w, y, mode, _session.Scratch(_workspaceBytes));
    }

    private static bool IsAligned(ulong address) => address % Alignment == 0;

    /// <summary>
    /// Tensor cores want operands on 16 bytes. Those of the presets are; a view into a batch of samples of an odd size may not be, and
    /// goes through an aligned copy.
    /// </summary>
    private void RunAligned(ulong x, ulong w, ulong y, Write mode)
    {
        ulong next = _session.Scratch(_workspaceBytes + Room(Geometry.X) + Room(Geometry.Filter) + Room(Geometry.Y)), workspace = next;
        next += ((ulong)_workspaceBytes + Place - 1) / Place * Place;
        ulong Copied(ulong from, Shape shape)
        {
            ulong to = next;
            next += Room(shape);
            _session.Driver.MemcpyDtoDAsync(to, from, Bytes(shape), _session.Stream);
            return to;
        }

        (ulong alignedX, ulong alignedW, ulong alignedY) = (Copied(x, Geometry.X), Copied(w, Geometry.Filter), Copied(y, Geometry.Y));
        Run(alignedX, alignedW, alignedY, mode, workspace);
        (ulong result, ulong from, Shape written) = _pass switch
        {
            ConvolutionPass.Forward => (y, alignedY, Geometry.Y),
            ConvolutionPass.BackwardData => (x, alignedX, Geometry.X),
            _ => (w, alignedW, Geometry.Filter),
        };
        _session.Driver.MemcpyDtoDAsync(result, from, Bytes(written), _session.Stream);
    }

    private nuint Bytes(Shape shape) => (nuint)shape.Count * (nuint)(_session.IsHalf ? sizeof(ushort) : sizeof(float));

    private nuint Room(Shape shape) => (Bytes(shape) + 2 * Place - 1) / Place * Place;

    private void Run(ulong x, ulong w, ulong y, Write mode, ulong workspace)
    {
        Dnn dnn = _session.Dnn;
        nint handle = _session.DnnHandle;
        float alpha = 1, beta = mode == Write.Accumulate ? 1 : 0;
        _session.Called?.Invoke($"cudnnConvolution{_pass} (algorithm {_algorithm})");
        switch (_pass)
        {
            case ConvolutionPass.Forward:
                dnn.ConvolutionForward(
                    handle, &alpha, _x, x, _w, w, _convolution, (CudnnForwardAlgorithm)_algorithm, workspace, _workspaceBytes, &beta, _y, y);
                break;
            case ConvolutionPass.BackwardData:
                dnn.ConvolutionBackwardData(
                    handle, &alpha, _w, w, _y, y, _convolution, (CudnnBackwardDataAlgorithm)_algorithm, workspace, _workspaceBytes, &beta, _x, x);
                break;
            default:
                dnn.ConvolutionBackwardFilter(
                    handle, &alpha, _x, x, _y, y, _convolution, (CudnnBackwardFilterAlgorithm)_algorithm, workspace, _workspaceBytes, &beta, _w, w);
                break;
        }
    }

    public void Dispose() => _giveBack.Dispose();

    /// <summary>The algorithms that take NHWC.</summary>
    private bool Takes(int algorithm) => _pass switch
    {
        ConvolutionPass.Forward => (CudnnForwardAlgorithm)algorithm is CudnnForwardAlgorithm.ImplicitGemm or CudnnForwardAlgorithm.ImplicitPrecompGemm,
        ConvolutionPass.BackwardData => (CudnnBackwardDataAlgorithm)algorithm is CudnnBackwardDataAlgorithm.Algorithm1,
        _ => (CudnnBackwardFilterAlgorithm)algorithm is CudnnBackwardFilterAlgorithm.Algorithm0 or CudnnBackwardFilterAlgorithm.Algorithm1,
    };

    /// <summary>Runs the first algorithm that cuDNN takes, of those measured or proposed, the best first, and keeps to it.</summary>
    private bool TryChoose(ulong x, ulong w, ulong y, Write mode)
    {
        string key = $"{_pass} {Geometry}";
        if (_session.Algorithms.TryGet(key, out AlgorithmChoice kept) && TryFirst(kept, x, w, y, mode))
            return true;

        bool measured = _session.MeasuresAlgorithms;
        Span<CudnnPerformance> found = stackalloc CudnnPerformance[8];
        _session.Dnn.SetConvolutionMathType(_convolution, Math(_session.Options.Precision));
        int count = measured ? Measure(found) : Propose(found);
        foreach (CudnnPerformance p in found[..count])
        {
            // Single precision is what was asked for, whatever else would be faster.
            AlgorithmChoice choice = new(p.Algorithm, _session.Options.Precision == Precision.Fp32 ? CudnnMath.Fma : p.Math);
            if (p.Status != 0 || p.Determinism != CudnnDeterminism.Deterministic || !Takes(p.Algorithm) || !TryFirst(choice, x, w, y, mode))
                continue;
            if (measured)
                _session.Algorithms.Add(key, choice);
            return true;
        }

        return false;
    }

    /// <summary>Tries an algorithm with the math type that it was proposed with. What is proposed may be refused when it is to run.</summary>
    private bool TryFirst(AlgorithmChoice choice, ulong x, ulong w, ulong y, Write mode)
    {
        try
        {
            _session.Dnn.SetConvolutionMathType(_convolution, choice.Math);
            _workspaceBytes = WorkspaceBytes(choice.Algorithm);
            _algorithm = choice.Algorithm;
            Run(x, w, y, mode);
            return true;
        }
        catch (CudaException e) when (e.IsRefusal)
        {
            _algorithm = -1;
            return false;
        }
    }

    private static CudnnMath Math(Precision precision) => precision == Precision.Fp32 ? CudnnMath.Fma : CudnnMath.TensorOp;

    private int Propose(Span<CudnnPerformance> found) => _pass switch
    {
        ConvolutionPass.Forward => _session.Dnn.GetConvolutionForwardAlgorithm(_session.DnnHandle, _x, _w, _convolution, _y, found),
        ConvolutionPass.BackwardData => _session.Dnn.GetConvolutionBackwardDataAlgorithm(_session.DnnHandle, _w, _y, _convolution, _x, found),
        _ => _session.Dnn.GetConvolutionBackwardFilterAlgorithm(_session.DnnHandle, _x, _y, _convolution, _w, found),
    };

    /// <summary>
    /// On scratch memory, as what the pass writes is overwritten, be it a sum that is to be added to; what it holds makes no difference to the time.
    /// </summary>
    private int Measure(Span<CudnnPerformance> found)
    {
        const int WorkspaceBytes = 64 << 20;
        ulong workspace = _session.Scratch(WorkspaceBytes + Room(Geometry.X) + Room(Geometry.Filter) + Room(Geometry.Y));
        ulong x = workspace + WorkspaceBytes, w = x + Room(Geometry.X), y = w + Room(Geometry.Filter);
        return _pass switch
        {
            ConvolutionPass.Forward => _session.Dnn.FindConvolutionForwardAlgorithmEx(
                _session.DnnHandle, _x, x, _w, w, _convolution, _y, y, found, workspace, WorkspaceBytes),
            ConvolutionPass.BackwardData => _session.Dnn.FindConvolutionBackwardDataAlgorithmEx(
                _session.DnnHandle, _w, w, _y, y, _convolution, _x, x, found, workspace, WorkspaceBytes),
            _ => _session.Dnn.FindConvolutionBackwardFilterAlgorithmEx(
                _session.DnnHandle, _x, x, _y, y, _convolution, _w, w, found, workspace, WorkspaceBytes),
        };
    }

    private nuint WorkspaceBytes(int algorithm) => _pass switch
    {
        ConvolutionPass.Forward => _session.Dnn.GetConvolutionForwardWorkspaceSize(
            _session.DnnHandle, _x, _w, _convolution, _y, (CudnnForwardAlgorithm)algorithm),
        ConvolutionPass.BackwardData => _session.Dnn.GetConvolutionBackwardDataWorkspaceSize(
            _session.DnnHandle, _w, _y, _convolution, _x, (CudnnBackwardDataAlgorithm)algorithm),
        _ => _session.Dnn.GetConvolutionBackwardFilterWorkspaceSize(
            _session.DnnHandle, _x, _y, _convolution, _w, (CudnnBackwardFilterAlgorithm)algorithm),
    };
}
