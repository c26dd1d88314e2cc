using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>The threshold c of a Huber loss at each timestep.</summary>
/// <param name="schedule">How c depends on the timestep.</param>
/// <param name="c">The setting huber_c.</param>
/// <param name="scale">The setting huber_scale; the schedule by signal-to-noise ratio has no scale, as in the trainers.</param>
/// <param name="noise">The noise schedule that the training uses.</param>
internal sealed class HuberThreshold(HuberSchedule schedule, double c, double scale, NoiseSchedule noise)
{
    /// <summary>[B] threshold of each sample.</summary>
    public Tensor At(Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var values = schedule switch
        {
            HuberSchedule.Constant => full_like(timesteps, c * scale, ScalarType.Float32),
            HuberSchedule.Exponential => (timesteps.to(ScalarType.Float32) * (Math.Log(c) / NoiseSchedule.Steps)).exp() * scale,
            HuberSchedule.Snr => (1 - c) / (1 + noise.Sigmas(timesteps)).pow(2) + c,
            _ => throw new ArgumentOutOfRangeException(nameof(timesteps), schedule, "HuberSchedule is snr, exponential or constant."),
        };
        return values.MoveToOuterDisposeScope();
    }
}
