namespace KohyaPS.Engine.Training.Schedules;

/// <summary>
/// The learning rates while an optimizer step runs: a pure function of the step, so that a resumed training needs nothing but its step.
/// </summary>
internal abstract class LearningRateSchedule
{
    /// <summary>The rate of a parameter group.</summary>
    /// <param name="step">Steps done so far.</param>
    /// <param name="group">Index of the group.</param>
    /// <param name="baseRate">The group's own rate.</param>
    public abstract double Rate(long step, int group, double baseRate);

    /// <summary>The first decay of the optimizer's moments in this step, where the schedule moves it too; null leaves it alone.</summary>
    /// <param name="step">Steps done so far.</param>
    public virtual double? Momentum(long step) => null;
}
