namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The factor on every group's rate while optimizer step <paramref name="step"/> (from 0) runs.</summary>
/// <param name="step">Steps done so far.</param>
internal delegate double RateFactor(long step);

/// <summary>A schedule that multiplies all rates by the same factor.</summary>
internal sealed class FactorSchedule(RateFactor factor) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long step, int group, double baseRate) => baseRate * factor(step);
}
