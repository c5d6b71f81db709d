using FastGan.Ops;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// A worker's way through pieces of a gradient, and behind it the update of the chunks that it has made all of; of nothing where none may be early.
    /// </summary>
    private ref struct EarlyRows
    {
        private readonly EarlyUpdate? _update;
        private readonly Slab _slab;
        private readonly int _offset;
        private int _chunk, _end = -1;

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
            if (from != _end)
                _chunk = Chunks(_offset + from);
            _end = end;
            while (_chunk < _update.Done.Length && Chunk(_chunk, _slab.Count).To <= _offset + end)
            {
                _update.Sums[_chunk] = _slab.Update(_chunk);
                _update.Done[_chunk++] = true;
            }
        }
    }
}
