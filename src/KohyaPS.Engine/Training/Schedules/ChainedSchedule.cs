namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The first rate of a group.</summary>
/// <param name="baseRate">The group's own rate.</param>
internal delegate double FirstRate(double baseRate);

/// <summary>A rate from the one before it.</summary>
/// <param name="step">The step it is for, from 1.</param>
/// <param name="previous">The rate of the step before.</param>
/// <param name="baseRate">The group's own rate.</param>
internal delegate double NextRate(long step, double previous, double baseRate);

/// <summary>
/// A schedule that computes every rate from the one before, as most classes of torch.optim.lr_scheduler do; near the end of a cosine the rounding
/// of that chain shows, so it is kept. It remains a function of the step: what was computed is remembered, what is missing is computed anew.
/// </summary>
internal sealed class ChainedSchedule(FirstRate first, NextRate next) : LearningRateSchedule
{
    private readonly Dictionary<(int Group, double BaseRate), List<double>> known = [];

    /// <inheritdoc/>
    public override double Rate(long step, int group, double baseRate)
    {
        if (!known.TryGetValue((group, baseRate), out var rates))
            known[(group, baseRate)] = rates = [first(baseRate)];
        while (rates.Count <= step)
            rates.Add(next(rates.Count, rates[^1], baseRate));
        return rates[(int)step];
    }
}
