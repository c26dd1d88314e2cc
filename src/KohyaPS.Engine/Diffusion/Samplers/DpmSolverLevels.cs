namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>The whole timesteps of the DPM-Solvers, and signal, noise and half the logarithm of their ratio at each (Lu et al. 2022, arXiv 2206.00927, section 3).</summary>
internal sealed class DpmSolverLevels
{
    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="endsWithoutNoise">The last step goes to no noise at all; otherwise to the noise of timestep 0.</param>
    public DpmSolverLevels(NoiseSchedule schedule, int steps, bool endsWithoutNoise)
    {
        EvenTimesteps.CheckSteps(steps);
        var table = SigmaSchedule.Table(schedule);
        Timesteps = [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(SigmaSchedule.Evenly(steps - i, steps), MidpointRounding.ToEven))];
        Sigmas = [.. Timesteps.Select(t => table[t]), endsWithoutNoise ? 0 : table[0]];
    }

    /// <summary>The timestep of each step.</summary>
    public int[] Timesteps { get; }

    /// <summary>Noise over signal of each step, and where the last step goes.</summary>
    public double[] Sigmas { get; }

    /// <summary>Factor of the clean latents.</summary>
    public double Signal(int i) => 1 / Math.Sqrt(Sigmas[i] * Sigmas[i] + 1);

    /// <summary>Factor of the noise.</summary>
    public double Noise(int i) => Sigmas[i] * Signal(i);

    /// <summary>-ln sigma; infinite where there is no noise.</summary>
    public double Lambda(int i) => -Math.Log(Sigmas[i]);
}
