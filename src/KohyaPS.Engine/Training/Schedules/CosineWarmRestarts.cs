namespace KohyaPS.Engine.Training.Schedules;

/// <summary>Cosine annealing with warm restarts (Loshchilov and Hutter 2016, arXiv 1608.03983): falls on half a cosine, starts again, each time <c>growth</c> times as long.</summary>
/// <param name="first">Steps of the first period.</param>
/// <param name="growth">Each period is this many times as long as the one before.</param>
/// <param name="floor">The lowest rate.</param>
internal sealed class CosineWarmRestarts(int first, int growth, double floor) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Rate(long step, int group, double baseRate)
    {
        var (position, length) = (step, (long)first);
        if (growth == 1)
            position %= length;
        while (position >= length)
        {
            position -= length;
            length *= growth;
        }
        return floor + (baseRate - floor) * (1 + Math.Cos(Math.PI * position / length)) / 2;
    }
}
