using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>What a sampler works with.</summary>
/// <param name="Model">The model's output, guidance done, for an input of the latents' shape and a timestep.</param>
internal sealed record SamplerRun(Func<Tensor, double, Tensor> Model)
{
    /// <summary>Draws N(0, 1) of the latents' shape; only ancestral samplers ask, in the order of their steps.</summary>
    public Func<Tensor> Noise { get; init; } = () => throw new InvalidOperationException("This sampler draws noise at each step; give its run a source of noise.");

    /// <summary>Sees the latents after each call to the model; must not keep or change them.</summary>
    public Action<Tensor>? OnCall { get; init; }

    /// <summary>Ends the run after the current call.</summary>
    public CancellationToken Cancellation { get; init; }
}
