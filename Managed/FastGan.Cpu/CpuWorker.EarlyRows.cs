using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// The chunks of weights that pieces of a gradient lie in, updated as soon as all of their gradient is there, whoever made it; nothing where none may be early.
    /// </summary>
    private readonly ref struct EarlyRows
    {
        private readonly EarlyUpdate? _update;
        private readonly Slab _slab;
        private readonly int _offset;

        public EarlyRows(CpuWorker<V, S> worker, Tensor gradient)
        {
            _update = worker.Early;
            if (_update is null)
                return;
            UpdateCall call = _update.Call;
            _slab = new Slab(call.Rule, call.Rates, call.Gradients, call.State, call.Parameters, worker.UpdatesPast);
            _offset = gradient.Offset - call.Gradients.Offset;
        }

        /// <summary>The gradient is there in [from, end).</summary>
        public void Update(int from, int end)
        {
            if (_update is null)
                return;
            (from, end) = (_offset + from, _offset + end);
            for (int chunk = from / ChunkCount, to; from < end; chunk++, from = to)
            {
                to = Math.Min(end, (chunk + 1) * ChunkCount);
                if (_update.Completes(chunk, to - from))
                    _update.Sums[chunk] = _slab.Update(chunk);
            }
        }
    }
}
