namespace KohyaPS.Engine.Training.Schedules;

/// <summary>
/// Cyclical learning rates (Smith 2015, arXiv 1506.01186): up and down between two rates, for ever; the momentum moves the other way. The rates of the
/// groups play no part.
/// </summary>
internal sealed class Cyclic(CyclicOptions options) : LearningRateSchedule
{
    private readonly double length = options.Up + (options.Down ?? options.Up);

    /// <inheritdoc/>
    public override double Rate(long step, int group, double baseRate)
    {
        var lowest = options.LowestRates[options.LowestRates.Count == 1 ? 0 : group];
        var highest = options.HighestRates[options.HighestRates.Count == 1 ? 0 : group];
        return lowest + Height(step, highest - lowest);
    }

    /// <inheritdoc/>
    public override double? Momentum(long step) => options.Momentum is not var (lowest, highest) ? null : highest - Height(step, highest - lowest);

    private double Height(long step, double full)
    {
        var cycle = Math.Floor(1 + step / length);
        var x = 1 + step / length - cycle;
        var ratio = options.Up / length;
        var share = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
        var scale = options.Mode switch
        {
            "triangular2" => 1 / Math.Pow(2, cycle - 1),
            "exp_range" => Math.Pow(options.Gamma, step),
            _ => 1,
        };
        return full * share * scale;
    }
}
