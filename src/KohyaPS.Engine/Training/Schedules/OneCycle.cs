namespace KohyaPS.Engine.Training.Schedules;

/// <summary>
/// One cycle (Smith and Topin 2017, arXiv 1708.07120): from a low rate up to the highest, then down far below where it began, while the momentum moves
/// the other way. The rates of the groups play no part.
/// </summary>
internal sealed class OneCycle : LearningRateSchedule
{
    private readonly OneCycleOptions options;
    // Where each phase ends, counted from the end of the one before.
    private readonly double[] ends;

    /// <param name="options">The shape.</param>
    public OneCycle(OneCycleOptions options)
    {
        this.options = options;
        var peak = options.RisingShare * options.Total - 1;
        ends = options.HasThreePhases ? [peak, 2 * options.RisingShare * options.Total - 2, options.Total - 1] : [peak, options.Total - 1];
    }

    /// <inheritdoc/>
    public override double Rate(long step, int group, double baseRate)
    {
        var highest = options.MaximumRates[options.MaximumRates.Count == 1 ? 0 : group];
        var first = highest / options.StartDivisor;
        var last = first / options.EndDivisor;
        return Between(step, options.HasThreePhases ? [first, highest, first, last] : [first, highest, last]);
    }

    /// <inheritdoc/>
    public override double? Momentum(long step) => options.Momentum is not var (lowest, highest)
        ? null
        : Between(step, options.HasThreePhases ? [highest, lowest, highest, highest] : [highest, lowest, highest]);

    private double Between(long step, double[] stops)
    {
        if (step > options.Total)
            throw new TrainingException(TrainingExitCode.Invalid,
                $"OneCycleLR was asked for step {step + 1}, but total_steps in LrSchedulerArgs is {options.Total}. Set total_steps to the steps of the training, or more.");
        var phase = Array.FindIndex(ends, end => step <= end);
        if (phase < 0)
            phase = ends.Length - 1;
        var start = phase == 0 ? 0 : ends[phase - 1];
        var progress = (step - start) / (ends[phase] - start);
        var (from, to) = (stops[phase], stops[phase + 1]);
        return options.IsLinear ? (to - from) * progress + from : to + (from - to) / 2.0 * (Math.Cos(Math.PI * progress) + 1);
    }
}
