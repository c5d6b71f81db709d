using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FastGan.Rival;

/// <summary>
/// An optimizer over a fixed list of parameters, one TorchScript call an update: TorchSharp wraps neither libtorch's fused Adam nor the
/// _foreach_ operators, and its own optimizers call several operators for each parameter. Lives as long as the process.
/// </summary>
internal sealed class TorchOptimizer
{
    private readonly jit.CompilationUnit _script;
    private readonly object[] _arguments;
    private readonly Parameter[] _parameters;

    private TorchOptimizer(nn.Module net, string script, Func<Parameter[], Tensor[][]> state)
    {
        _parameters = [.. net.parameters()];
        _script = jit.compile(script);
        _arguments = [_parameters.Cast<Tensor>().ToArray(), .. state(_parameters)];
    }

    public static TorchOptimizer Adam(nn.Module net) => new(net, """
        def step(params: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor]):
            grads = []
            for p in params:
                g = p.grad
                assert g is not None
                grads.append(g)
            empty = []
            torch._foreach_add_(steps, 1)
            torch._fused_adam_(
                params, grads, m, v, empty, steps, lr=0.0002, beta1=0.5, beta2=0.999, weight_decay=0.0, eps=1e-08,
                amsgrad=False, maximize=False)

        """, p => [Zeros(p), Zeros(p), [.. p.Select(_ => tensor(0f))]]);

    public static TorchOptimizer RmsProp(nn.Module net) => new(net, """
        def step(params: List[Tensor], sq: List[Tensor]):
            grads = []
            for p in params:
                g = p.grad
                assert g is not None
                grads.append(g)
            torch._foreach_mul_(sq, 0.99)
            torch._foreach_addcmul_(sq, grads, grads, 0.01)
            avg = torch._foreach_sqrt(sq)
            torch._foreach_add_(avg, 1e-08)
            torch._foreach_addcdiv_(params, grads, avg, -0.00005)

        """, p => [Zeros(p)]);

    /// <summary>Clamps every parameter to ±0.01.</summary>
    public static TorchOptimizer Clip(nn.Module net) => new(net, """
        def step(params: List[Tensor]):
            torch._foreach_clamp_min_(params, -0.01)
            torch._foreach_clamp_max_(params, 0.01)

        """, _ => []);

    /// <summary>Gradients of these parameters alone: autograd then leaves out those that another update would throw away.</summary>
    public void Backward(Tensor loss) => loss.backward(inputs: _parameters);

    public void Step()
    {
        using IDisposable guard = no_grad();
        _script.invoke("step", _arguments);
    }

    /// <summary>As zero_grad(set_to_none: true), without the walk over the modules.</summary>
    public void ZeroGrad()
    {
        foreach (Parameter p in _parameters)
            p.grad = null;
    }

    private static Tensor[] Zeros(Parameter[] parameters) => [.. parameters.Select(p => zeros_like(p))];
}
