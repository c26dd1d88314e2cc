using System.Globalization;

namespace KohyaPS.Engine.Diffusion;

/// <summary>
/// The timesteps that a training draws from, uniformly: <paramref name="Minimum"/> up to but without <paramref name="Maximum"/>.
/// Where the minimum is not below the maximum, every sample gets the maximum.
/// </summary>
/// <param name="Minimum">Lowest timestep drawn.</param>
/// <param name="Maximum">Upper end, itself excluded.</param>
internal readonly record struct TimestepRange(int Minimum, int Maximum)
{
    /// <summary>All timesteps.</summary>
    public static TimestepRange All { get; } = new(0, NoiseSchedule.Steps);

    /// <summary>The timestep of a uniform integer source.</summary>
    /// <param name="drawBelow">Draws uniformly from 0 up to but without its argument.</param>
    /// <exception cref="InvalidOperationException">The range holds no timestep of the schedule.</exception>
    public long Draw(Func<long, long> drawBelow)
    {
        if (Minimum < 0 || Maximum > NoiseSchedule.Steps || (Minimum >= Maximum && Maximum >= NoiseSchedule.Steps))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"MinTimestep {Minimum} and MaxTimestep {Maximum} leave no timestep: they run from 0 to {NoiseSchedule.Steps - 1}. Set MinTimestep below MaxTimestep, and MaxTimestep to {NoiseSchedule.Steps} at most."));
        return Minimum < Maximum ? Minimum + drawBelow(Maximum - Minimum) : Maximum;
    }
}
