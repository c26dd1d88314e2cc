namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Settings of <see cref="AdamW"/> and Adam; the defaults are those of torch.optim.AdamW.</summary>
internal sealed record AdamWOptions
{
    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root.</summary>
    public double Eps { get; init; } = 1e-8;

    /// <summary>Share of the weights taken off in a step, times the learning rate.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Whether the largest second moment so far is used.</summary>
    public bool Amsgrad { get; init; }

    /// <summary>Whether the decay acts on the weights (AdamW) or enters the gradient (Adam).</summary>
    public bool Decoupled { get; init; } = true;
}
