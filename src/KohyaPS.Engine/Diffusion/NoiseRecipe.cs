using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>How the noise and the timesteps of a training step come about: Gaussian noise, then each term in order.</summary>
/// <param name="terms">What is done to the noise.</param>
/// <param name="perturbation">Extra noise in the input alone; null is none.</param>
/// <param name="timesteps">Which timesteps are drawn.</param>
internal sealed class NoiseRecipe(IReadOnlyList<INoiseTerm> terms, InputPerturbation? perturbation, TimestepRange timesteps)
{
    /// <summary>Plain noise and all timesteps.</summary>
    public static NoiseRecipe Plain { get; } = new([], null, TimestepRange.All);

    /// <summary>The noise that the target is made of.</summary>
    /// <param name="latents">[B, C, h, w] scaled latents.</param>
    /// <param name="draws">Where random numbers come from.</param>
    /// <param name="step">Micro-step.</param>
    /// <returns>[B, C, h, w] float32 on the latents' device.</returns>
    public Tensor Noise(Tensor latents, IDraws draws, long step)
    {
        using var scope = NewDisposeScope();
        var noise = HostTransfer.To(draws.Noise(step, latents.shape), latents.device);
        foreach (var term in terms)
            noise = term.Apply(noise, latents, draws, step);
        return noise.MoveToOuterDisposeScope();
    }

    /// <summary>[B] int64 timesteps on a device.</summary>
    public Tensor Timesteps(int batchSize, IDraws draws, long step, Device device)
    {
        using var scope = NewDisposeScope();
        return HostTransfer.To(draws.Timesteps(step, batchSize, timesteps), device).MoveToOuterDisposeScope();
    }

    /// <summary>The model's input: latents with noise, and with the perturbation where there is one.</summary>
    public Tensor NoisyLatents(NoiseSchedule schedule, Tensor latents, Tensor noise, Tensor timestepsOfSamples, IDraws draws, long step)
    {
        using var scope = NewDisposeScope();
        var inputNoise = perturbation is null ? noise : perturbation.Apply(noise, draws, step);
        return schedule.AddNoise(latents, inputNoise, timestepsOfSamples).MoveToOuterDisposeScope();
    }
}
