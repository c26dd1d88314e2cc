namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>
/// The noise levels that the samplers of Karras et al. 2022 (arXiv 2206.00364) walk down: sigma = noise over signal, at timesteps spread evenly from the last
/// to the first, and 0 at the end.
/// </summary>
internal sealed class SigmaSchedule
{
    private readonly double[] table;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    public SigmaSchedule(NoiseSchedule schedule, int steps)
    {
        EvenTimesteps.CheckSteps(steps);
        table = Table(schedule);
        // float32, as the models see them in the peers.
        Timesteps = [.. Enumerable.Range(0, steps).Select(i => (double)(float)Evenly(steps - 1 - i, steps - 1))];
        Sigmas = [.. Timesteps.Select(At), 0];
    }

    /// <summary>The timestep of each step; fractions are usual.</summary>
    public double[] Timesteps { get; }

    /// <summary>The level of each step, and 0 after the last.</summary>
    public double[] Sigmas { get; }

    /// <summary>Sigma at every timestep of the schedule.</summary>
    public static double[] Table(NoiseSchedule schedule) => [.. schedule.AlphasCumprodValues.Select(alpha => Math.Sqrt((1 - (double)alpha) / alpha))];

    /// <summary>Place <paramref name="i"/> of <paramref name="intervals"/> equal intervals from timestep 0 to the last.</summary>
    public static double Evenly(int i, int intervals) =>
        intervals == 0 ? 0 : i == intervals ? NoiseSchedule.Steps - 1 : i * ((NoiseSchedule.Steps - 1.0) / intervals);

    /// <summary>The timestep of a level between two of the table's: linear in the logarithm of sigma.</summary>
    public double TimestepOf(double sigma)
    {
        var logSigma = Math.Log(Math.Max(sigma, 1e-10));
        var k = Math.Clamp(Array.FindLastIndex(table, s => Math.Log(s) <= logSigma), 0, table.Length - 2);
        var (low, high) = (Math.Log(table[k]), Math.Log(table[k + 1]));
        return k + Math.Clamp((low - logSigma) / (low - high), 0, 1);
    }

    private double At(double timestep)
    {
        var k = Math.Min((int)timestep, table.Length - 2);
        return table[k] + (timestep - k) * (table[k + 1] - table[k]);
    }
}
