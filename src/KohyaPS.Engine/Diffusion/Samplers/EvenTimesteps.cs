using System.Globalization;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>Timesteps with an even, whole distance, as ddim and pndm take them ("leading" spacing).</summary>
internal static class EvenTimesteps
{
    /// <summary>The distance between two timesteps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such many steps.</exception>
    public static int Distance(int steps)
    {
        CheckSteps(steps);
        return NoiseSchedule.Steps / steps;
    }

    /// <summary>The timesteps, lowest first.</summary>
    /// <param name="steps">How many.</param>
    /// <param name="offset">Added to each; the highest timestep is the schedule's last at most.</param>
    public static int[] Ascending(int steps, int offset)
    {
        var distance = Distance(steps);
        return [.. Enumerable.Range(0, steps).Select(i => Math.Min(i * distance + offset, NoiseSchedule.Steps - 1))];
    }

    /// <summary>Refuses what no sampler can do.</summary>
    public static void CheckSteps(int steps)
    {
        if (steps is < 1 or > NoiseSchedule.Steps)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, string.Create(CultureInfo.InvariantCulture,
                $"A sampler takes 1 to {NoiseSchedule.Steps} steps; {steps} were asked for. 20 to 30 are usual."));
    }
}
