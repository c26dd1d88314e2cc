using KohyaPS.Engine.Networks;
using KohyaPS.Training.States;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Dynamic loss scaling for float16, whose small gradients would vanish (Micikevicius et al. 2017, arXiv 1710.03740): the loss is
/// multiplied, the gradients are divided. An overflow halves the factor and its update is left out; 2000 good updates in a row double it.
/// Numbers: torch.amp.GradScaler.
/// </summary>
internal sealed class LossScaler
{
    private const double First = 65536;
    private const double Growth = 2;
    private const double Backoff = 0.5;
    private const int GrowthInterval = 2000;

    /// <summary>Where it stands; a resumed training goes on from there.</summary>
    public LossScale State { get; set; } = new(First, 0);

    /// <summary>What the loss is multiplied by.</summary>
    public double Factor => State.Factor;

    /// <summary>Looks at the unscaled gradients of an update and adapts the factor for the next.</summary>
    /// <returns>False where they overflowed and the update has to be left out.</returns>
    public bool Accept(IReadOnlyList<ParameterGroup> groups)
    {
        using var scope = NewDisposeScope();
        var isFinite = groups.All(g => double.IsFinite(g.Gradients.sum().item<float>()));
        State = !isFinite ? new(State.Factor * Backoff, 0)
            : State.GoodSteps + 1 >= GrowthInterval ? new(State.Factor * Growth, 0)
            : State with { GoodSteps = State.GoodSteps + 1 };
        return isFinite;
    }
}
