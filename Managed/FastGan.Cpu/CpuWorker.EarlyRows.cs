using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Cpu;

internal sealed unsafe partial class CpuWorker<V, S>
{
    /// <summary>
    /// Rows of a gradient that are wanted for the update of their weights only: a worker makes some in memory of its own, always the same, and updates the weights at once.
    /// The gradient itself is then never written, which would be a quarter of the update's traffic. Where nothing may be early, they are the gradient's own rows.
    /// </summary>
    private readonly ref struct EarlyRows
    {
        private readonly EarlyPart? _part;
        private readonly Slab _slab;
        private readonly int _offset;
        private readonly float* _gradient, _own;

        /// <param name="own">For as many rows as are made at a time, and a vector.</param>
        public EarlyRows(CpuWorker<V, S> worker, Tensor gradient, float* own)
        {
            _gradient = Reals(gradient);
            _own = own;
            _part = worker.Early;
            if (_part is null)
                return;
            UpdateCall call = _part.Update.Call;
            _slab = new Slab(call.Rule, call.Rates, call.Gradients, call.State, call.Parameters, worker.UpdatesPast);
            _offset = gradient.Offset - call.Gradients.Offset;
        }

        /// <summary>Where the gradient from number <paramref name="from"/> on goes.</summary>
        public float* Place(int from) => _part is null ? _gradient + from : _own + (_offset + from) % Width;

        /// <summary>The gradient is there in [from, end).</summary>
        /// <param name="strip">Which of the gradient's strips of rows that is.</param>
        public void Update(int strip, int from, int end)
        {
            if (_part is not null)
                _part.Update.Sums[_part.FirstSum + strip] = _slab.Update(_offset + from, _offset + end, Place(from) - _offset - from);
        }
    }
}
