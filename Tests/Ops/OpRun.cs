using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Tests.Ops;

/// <summary>What one run of a case leaves in every operand's storage, guards included.</summary>
internal sealed class OpRun
{
    private readonly Dictionary<Storage, double[]> _after = [];

    /// <param name="change">Changes an operand's values before the run.</param>
    public OpRun(OpCase op, Device device, Func<OpCase.Operand, double[]>? change = null)
    {
        op.Place(device);
        try
        {
            foreach (OpCase.Operand operand in change is null ? [] : op.Operands)
                device.Write(operand.Whole, change!(operand));
            device.Run(op.Program);
            foreach (OpCase.Operand operand in op.Operands)
                _after.Add(operand.Tensor.Storage, device.Read<double>(operand.Whole));
        }
        finally
        {
            op.Remove(device);
        }
    }

    public double[] Whole(Tensor tensor) => _after[tensor.Storage];

    public ReadOnlySpan<double> Values(Tensor tensor) => _after[tensor.Storage].AsSpan(tensor.Offset, tensor.Count);
}
