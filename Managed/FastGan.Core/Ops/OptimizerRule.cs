namespace FastGan.Ops;

/// <summary>
/// An update rule over a slab of parameters. What changes from step to step (the rates) is read from memory, so that a
/// recorded step stays valid; what is constant is here.
/// </summary>
public abstract record OptimizerRule
{
    /// <summary>Names of the numbers kept for each parameter, all zero at the start.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    public int StateSlots => StateNames.Count;

    /// <summary>The numbers in the rates tensor for 1-based update <paramref name="t"/> at learning rate <paramref name="rate"/>.</summary>
    public abstract (double Rate, double Correction) Rates(double rate, long t);
}

/// <summary>Adam (Kingma and Ba, 2015): m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p − rate·m / (√v·correction + ε).</summary>
public sealed record AdamRule(double Beta1 = 0.5, double Beta2 = 0.999, double Epsilon = 1e-8) : OptimizerRule
{
    public override IReadOnlyList<string> StateNames => ["m", "v"];

    /// <summary>rate = lr / (1 − β₁ᵗ), correction = 1 / √(1 − β₂ᵗ).</summary>
    public override (double Rate, double Correction) Rates(double rate, long t) =>
        (rate / (1 - Math.Pow(Beta1, t)), 1 / Math.Sqrt(1 - Math.Pow(Beta2, t)));

    public override string ToString() => "adam";
}

/// <summary>RMSProp (Hinton, 2012), as PyTorch writes it: s ← αs + (1−α)g², p ← p − rate·g / (√s + ε).</summary>
public sealed record RmsPropRule(double Alpha = 0.99, double Epsilon = 1e-8) : OptimizerRule
{
    public override IReadOnlyList<string> StateNames => ["mean_square"];

    public override (double Rate, double Correction) Rates(double rate, long t) => (rate, 1);

    public override string ToString() => "rmsprop";
}

/// <summary>Stochastic gradient descent with momentum, as PyTorch writes it: b ← μb + g, p ← p − rate·b.</summary>
public sealed record SgdRule(double Momentum = 0) : OptimizerRule
{
    public override IReadOnlyList<string> StateNames => ["momentum"];

    public override (double Rate, double Correction) Rates(double rate, long t) => (rate, 1);

    public override string ToString() => "sgd";
}
