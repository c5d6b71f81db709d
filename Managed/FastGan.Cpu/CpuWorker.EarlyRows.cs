using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// A worker's way through a gradient, from some place on in its order, and behind it the update of the chunks that are complete; of nothing where none may be early.
    /// </summary>
    private ref struct EarlyRows
    {
        private readonly EarlyUpdate? _update;
        private readonly Slab _slab;
        private readonly int _offset;
        private int _chunk;

        /// <param name="first">Where in the gradient the worker starts.</param>
        public EarlyRows(CpuWorker<V, S> worker, Tensor gradient, int first)
        {
            _update = worker.Early;
            if (_update is null)
                return;
            UpdateCall call = _update.Call;
            _slab = new Slab(call.Rule, call.Rates, call.Gradients, call.State, call.Parameters, worker.UpdatesPast);
            _offset = gradient.Offset - call.Gradients.Offset;
            _chunk = Chunks(_offset + first);
        }

        /// <summary>The gradient is there up to <paramref name="end"/>.</summary>
        public void UpdateTo(int end)
        {
            if (_update is null)
                return;
            while (_chunk < _update.Done.Length && Chunk(_chunk, _slab.Count).To <= _offset + end)
            {
                _update.Sums[_chunk] = _slab.Update(_chunk);
                _update.Done[_chunk++] = true;
            }
        }
    }
}
