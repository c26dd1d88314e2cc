using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training;

/// <summary>What happens once all gradients of a step are there: they are clipped, the schedule sets the rates, the optimizer moves the weights.</summary>
/// <param name="groups">The parameters with their gradients.</param>
/// <param name="optimizer">What moves them.</param>
/// <param name="schedule">The learning rates, by step.</param>
/// <param name="maxGradientNorm">Largest norm of all gradients together; 0 never clips.</param>
/// <param name="scaler">What the loss was scaled by; null where it was not.</param>
internal sealed class WeightUpdate(
    IReadOnlyList<ParameterGroup> groups, FlatOptimizer optimizer, LearningRateSchedule schedule, double maxGradientNorm, LossScaler? scaler = null)
{
    /// <summary>False where the last update was left out, since its gradients overflowed.</summary>
    public bool HasMoved { get; private set; } = true;

    /// <summary>What the last step really moved by, for each group by its description.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> EffectiveRates =>
        [.. groups.Select((group, i) => KeyValuePair.Create(group.Description, optimizer.EffectiveRate(i)))];

    /// <summary>The learning rate of each group in a step, by the group's description.</summary>
    /// <param name="step">Updates done before it.</param>
    public IReadOnlyList<KeyValuePair<string, double>> Rates(long step) =>
        [.. groups.Select((group, i) => KeyValuePair.Create(group.Description, schedule.Rate(step, i, group.LearningRate)))];

    /// <summary>One update.</summary>
    /// <param name="step">Updates done before this one.</param>
    /// <returns>The norm of all gradients before they were clipped.</returns>
    public double Apply(long step)
    {
        foreach (var group in groups)
            group.Collect(1 / (scaler?.Factor ?? 1));
        HasMoved = scaler?.Accept(groups) ?? true;
        var norm = GradientClipping.Clip(groups, maxGradientNorm);
        for (var i = 0; i < groups.Count; i++)
            optimizer.Groups[i].LearningRate = schedule.Rate(step, i, groups[i].LearningRate);
        if (schedule.Momentum(step) is { } momentum)
            optimizer.SetMomentum(momentum);
        if (!HasMoved)
            return norm;
        optimizer.Step();
        foreach (var group in groups)
            group.Store();
        return norm;
    }
}
